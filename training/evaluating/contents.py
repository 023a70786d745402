"""What lies in the folder of an evaluation beside the files of every run, and how much of it is there."""

from pathlib import Path

from training import metrics

PROMPTS = "prompts.jsonl"
ANSWERS = "answers.jsonl"
SCORES = "scores.jsonl"
COMPARISON = "comparison.jsonl"  # written last; `python -m curation import` takes it
HELD_OUT = "held_out.json"


def inherit(earlier: Path, folder: Path) -> None:
    """Copy prompts and every whole row of an evaluation that did not end."""
    for name in (PROMPTS, ANSWERS, SCORES):
        metrics.write(folder / name, metrics.read(earlier / name))


def made(folder: Path) -> int:
    """Whole answers and likelihoods so far."""
    return len(metrics.read(folder / ANSWERS)) + len(metrics.read(folder / SCORES))


def problems(folder: Path) -> tuple[str, ...]:
    """Why a finished evaluation cannot be used, one phrase each; empty where it is whole."""
    # Where no prompt was asked, only likelihoods were read.
    wanted = (ANSWERS, COMPARISON) if metrics.read(folder / PROMPTS) else (SCORES, COMPARISON)
    return tuple(f"{name} is missing" for name in wanted if not (folder / name).is_file())
