"""What the commands share: the outcome that is printed, and following a run on a terminal."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tqdm

from training import runs
from training.runs import RunState, State

_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command prints.

    Attributes:
        content: the JSON object of `--json`.
        words: the same for a person.
        failure: one sentence for stderr, with which the command exits non-zero; None on success.
    """

    content: Mapping[str, Any]
    words: str
    failure: str | None = None


def of_run(run: Path, *, failure: str | None = None, **more: object) -> Outcome:
    """The state of a run as every command that names one prints it."""
    state = runs.read_state(run)
    content = {
        "run": run.name,
        "state": state.state.value,
        "reason": state.reason,
        "message": state.message,
        "step": state.step,
        "max_steps": state.max_steps,
        "metrics": dict(state.metrics),
        "path": str(run),
        **more,
    }
    return Outcome(content=content, words=_in_words(state), failure=failure)


def say(*sentences: str) -> None:
    """Tell a person at a terminal something on the way; scripts find it in the JSON object."""
    if sys.stderr.isatty():
        for sentence in sentences:
            tqdm.tqdm.write(sentence, file=sys.stderr)


def follow(run: Path) -> State:
    """Wait for the end of a run; on a terminal, show how far it is."""
    shown = sys.stderr.isatty()
    bar = tqdm.tqdm(desc=run.name, unit="step", disable=not shown, file=sys.stderr)
    with bar:
        while True:
            state = runs.read_state(run)
            bar.total = state.max_steps or None
            bar.n = state.step
            bar.set_postfix_str(f"{state.state} {_figures(state) or state.message}".strip())
            if state.state.is_final:
                return state
            time.sleep(_LOOK_SECONDS)


def failure_of(state: State) -> str | None:
    """The sentence with which waiting for a run fails; None where it completed."""
    return None if state.state is RunState.COMPLETED else state.message


def _in_words(state: State) -> str:
    how_far = f"step {state.step} of {state.max_steps or '?'}"
    parts = [f"{state.run}: {state.state}, {how_far}", _figures(state), state.message]
    return "\n".join(part for part in parts if part)


def _figures(state: State) -> str:
    wanted = {"loss": "loss", "rewards/accuracies": "accuracy", "evaluation/rewards/accuracies": "held-out"}
    return ", ".join(
        f"{word} {state.metrics[key]:.3f}" for key, word in wanted.items() if key in state.metrics
    )
