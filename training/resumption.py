"""What a run can go on from: found, checked against the release, and its curves carried over."""

from pathlib import Path

from training import checkpoints, errors, metrics, release_folder, runs
from training.evaluating import contents
from training.runs import RunState


def of(run: Path, earlier: runs.Request) -> runs.Resumption:
    """The newest whole checkpoint, or the answers that an evaluation has written.

    Raises:
        NotResumable: the run is still at work or complete, or there is no whole checkpoint.
    """
    state = runs.read_state(run)
    if not state.state.is_final:
        raise errors.NotResumable(f"Run {run.name} is {state.state}. Stop it before resuming it.")
    if state.state is RunState.COMPLETED:
        raise errors.NotResumable(
            f"Run {run.name} has completed all {state.max_steps} steps. Start a new run."
        )
    if earlier.evaluation is not None:
        return runs.Resumption(run=run.name, checkpoint=run, step=contents.made(run))
    checkpoint = checkpoints.newest_or_inherited(run)
    if checkpoint is None:
        raise errors.NotResumable(f"Run {run.name} has saved no whole checkpoint. Start a new run.")
    return runs.Resumption(run=run.name, checkpoint=checkpoint.path, step=checkpoint.step)


def refuse_changed_release(earlier: runs.Request) -> None:
    """Raises NotResumable where the release is no longer what the run was trained on."""
    release = release_folder.load(earlier.release)
    changed = release_folder.differences(release)
    if release.fingerprint != earlier.fingerprint or changed:
        what = changed[0] if changed else "its fingerprint is another one"
        raise errors.NotResumable(
            f"The release {release.path} is not what run {earlier.run} was trained on: {what}. "
            "Restore it, or start a new run."
        )


def copy_metrics(resumes: runs.Resumption, folder: Path) -> None:
    """The rows up to the checkpoint, so that the curves of the new run read whole."""
    path = resumes.checkpoint.parent / runs.METRICS
    rows = [row for row in metrics.read(path) if row["step"] <= resumes.step]
    metrics.write(folder / runs.METRICS, rows)
