"""Deletes a run, here and at its storage: says first what would be lost, and what else rests on it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from curation import workspace
from training import checkpoints, errors, run_views, runs
from training.launchers import ray_leavings
from training.run_views import RunView
from training.runs import RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What goes away with a run.

    Attributes:
        size: bytes of its folder.
        sentences: what else loses by it, one sentence each; empty where nothing does.
    """

    size: int
    sentences: tuple[str, ...]


def foresee(run: Path) -> Loss:
    """What deleting a run would cost.

    Raises:
        NotDeletable: it is still at work, or a run that is at work rests on it.
        DamagedFile: request.json or state.json cannot be read.
    """
    state = runs.read_state(run).state
    if not state.is_final:
        raise errors.NotDeletable(f"Run {run.name} is {state}. Stop it before deleting it.")
    others = [view for view in run_views.list_all(_space(run)) if _rests_on(view, run)]
    at_work = next((view for view in others if not view.state.state.is_final), None)
    if at_work:
        raise errors.NotDeletable(
            f"Run {at_work.id} is {at_work.state.state} and reads files of {run.name}. Stop it first."
        )
    request = runs.read_request(run)
    elsewhere = (ray_leavings.sentence(request),) if ray_leavings.url(request) else ()
    return Loss(size=size(run), sentences=(*elsewhere, *map(_sentence, others)))


def size(run: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(path.stat().st_size for path in run.rglob("*") if path.is_file())


def delete(run: Path) -> Loss:
    """Delete a run: first what it has left at a storage, then its folder.

    The folder leaves the list at once, also where deleting its files is interrupted. A storage that refuses
    leaves it where it is: nobody else knows what lies there.

    Raises:
        NotDeletable: as for foresee; or its storage refuses.
        DamagedFile: as for foresee.
    """
    lost = foresee(run)
    _clear_storage(run)
    scratch = run.with_name(f".deleted-{run.name}")
    run.rename(scratch)
    shutil.rmtree(scratch)
    (_space(run).home / "downloads" / f"runs-{run.name}.zip").unlink(missing_ok=True)
    return lost


def _clear_storage(run: Path) -> None:
    if not ray_leavings.url(runs.read_request(run)):
        return
    try:
        ray_leavings.remove(run, [view.request for view in run_views.list_all(_space(run))])
    except (errors.Unreachable, errors.LaunchRefused) as error:
        raise errors.NotDeletable(
            f"{error} Run {run.name} stays until then; to give up what lies there, remove the folder {run}."
        ) from error


def _rests_on(view: RunView, run: Path) -> bool:
    request = view.request
    resumed = request.resumes is not None and request.resumes.checkpoint.is_relative_to(run)
    judged = request.evaluation is not None and any(
        Path(one.folder).is_relative_to(run) for one in request.evaluation.contestants if one.folder
    )
    merged = request.merge is not None and request.merge.run == run.name
    return view.path != run and (resumed or judged or merged)


def _sentence(view: RunView) -> str:
    if view.request.merge is not None:
        return f"The merged model {view.id} stays: Runs lists it under Models, and deletes it there."
    if view.request.evaluation is not None:
        return f"The evaluation {view.id} keeps its answers, but cannot be repeated."
    if view.state.state is RunState.COMPLETED or checkpoints.newest(view.path) is not None:
        return f"Run {view.id} went on from a checkpoint of it and stays whole."
    return f"Run {view.id} has only a checkpoint of it to go on from, and could not be resumed any more."


def _space(run: Path) -> workspace.Workspace:
    return workspace.Workspace(home=run.parent.parent)
