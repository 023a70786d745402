"""What two measured steps say about a run: found among the run folders, and turned into memory and time."""

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curation import workspace
from training import base_model, documents, estimates, recipe, release_folder, run_views, runs
from training.choices import Reference
from training.recipe import DpoRecipe
from training.release_folder import Release
from training.runs import RunState

KEPT = 8  # each is a few kilobytes; so many recipes are compared at a time (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Measured on this machine.

    Attributes:
        peak_bytes: of the process, or on the GPU.
        start_seconds: loading and preparing, up to the first step.
        step_seconds: one step on pairs of usual length.
        pair_seconds: reading one held-out pair, both sides, without gradients.
    """

    peak_bytes: int
    start_seconds: float
    step_seconds: float
    pair_seconds: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def newest(
    space: workspace.Workspace, release: Release, model: base_model.BaseModel, settings: DpoRecipe
) -> Trial | None:
    """The last completed trial of exactly this; None where there is none."""
    for folder in run_views.folders(space):
        if not (folder / runs.TRIAL).exists():
            continue
        request = runs.read_request(folder)
        asked = (request.fingerprint, request.model, dict(request.recipe))
        whole = runs.read_state(folder).state is RunState.COMPLETED
        if whole and asked == (release.fingerprint, model, recipe.to_dict(settings)):
            return read(folder)
    return None


def tidy(space: workspace.Workspace) -> None:
    """Delete the folders of trials that have ended, but for the newest ones: their figures are still used.

    Nothing lists them, so nobody else would.
    """
    tried = [view for view in run_views.list_all(space) if view.request.trial and view.state.state.is_final]
    for view in tried[KEPT:]:
        scratch = view.path.with_name(f".deleted-{view.id}")
        with contextlib.suppress(FileNotFoundError):  # another process tidies at the same time
            view.path.rename(scratch)  # gone at once, also where deleting its files is interrupted
            shutil.rmtree(scratch)


def read(folder: Path) -> Trial:
    """trial.json.

    Raises:
        DamagedFile: it cannot be read.
    """
    content: Mapping[str, Any] = documents.read(folder / runs.TRIAL)
    return Trial(**content)


def seconds(trial: Trial, settings: DpoRecipe, release: release_folder.Release, sampling: float) -> float:
    """Duration of the whole run, from start to end.

    Args:
        sampling: of the answers before and after, which a trial does not give; estimated.
    """
    steps = settings.steps(release.train)
    once = settings.reference is Reference.PRECOMPUTED
    # Policy and reference at every evaluation; before and after, ours once more.
    reads = estimates.evaluations(settings, steps) * (1 if once else 2) + 2
    pairs = release.test * reads + (release.train + release.test if once else 0)
    return trial.start_seconds + steps * trial.step_seconds + pairs * trial.pair_seconds + sampling
