"""Whether a run is still what a completed run should be: files open, unchanged, and name their release."""

from pathlib import Path

from training import artefacts, runs
from training.evaluating import contents
from training.runs import RunState


def problems(run: Path) -> tuple[str, ...]:
    """Everything that is wrong, one phrase each; empty where the run is whole.

    Raises:
        DamagedFile: request.json or state.json cannot be read.
    """
    state = runs.read_state(run).state
    if state is not RunState.COMPLETED:
        return (f"it is {state}, not completed",)
    if runs.read_request(run).evaluation is not None:
        return (*contents.problems(run), *artefacts.changes(run))
    return (*artefacts.problems(run), *artefacts.changes(run), *_card_problems(run))


def _card_problems(run: Path) -> tuple[str, ...]:
    card = run / "README.md"
    if not card.is_file():
        return ("README.md is missing",)
    if runs.read_request(run).fingerprint not in card.read_text(encoding="utf-8"):
        return ("README.md does not name the fingerprint of the release in request.json",)
    return ()
