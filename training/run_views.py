"""Which runs there are, and one run as a screen shows it, read from the folders without their curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation import workspace
from training import checkpoints, errors, runs
from training.evaluating import contents
from training.runs import REQUEST, Request, RunState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """Everything a screen shows about a run without reading its curves.

    Attributes:
        silent_seconds: since the worker's last sign of life; None where it is not at work.
        resumable: it has ended before its last step and there is a whole checkpoint to go on from.
    """

    id: str
    path: Path
    request: Request
    state: State
    silent_seconds: float | None
    resumable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All folders, read once.

    Attributes:
        everything: training runs, evaluations, merges and trials, newest first.
        damaged: why a folder is not among them, one sentence each: one torn file must not hide all
            other runs.
    """

    everything: Sequence[RunView]
    damaged: Sequence[str]

    @property
    def training(self) -> list[RunView]:
        """Training runs, newest first."""
        return [run for run in self.everything if run.request.trains]

    @property
    def evaluations(self) -> list[RunView]:
        """Evaluations of runs, newest first."""
        return [run for run in self.everything if run.request.evaluation is not None]

    @property
    def merges(self) -> list[RunView]:
        """Merged models, those that are being made and those that failed, newest first."""
        return [run for run in self.everything if run.request.merge is not None]


def survey(space: workspace.Workspace) -> Survey:
    """What there is."""
    seen = [_seen(folder) for folder in folders(space)]
    return Survey(
        everything=[one for one in seen if isinstance(one, RunView)],
        damaged=[str(one) for one in seen if isinstance(one, errors.DamagedFile)],
    )


def find(space: workspace.Workspace, text: str) -> Path:
    """The run folder that was meant: a path, a run's id, or the beginning of exactly one id.

    Raises:
        UnknownRun: there is none, or more than one.
    """
    for folder in (space.runs / text, Path(text).expanduser()):
        if text and (folder / REQUEST).is_file():
            return folder.resolve()
    matches = [folder for folder in folders(space) if text and folder.name.startswith(text)]
    if len(matches) != 1:
        how = "more than one run" if matches else "no run"
        raise errors.UnknownRun(f"There is {how} {text!r} in {space.runs}. Give the whole id or a path.")
    return matches[0]


def folders(space: workspace.Workspace) -> list[Path]:
    """All run folders, newest first. A folder whose making was interrupted has no request and is no run."""
    return sorted((path.parent for path in space.runs.glob(f"[0-9]*/{REQUEST}")), reverse=True)


def list_runs(space: workspace.Workspace) -> list[RunView]:
    """All training runs, newest first."""
    return survey(space).training


def list_evaluations(space: workspace.Workspace) -> list[RunView]:
    """All evaluations of runs, newest first."""
    return survey(space).evaluations


def evaluations_of(space: workspace.Workspace, run: str) -> list[RunView]:
    """The evaluations of one run, newest first."""
    found = list_evaluations(space)
    return [one for one in found if one.request.evaluation and one.request.evaluation.run == run]


def list_merges(space: workspace.Workspace) -> list[RunView]:
    """All merged models, those that are being made and those that failed, newest first."""
    return survey(space).merges


def list_all(space: workspace.Workspace) -> list[RunView]:
    """Training runs, evaluations, merges and trials, newest first; without damaged ones."""
    return list(survey(space).everything)


def _seen(run: Path) -> RunView | errors.DamagedFile:
    try:
        return view(run)
    except errors.DamagedFile as error:
        return error


def view(run: Path) -> RunView:
    """One run as a screen shows it.

    Raises:
        DamagedFile: request.json or state.json cannot be read.
    """
    state = runs.read_state(run)
    request = runs.read_request(run)
    return RunView(
        id=run.name,
        path=run,
        request=request,
        state=state,
        silent_seconds=None if state.state.is_final else runs.silent_seconds(run),
        resumable=state.state.is_final
        and state.state is not RunState.COMPLETED
        and kept_steps(run, request) is not None,
    )


def kept_steps(run: Path, request: Request) -> int | None:
    """How many steps a resumed run need not take again; None where there is nothing to go on from."""
    if request.evaluation is not None:
        return contents.made(run) or None
    checkpoint = checkpoints.newest_or_inherited(run)
    return checkpoint.step if checkpoint else None
