"""Checkpoints of a run: which one can be gone on from, and which may be deleted.

A checkpoint folder is not written atomically, so only one that its writer has marked COMPLETE counts. The
mark lists every file with its size and what the checkpoint rests on: a file cut short later is noticed, and
so is a request to go on with another release, model or recipe, which the trainer takes without a word.
"""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training import artefacts, documents

COMPLETE = "COMPLETE"
_NAME = re.compile(r"checkpoint-(\d+)")
_NEEDED = (COMPLETE, "trainer_state.json", "scheduler.pt")
_OPTIMISERS = ("optimizer.pt", "optimizer.bin", "global_step*/*")  # of one process or DDP, FSDP, DeepSpeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A whole checkpoint; step counts optimiser steps."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a checkpoint rests on.

    Attributes:
        release: the release's fingerprint.
        model: of the base model's folder (model_print.of).
        recipe: every setting by name, as training.recipe writes it.
    """

    release: str
    model: str
    recipe: Mapping[str, Any]


def newest(run: Path) -> Checkpoint | None:
    """The whole checkpoint with the most steps behind it; None where there is none."""
    whole = all_whole(run)
    return whole[-1] if whole else None


def all_whole(run: Path) -> list[Checkpoint]:
    """Every whole checkpoint, fewest steps first."""
    return sorted(filter(is_whole, _found(run)), key=lambda checkpoint: checkpoint.step)


def newest_or_inherited(run: Path) -> Checkpoint | None:
    """As newest; where a resumed run has saved none of its own, the one that it went on from."""
    own = newest(run)
    resumes = documents.read(run / "request.json")["resumes"]
    if own is not None or resumes is None:
        return own
    inherited = Checkpoint(step=resumes["step"], path=Path(resumes["checkpoint"]))
    return inherited if is_whole(inherited) else None


def of_step(run: Path, step: int) -> Checkpoint | None:
    """The whole checkpoint after so many steps, in this run or in those it went on from."""
    found = Checkpoint(step=step, path=run / f"checkpoint-{step}")
    if is_whole(found):
        return found
    resumes = (documents.read_or_none(run / "request.json") or {}).get("resumes")
    return of_step(Path(resumes["checkpoint"]).parent, step) if resumes else None


def is_whole(checkpoint: Checkpoint) -> bool:
    """Marked, with state, optimiser and scheduler, every file as long as it was, and weights that open."""
    folder = checkpoint.path
    if not all((folder / name).is_file() for name in _NEEDED):
        return False
    state = documents.read_or_none(folder / "trainer_state.json") or {}
    weights = artefacts.weight_files(folder)
    opens = bool(weights) and not any(artefacts.weight_problem(path) for path in weights)
    optimisers = [path for pattern in _OPTIMISERS for path in folder.glob(pattern)]
    filled = all(path.stat().st_size for path in (folder / "scheduler.pt", *optimisers))
    return (
        opens
        and bool(optimisers)
        and filled
        and _as_marked(folder)
        and state.get("global_step") == checkpoint.step
    )


def mark(folder: Path, origin: Origin) -> None:
    """Call it complete, once every file of it is on the disk and not only in the memory of the system."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != COMPLETE]
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    documents.write(folder / COMPLETE, {"files": sizes, "origin": asdict(origin)})


def differs(checkpoint: Path, wanted: Origin) -> str | None:
    """What a checkpoint rests on that is not what is wanted now, as a phrase; None where all is the same.

    What a checkpoint of an older version does not say is not held against it.
    """
    known = (documents.read_or_none(checkpoint / COMPLETE) or {}).get("origin") or {}
    for name in ("release", "model"):
        before, now = known.get(name), getattr(wanted, name)
        if before and now and before != now:
            return f"the {name} is another one"
    before = known.get("recipe") or {}
    changed = [key for key, value in before.items() if wanted.recipe.get(key, value) != value]
    return f"the recipe differs in {', '.join(sorted(changed))}" if changed else None


def thin_out(run: Path, *, keep: int, best: int | None) -> None:
    """Delete all but the newest `keep` whole checkpoints; never the best one.

    By their steps: the trainer goes by times, and would delete the newest after the clock was set back.
    Called after the newest was marked, so there is never a moment without a whole one.
    """
    whole = all_whole(run)
    kept = {checkpoint.step for checkpoint in whole[-keep:]} | {best}
    last = whole[-1].step if whole else 0
    for checkpoint in _found(run):
        if checkpoint.step not in kept and checkpoint.step < last:
            shutil.rmtree(checkpoint.path)


def drop_unfinished(run: Path) -> None:
    """Delete checkpoints without a mark; a full disk has room again for a few lines."""
    for checkpoint in _found(run):
        if not (checkpoint.path / COMPLETE).exists():
            shutil.rmtree(checkpoint.path, ignore_errors=True)


def _as_marked(folder: Path) -> bool:
    sizes = (documents.read_or_none(folder / COMPLETE) or {}).get("files") or {}
    try:
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except OSError:
        return False


def _found(run: Path) -> list[Checkpoint]:
    names = [(path, _NAME.fullmatch(path.name)) for path in run.glob("checkpoint-*")]
    return [Checkpoint(step=int(match[1]), path=path) for path, match in names if match]
