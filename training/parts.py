"""Parts of a release as folders that training takes: nested shares of its pairs, the same test split.

Which pairs are in is decided by a hash of their ids, so that a smaller part lies within a larger one and the
same share is the same part. Parts lie beside the releases, never among them: nobody has approved them.
"""

import hashlib
import json
from pathlib import Path

from curation import text
from curation.workspace import Workspace
from training import documents, errors, release_folder

_MANIFEST = "manifest.json"


def write(space: Workspace, release: Path, share: float) -> Path:
    """Make the part, or name the one that is there.

    Args:
        share: of the training pairs, in (0, 1); at least one pair.

    Raises:
        UnusableRelease: the release cannot be read.
    """
    whole = release_folder.load(release)
    folder = space.home / "parts" / whole.fingerprint[:16] / f"{whole.name} {share:.0%}"
    if not (folder / _MANIFEST).is_file():
        scratch = folder.with_name(f".{folder.name}-{text.digest([str(folder)])[:8]}")
        (scratch / "data").mkdir(parents=True, exist_ok=True)
        kept = _copy(release, scratch, share)
        _describe(scratch, whole, share, kept)
        scratch.replace(folder)
    return folder


def is_of(part: Path, fingerprint: str) -> bool:
    """Whether a folder is a part of the release with this fingerprint."""
    return (documents.read_or_none(part / _MANIFEST) or {}).get("part_of") == fingerprint


def _copy(release: Path, folder: Path, share: float) -> int:
    """Training pairs kept."""
    import pyarrow as pa
    from pyarrow import parquet

    kept = 0
    for split in ("train", "test"):
        files = sorted((release / "data").glob(f"{split}-*.parquet"))
        try:
            table = pa.concat_tables([parquet.read_table(path) for path in files])
        except (pa.ArrowException, OSError) as error:
            raise errors.UnusableRelease(f"{release} has no {split} split that can be read.") from error
        if split == "train":
            ids = [str(pair_id) for pair_id in table["pair_id"].to_pylist()]
            chosen = set(sorted(ids, key=_shuffled)[: max(1, round(share * len(ids)))])
            table = table.filter(pa.array([pair_id in chosen for pair_id in ids]))
            kept = table.num_rows
        parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    return kept


def _shuffled(pair_id: str) -> str:
    return text.digest(["part", pair_id])


def _describe(folder: Path, whole: release_folder.Release, share: float, kept: int) -> None:
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
    manifest = {
        "name": f"{whole.name} {share:.0%}",
        "fingerprint": text.digest([whole.fingerprint, *sorted(files.values())], 32),
        "part_of": whole.fingerprint,
        "share": share,
        "train": kept,
        "test": whole.test,
        "files": files,
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
