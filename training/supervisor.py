"""Starts, stops, moves up, resumes and adopts runs, for the pages and the command line.

A run belongs to its supervisor process (training.watch), not to whoever clicked: the app may be closed or
killed, and the run goes on. Every function here returns at once; the run folder tells how it goes.
"""

import dataclasses
import logging
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from curation import text, workspace
from training import (
    adoption,
    base_model,
    libraries,
    locks,
    preflight,
    recipe,
    release_folder,
    resumption,
    runs,
    trials,
    turns,
)
from training.evaluating import contents
from training.evaluating.asked import Asked
from training.findings import Preflight
from training.launchers import table
from training.merging.asked import Merge
from training.recipe import DpoRecipe
from training.runs import RunState

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What somebody wants trained.

    Attributes:
        request_id: made once by whoever asks, as by a page when it is opened; asking twice starts one run.
        preflight: findings that the person has just seen; looked for again where None or out of date.
        launcher, launch: where it computes, and the settings of that (training.launchers.table).
    """

    release: Path
    model: base_model.BaseModel
    recipe: DpoRecipe
    by: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    launcher: str = "local"
    launch: Mapping[str, str | int] = field(default_factory=dict)
    preflight: Preflight | None = None
    space: workspace.Workspace = field(default_factory=workspace.current)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


def start(request: StartRequest) -> str:
    """Start a run, or name the one that this request has started already.

    Returns:
        The run's id, the name of its folder in workspace.runs.

    Raises:
        PreflightRefused: a finding of severity E stands in the way; the message is the finding's.
        LaunchRefused: the launcher is not there or not installed, or does not take these settings.
        LaunchFailed: the supervisor process did not start; the run stays queued.
    """
    request.space.create()
    known = _started(request.space, request.request_id)
    if known is None:
        table.find(request.launcher)  # before the preflight, which takes its time
        launch = table.checked(request.launcher, request.launch)
        asked = (request.release, request.model, request.recipe)
        seen = request.preflight
        if seen is None or seen.key != preflight.key(*asked, request.launcher, launch):
            seen = preflight.check(*asked, space=request.space, launcher=request.launcher, launch=launch)
        seen.raise_for_errors()
        known = _create(request.space, _to_request(request, seen), _acknowledged(seen, request.by))
    adoption.watch(known)
    return known.name


def try_out(request: StartRequest) -> str:
    """Let two steps be measured as a run of their own, in its turn; preflight.check then knows better.

    Returns:
        The trial's id, the name of its folder beside the runs.

    Raises:
        PreflightRefused: as for start; too little memory does not stand in the way, for that is the question.
        LaunchFailed: as for start.
    """
    request.space.create()
    known = _started(request.space, request.request_id)
    if known is None:
        seen = preflight.check(request.release, request.model, request.recipe, space=request.space)
        seen.raise_for_errors(but="memory")
        trials.tidy(request.space)
        wanted = dataclasses.replace(_to_request(request, seen), trial=True, launcher="local", launch={})
        known = _create(request.space, wanted, _acknowledged(seen, request.by))
    adoption.watch(known)
    return known.name


def evaluate(
    earlier: Path, asked: Asked, *, by: str, request_id: str, prepare: Callable[[Path], None]
) -> str:
    """Start an evaluation of a run, or name the one that this request has started already.

    Args:
        prepare: puts the prompts into the new folder before anybody can see it.

    Returns:
        The evaluation's id, the name of its folder beside the runs.

    Raises:
        LaunchFailed: as for start.
    """
    space = workspace.Workspace(home=earlier.parent.parent)
    request = _beside(runs.read_request(earlier), by, request_id)
    known = _create(space, dataclasses.replace(request, evaluation=asked), prepare)
    adoption.watch(known)
    return known.name


def merge(earlier: Path, asked: Merge, *, by: str, request_id: str) -> str:
    """Start a merge of a run, or name the one that this request has started already.

    Returns:
        The merge's id, the name of its folder beside the runs.

    Raises:
        LaunchFailed: as for start.
    """
    space = workspace.Workspace(home=earlier.parent.parent)
    request = _beside(runs.read_request(earlier), by, request_id)
    known = _create(space, dataclasses.replace(request, merge=asked), lambda _: None)
    adoption.watch(known)
    return known.name


def stop(run: Path) -> None:
    """Ask a run to save and stop; its supervisor sees to it that the process is gone afterwards."""
    if runs.read_state(run).state.is_final:
        return
    runs.ask_to_stop(run)
    adoption.watch(run)


def waiting(space: workspace.Workspace) -> list[Path]:
    """Runs that wait for a device of this machine, the next one first."""
    return turns.waiting(space.runs, socket.gethostname())


def move_to_front(run: Path) -> None:
    """Let a waiting run be the next one on its machine.

    Raises:
        NotWaiting: it has begun or ended.
    """
    turns.move_to_front(run, runs.read_request(run).host)


def resume(run: Path, *, by: str, request_id: str | None = None) -> str:
    """Go on from the newest whole checkpoint, in a new run folder.

    Returns:
        The id of the new run.

    Raises:
        NotResumable: see resumption.of.
        PreflightRefused: as for start.
        LaunchFailed: as for start.
    """
    space = workspace.Workspace(home=run.parent.parent)
    request_id = request_id or secrets.token_hex(8)
    known = _started(space, request_id)
    if known is None:
        earlier = runs.read_request(run)
        going_on = resumption.of(run, earlier)
        request = dataclasses.replace(_after(earlier, by, request_id), resumes=going_on)
        known = _create(space, request, _resumed(request, space))
    adoption.watch(known)
    return known.name


def _resumed(request: runs.Request, space: workspace.Workspace) -> Callable[[Path], None]:
    """What has to lie in the folder of a resumed run before it starts."""
    going_on = request.resumes
    assert going_on is not None
    if request.evaluation is not None:
        return lambda folder: contents.inherit(going_on.checkpoint, folder)
    settings = recipe.from_dict(request.recipe)
    seen = preflight.check(
        request.release, request.model, settings, space=space,
        launcher=request.launcher, launch=request.launch,
    )  # fmt: skip
    seen.raise_for_errors()
    acknowledged = _acknowledged(seen, request.by)

    def prepare(folder: Path) -> None:
        acknowledged(folder)
        resumption.copy_curves(going_on, folder)

    return prepare


def _acknowledged(seen: Preflight, by: str) -> Callable[[Path], None]:
    return lambda folder: preflight.write(folder, seen, acknowledged_by=by)


def _started(space: workspace.Workspace, request_id: str) -> Path | None:
    """The run that this request id has started."""
    for folder in space.runs.glob(f"[0-9]*-{_short(request_id)}"):
        if (folder / runs.REQUEST).exists() and runs.read_request(folder).request_id == request_id:
            return folder
    return None


def _create(space: workspace.Workspace, request: runs.Request, prepare: Callable[[Path], None]) -> Path:
    """Make the run folder whole, then let it appear; or name the one that somebody made meanwhile."""
    with locks.held(space.runs / "start.lock"):
        known = _started(space, request.request_id)
        if known is not None:
            return known
        folder = space.runs / f".{request.run}"
        folder.mkdir()
        (folder / "control").mkdir()
        runs.write_request(folder, request)
        prepare(folder)
        runs.write_state(folder, _first_state(request))
        return folder.rename(space.runs / request.run)


def _first_state(request: runs.Request) -> runs.State:
    step = request.resumes.step if request.resumes else 0
    return runs.State(run=request.run, state=RunState.QUEUED, step=step)


def _to_request(request: StartRequest, seen: Preflight) -> runs.Request:
    release = release_folder.load(request.release)
    return runs.Request(
        run=_run_id(request.created_at, request.request_id),
        request_id=request.request_id,
        created_at=request.created_at,
        by=request.by,
        release=release.path,
        release_name=release.name,
        fingerprint=release.fingerprint,
        model=seen.model,
        recipe=recipe.to_dict(request.recipe),
        launcher=request.launcher,
        launch=table.checked(request.launcher, request.launch),
        versions=libraries.versions(),
        host=socket.gethostname(),
    )


def _after(earlier: runs.Request, by: str, request_id: str) -> runs.Request:
    """The same release, model and recipe, asked for anew."""
    now = datetime.now(UTC)
    return dataclasses.replace(
        earlier,
        run=_run_id(now, request_id),
        request_id=request_id,
        created_at=now,
        by=by,
        versions=libraries.versions(),
        host=socket.gethostname(),
        resumes=None,
    )


def _beside(earlier: runs.Request, by: str, request_id: str) -> runs.Request:
    """As _after, for work that one process of this machine does, however the run itself was launched."""
    return dataclasses.replace(_after(earlier, by, request_id), launcher="local", launch={})


def _run_id(created_at: datetime, request_id: str) -> str:
    return f"{created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_short(request_id)}"


def _short(request_id: str) -> str:
    return text.digest(["run", request_id], size=4)
