"""The pairs of a release, read in batches: faults that TRL would train on without a word."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training import errors
from training.measured import EXAMPLES
from training.release_folder import Release

_BATCH = 2048  # rows in memory at once
_ECHO = 20  # characters; shorter prompts begin many answers by chance (rule V11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How many pairs have it, and the ids of the first ones."""

    count: int
    pairs: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.pairs[0]


def count_faults(release: Release) -> dict[str, Fault]:
    """Pairs with each fault; without those that nobody has.

    Raises:
        UnusableRelease: a file has no columns prompt, chosen, rejected, or is no Parquet file.
    """
    counts: dict[str, int] = {}
    first: dict[str, list[str]] = {}
    for number, row in enumerate(_rows(release)):
        for fault in _faults(row["prompt"], row["chosen"], row["rejected"]):
            counts[fault] = counts.get(fault, 0) + 1
            named = first.setdefault(fault, [])
            if len(named) < EXAMPLES:
                named.append(str(row.get("pair_id") or f"row {number + 1}"))
    return {fault: Fault(count=count, pairs=tuple(first[fault])) for fault, count in counts.items()}


def _rows(release: Release) -> Iterator[dict[str, Any]]:
    # Imported here: the supervisor process must stay small, and only a preflight reads rows.
    import pyarrow
    from pyarrow import parquet

    for path in sorted((release.path / "data").glob("*.parquet")):
        try:
            file = parquet.ParquetFile(path)
            wanted = {"prompt", "chosen", "rejected", "pair_id"} & set(file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=_BATCH, columns=sorted(wanted)):
                yield from batch.to_pylist()
        except pyarrow.ArrowInvalid as error:
            raise errors.UnusableRelease(f"{path} is no readable Parquet file: {error}.") from None


def _faults(prompt: Any, chosen: Any, rejected: Any) -> Iterator[str]:
    if not (_is_prompt(prompt) and _is_answer(chosen) and _is_answer(rejected)):
        yield "roles-wrong"
        return
    sides = [str(side[0]["content"]) for side in (chosen, rejected)]
    if not all(side.strip() for side in sides):
        yield "side-empty"
    elif sides[0].strip() == sides[1].strip():
        yield "sides-identical"
    asked = str(prompt[-1]["content"])
    if len(asked) >= _ECHO and any(side.lstrip().startswith(asked) for side in sides):
        yield "prompt-repeated"


def _is_prompt(messages: Any) -> bool:
    if not isinstance(messages, list) or not messages:
        return False
    roles = [message["role"] for message in messages]
    turns = roles[1:] if roles[0] == "system" else roles
    return len(turns) % 2 == 1 and all(
        role == ("user", "assistant")[place % 2] for place, role in enumerate(turns)
    )


def _is_answer(messages: Any) -> bool:
    return isinstance(messages, list) and [one["role"] for one in messages] == ["assistant"]
