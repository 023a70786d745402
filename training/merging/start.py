"""What a merge begins with: a completed run with an adapter, and room for a whole model."""

import secrets
import shutil
from pathlib import Path

from curation import workspace
from training import artefacts, devices, errors, located_model, runs, supervisor
from training.merging.asked import Kind, Merge
from training.runs import RunState

_GIB = 2**30
_BYTES_IN_MEMORY = 4  # merged in 32 bits, so that nothing is rounded twice
_BYTES_ON_DISK = 2


def start(run: Path, *, by: str, kind: Kind = Kind.BFLOAT16, request_id: str | None = None) -> str:
    """Fold a run's adapter into its base model, or name the merge that this request has started.

    Returns:
        The merge's id, the name of its folder beside the runs.

    Raises:
        NotResumable: the run has not completed.
        ModelMissing: it has left no adapter that opens, or its base model is not there.
        PreflightRefused: memory or disk would not hold the model.
        LaunchFailed: see supervisor.start.
    """
    state = runs.read_state(run).state
    if state is not RunState.COMPLETED:
        raise errors.NotResumable(f"Run {run.name} is {state}. Only a completed run can be merged.")
    if (run / "model").is_dir():
        raise errors.ModelMissing(
            f"Run {run.name} has trained every weight: its folder model/ is a whole model already."
        )
    problems = artefacts.problems(run)
    if problems:
        raise errors.ModelMissing(f"The adapter of run {run.name} cannot be used: {problems[0]}.")
    _refuse_without_room(run)
    return supervisor.merge(
        run,
        Merge(run=run.name, adapter=str(run / "adapter"), kind=kind),
        by=by,
        request_id=request_id or secrets.token_hex(8),
    )


def _refuse_without_room(run: Path) -> None:
    space = workspace.Workspace(home=run.parent.parent)
    weights = located_model.locate(runs.read_request(run).model, space).shape.parameters
    free = {
        "memory": (weights * _BYTES_IN_MEMORY, devices.processor().free_bytes),
        "disk": (weights * _BYTES_ON_DISK, shutil.disk_usage(run).free),
    }
    for what, (needed, there) in free.items():
        if needed > there:
            raise errors.PreflightRefused(
                f"Merging {weights:,} weights needs {needed / _GIB:.1f} GiB of {what}; {there / _GIB:.1f} "
                f"GiB are free. Free some, or merge on a larger machine: `python -m training merge`."
            )
