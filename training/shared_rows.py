"""Rendered pairs as a data set that all processes of a run read alike. Only the worker imports it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from training import ranks, runs


def data_set(rows: Sequence[dict[str, Any]], run: Path, split: str) -> Dataset:
    """The rows as the trainer takes them.

    In a group they are read from one file in the run's folder: of a data set in memory every process has a
    copy of its own, and TRL looks for the log-probabilities that the first one has stored where only that one
    has put them.
    """
    rank = ranks.current()
    if rank.count == 1:
        return Dataset.from_list(list(rows))
    folder = str(run / runs.ROWS / split)
    if rank.is_first or not ranks.share_folder():
        Dataset.from_list(list(rows)).save_to_disk(folder)
    ranks.wait()
    return Dataset.load_from_disk(folder)
