"""Which held-out pairs belong together: by source, by which answer is longer, by tier, by annotator.

Reads a release folder; knows no screen and no database. A model that gains on one source only, or only where
the chosen answer is longer, has learned something else than what was meant.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training import errors

SOURCE, LENGTH, TIER, ANNOTATOR = "source", "length", "tier", "annotator"
_ALIKE = 1.1  # ratio of lengths up to which no answer counts as longer (rules.md V15)

Groups = dict[str, dict[str, set[str]]]


def of(release: Path, split: str) -> Groups:
    """kind → name of a group → ids of its pairs. A pair that several people judged is in several groups.

    Kinds that a release does not tell, as one that was made elsewhere, are left out.

    Raises:
        UnusableRelease: a file cannot be read.
    """
    found: Groups = {}
    members: set[str] = set()
    for row in _rows(sorted((release / "data").glob(f"{split}-*.parquet"))):
        pair_id = str(row["pair_id"])
        members.add(pair_id)
        for kind, name in _named(row):
            found.setdefault(kind, {}).setdefault(name, set()).add(pair_id)
    for pair_id, name in _votes(release):
        if pair_id in members:
            found.setdefault(ANNOTATOR, {}).setdefault(name, set()).add(pair_id)
    return found


def _named(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield LENGTH, _longer(len(row["chosen"][0]["content"]), len(row["rejected"][0]["content"]))
    if row.get("source"):
        yield SOURCE, str(row["source"]).rpartition("#")[0]
    if row.get("tier"):
        yield TIER, str(row["tier"])


def _longer(chosen: int, rejected: int) -> str:
    if max(chosen, rejected) <= _ALIKE * min(chosen, rejected):
        return "alike"
    return "chosen longer" if chosen > rejected else "rejected longer"


def _votes(release: Path) -> Iterator[tuple[str, str]]:
    """(pair, pseudonym) of every preference in effect."""
    for row in _rows([path for path in [release / "decisions.parquet"] if path.is_file()]):
        if row["in_effect"] and row["verdict"] in ("answer_1", "answer_2"):
            yield str(row["pair_id"]), str(row["annotator"])


def _rows(paths: list[Path]) -> Iterator[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    wanted = ("pair_id", "chosen", "rejected", "source", "tier", "in_effect", "verdict", "annotator")
    for path in paths:
        try:
            file = parquet.ParquetFile(path)
            columns = [name for name in wanted if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=1024, columns=columns):
                yield from batch.to_pylist()
        except (pyarrow.ArrowException, OSError) as error:
            raise errors.UnusableRelease(f"{path} cannot be read: {error}.") from error
