"""Folders made from a release that training takes: shares of its pairs, or other pairs for its test rows.

They lie beside the releases, never among them: nobody has approved them. The same request finds the same
folder.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from curation import text
from curation.workspace import Workspace
from training import documents, errors, release_folder
from training.release_folder import Release

_MANIFEST = "manifest.json"
_COLUMNS = ("pair_id", "prompt", "chosen", "rejected", "tier", "source")
Row = Mapping[str, Any]


def write(space: Workspace, release: Path, share: float) -> Path:
    """A share of the training pairs, the same test split; shares are nested, by a hash of the pairs' ids.

    Args:
        share: in (0, 1); at least one pair.

    Raises:
        UnusableRelease: the release cannot be read.
    """
    whole = release_folder.load(release)
    train = sorted(rows(release, "train"), key=lambda row: text.digest(["part", str(row["pair_id"])]))
    kept = train[: max(1, round(share * len(train)))]
    return made(space, whole, f"{share:.0%}", train=kept, test=rows(release, "test"))


def made(space: Workspace, whole: Release, name: str, *, train: Sequence[Row], test: Sequence[Row]) -> Path:
    """A folder with these rows, or the one that was made under this name before."""
    folder = space.home / "parts" / whole.fingerprint[:16] / f"{whole.name} {name}"
    if not (folder / _MANIFEST).is_file():
        scratch = folder.with_name(f".{folder.name}")
        (scratch / "data").mkdir(parents=True, exist_ok=True)
        _write_splits(scratch, {"train": train, "test": test})
        _describe(scratch, whole, name, train=len(train), test=len(test))
        scratch.replace(folder)
    return folder


def is_of(part: Path, fingerprint: str) -> bool:
    """Whether a folder is a share of the release with this fingerprint."""
    told = documents.read_or_none(part / _MANIFEST) or {}
    return told.get("part_of") == fingerprint and str(told.get("part", "")).endswith("%")


def rows(release: Path, split: str, *, of_tiers: Collection[str] | None = None) -> list[Row]:
    """The rows of a split as a release holds them.

    Args:
        of_tiers: only rows whose label rests on one of these; all where None.

    Raises:
        UnusableRelease: the split is missing or cannot be read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    found: list[Row] = []
    try:
        for path in sorted((release / "data").glob(f"{split}-*.parquet")):
            names = set(parquet.read_schema(path).names)
            columns = [name for name in _COLUMNS if name in names]
            found += parquet.read_table(path, columns=columns).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise errors.UnusableRelease(f"The {split} split of {release} cannot be read: {error}.") from error
    return [row for row in found if of_tiers is None or row.get("tier") in of_tiers]


def _write_splits(folder: Path, splits: Mapping[str, Sequence[Row]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    for split, kept in splits.items():
        if not kept:  # a release of very few pairs has no test split either
            continue
        table = pa.Table.from_pylist([dict(row) for row in kept])
        parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")


def _describe(folder: Path, whole: Release, name: str, *, train: int, test: int) -> None:
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
    manifest = {
        "name": f"{whole.name} {name}",
        "fingerprint": text.digest([whole.fingerprint, *sorted(files.values())], 32),
        "part_of": whole.fingerprint,
        "part": name,
        "train": train,
        "test": test,
        "files": files,
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
