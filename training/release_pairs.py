"""The pairs of a release as values, read for training and for the exact-text preview."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from curation import text
from training import errors
from training.system_turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencePair:
    """One row of a release. `prompt` may start with a system turn and ends with the user's."""

    pair_id: str
    prompt: tuple[Turn, ...]
    chosen: str
    rejected: str


def read(release: Path, split: str, count: int | None = None) -> list[PreferencePair]:
    """The pairs of one split, in the release's order.

    Args:
        split: "train" or "test".
        count: at most so many; all where None.

    Raises:
        UnusableRelease: a file is missing, is no Parquet file, or a row is not what a release holds.
    """
    return list(islice(_rows(release, split), count))


def read_if_there(release: Path, split: str) -> list[PreferencePair]:
    """The pairs of a split; none where the release has no such split, as one of very few pairs."""
    return read(release, split) if any((release / "data").glob(f"{split}-*.parquet")) else []


def read_unwanted(release: Path) -> list[PreferencePair]:
    """Pairs that were judged both bad: neither answer is wanted. Never one whose prompt is held out.

    Raises:
        UnusableRelease: see read.
    """
    path = release / "ties.parquet"
    if not path.is_file():
        return []
    held_out = {_asked(pair.prompt) for pair in read_if_there(release, "test")}
    found = [
        _pair({**row, "chosen": row["answer_1"], "rejected": row["answer_2"]}, path)
        for row in _batches(path, ["pair_id", "prompt", "answer_1", "answer_2", "verdict"])
        if row["verdict"] == "both_bad"
    ]
    return [pair for pair in found if _asked(pair.prompt) not in held_out]


def _asked(prompt: tuple[Turn, ...]) -> str:
    """The last user turn as a reader sees it."""
    return text.folded(prompt[-1]["content"])


def _rows(release: Path, split: str) -> Iterator[PreferencePair]:
    files = sorted((release / "data").glob(f"{split}-*.parquet"))
    if not files:
        raise errors.UnusableRelease(f"{release} has no {split} split: data/{split}-*.parquet is missing.")
    for path in files:
        yield from (_pair(row, path) for row in _batches(path, ["pair_id", "prompt", "chosen", "rejected"]))


def _batches(path: Path, columns: list[str]) -> Iterator[dict[str, Any]]:
    # Imported here: the supervisor process must stay small.
    import pyarrow
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(path).iter_batches(batch_size=1024, columns=columns):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise errors.UnusableRelease(f"{path} cannot be read: {error}.") from error


def _pair(row: dict[str, Any], path: Path) -> PreferencePair:
    try:
        prompt = tuple({"role": str(turn["role"]), "content": str(turn["content"])} for turn in row["prompt"])
        (chosen,), (rejected,) = row["chosen"], row["rejected"]
        return PreferencePair(
            pair_id=str(row["pair_id"]), prompt=prompt, chosen=chosen["content"], rejected=rejected["content"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise errors.UnusableRelease(
            f"{path} holds a pair ({row.get('pair_id')}) that is no list of messages with one answer a side."
        ) from error
