"""How near the estimates of memory came: finished runs of this workspace, estimated and measured."""

from curation import workspace
from training import documents, run_views, runs, usage

_LOOKED_AT = 20  # newest finished runs


def ratios(space: workspace.Workspace) -> tuple[float, ...]:
    """Estimated over measured peak of each finished training run, newest first; of those that say both."""
    found = []
    for run in run_views.list_runs(space):
        seen = documents.read_or_none(run.path / runs.PREFLIGHT) or {}
        used = usage.of_run(run.path) if run.state.state.is_final else None
        if used and seen.get("memory_bytes") and not seen.get("measured"):
            found.append(seen["memory_bytes"] / used.peak_bytes)
        if len(found) == _LOOKED_AT:
            break
    return tuple(found)
