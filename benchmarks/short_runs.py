"""Short real runs of the demo model, for benchmarks: started by the supervisor, waited for to their end."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import made_releases
from curation.workspace import Workspace
from training import base_model, presets, recipe, runs, supervisor
from training.release_pairs import PreferencePair
from training.runs import RunState
from training.supervisor import StartRequest


def workspace(folder: Path, models: Path | None) -> Workspace:
    """An empty workspace, with the demo model where somebody has made it before."""
    space = Workspace(home=folder)
    space.create()
    if models:
        shutil.copytree(models, space.models, dirs_exist_ok=True)
    return space


def trained(
    space: Workspace, train: Sequence[PreferencePair], test: Sequence[PreferencePair], steps: int
) -> Path:
    """A completed run of the demo recipe on these pairs."""
    release = made_releases.write(space.releases / "made", train=train, test=test)
    changes = {"max_steps": str(steps), "warmup_steps": str(steps // 10), "sample_prompts": "1"}
    settings = recipe.with_changes(presets.find("demo").recipe, {**changes, "sample_tokens": "8"})
    request = StartRequest(
        release=release, model=base_model.parse("demo"), recipe=settings, by="benchmark", space=space
    )
    return ended(space.runs / supervisor.start(request))


def ended(folder: Path) -> Path:
    while not (state := runs.read_state(folder)).state.is_final:
        time.sleep(0.5)
    if state.state is not RunState.COMPLETED:
        raise SystemExit(f"{folder.name} is {state.state}: {state.message}")
    return folder
