"""Whether and where a run that did not reach its last step can be gone on from."""

import dataclasses
from pathlib import Path

from training import checkpoints, errors, metrics, model_print, release_folder, runs
from training.checkpoints import Origin
from training.evaluating import contents
from training.runs import RunState


def of(run: Path, earlier: runs.Request) -> runs.Resumption:
    """What a new run may go on from.

    Args:
        earlier: the request of `run`.

    Raises:
        NotResumable: the run is still at work or complete, there is no whole checkpoint, or the release or
            the base model is no longer the one it was trained on.
    """
    state = runs.read_state(run)
    if not state.state.is_final:
        raise errors.NotResumable(f"Run {run.name} is {state.state}. Stop it before resuming it.")
    if state.state is RunState.COMPLETED:
        raise errors.NotResumable(
            f"Run {run.name} has completed all {state.max_steps} steps. Start a new run."
        )
    _refuse_changed_release(earlier)
    if earlier.evaluation is not None:
        return runs.Resumption(run=run.name, checkpoint=run, step=contents.made(run))
    checkpoint = checkpoints.newest_or_inherited(run)
    if checkpoint is None:
        raise errors.NotResumable(f"Run {run.name} has saved no whole checkpoint. Start a new run.")
    _refuse_other_origin(run, checkpoint.path, earlier)
    return runs.Resumption(run=run.name, checkpoint=checkpoint.path, step=checkpoint.step)


def _refuse_changed_release(earlier: runs.Request) -> None:
    release = release_folder.load(earlier.release)
    changed = release_folder.differences(release)
    if release.fingerprint != earlier.fingerprint or changed:
        what = changed[0] if changed else "its fingerprint is another one"
        raise errors.NotResumable(
            f"The release {release.path} is not what run {earlier.run} was trained on: {what}. "
            "Restore it, or start a new run."
        )


def in_place(run: Path, request: runs.Request) -> runs.Request:
    """The request as a worker must take it that was started again in the same folder.

    Only a cluster does that, where a machine was lost: the newest whole checkpoint of the folder counts.
    """
    own = checkpoints.newest(run)
    if own is None or not request.trains:
        return request
    going_on = runs.Resumption(run=run.name, checkpoint=own.path, step=own.step)
    return dataclasses.replace(request, resumes=going_on)


def copy_curves(resumes: runs.Resumption, folder: Path) -> None:
    """Metrics up to the checkpoint and what was noted on the way, so that the new run's curves read whole."""
    earlier = resumes.checkpoint.parent
    taken = metrics.forward(metrics.read(earlier / runs.METRICS))
    rows = [row for row in taken if row["step"] <= resumes.step]
    metrics.write(folder / runs.METRICS, rows)
    events = [
        row
        for row in metrics.read(earlier / runs.EVENTS)
        if row.get("step", resumes.step + 1) <= resumes.step
    ]
    metrics.write(folder / runs.EVENTS, events)


def _refuse_other_origin(run: Path, checkpoint: Path, earlier: runs.Request) -> None:
    """The trainer would go on from any checkpoint with any model; the worker looks once more."""
    model = earlier.model
    origin = Origin(
        release=earlier.fingerprint,
        model=model_print.of(Path(model.path)) if model.path else "",
        recipe=earlier.recipe,
    )
    difference = checkpoints.differs(checkpoint, origin)
    if difference:
        raise errors.NotResumable(
            f"{checkpoint.name} of run {run.name} cannot be gone on from: {difference} by now. "
            "Bring back what it was trained with, or start a new run."
        )
