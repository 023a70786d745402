"""Checkpoints of a run: which one can be gone on from.

A checkpoint folder is not written atomically, so only one that its writer has marked COMPLETE counts; and a
folder without optimiser or scheduler would be taken by the trainer without a word, so both must be there.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from training import artefacts, documents

COMPLETE = "COMPLETE"
_NAME = re.compile(r"checkpoint-(\d+)")
_NEEDED = (COMPLETE, "trainer_state.json", "optimizer.pt", "scheduler.pt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A whole checkpoint; step counts optimiser steps."""

    step: int
    path: Path


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


def is_whole(checkpoint: Checkpoint) -> bool:
    """Marked, with state, optimiser and scheduler, and weights that open."""
    folder = checkpoint.path
    if not all((folder / name).is_file() for name in _NEEDED):
        return False
    state = documents.read_or_none(folder / "trainer_state.json") or {}
    weights = artefacts.weight_files(folder)
    opens = bool(weights) and not any(artefacts.weight_problem(path) for path in weights)
    filled = all((folder / name).stat().st_size for name in _NEEDED[2:])
    return opens and filled and state.get("global_step") == checkpoint.step


def _found(run: Path) -> list[Checkpoint]:
    names = [(path, _NAME.fullmatch(path.name)) for path in run.glob("checkpoint-*")]
    return [Checkpoint(step=int(match[1]), path=path) for path, match in names if match]
