"""Compares a release folder with its manifest. Needs no database."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curation.errors import InvalidInput
from curation.release import fingerprint, members, rows, write

_LARGEST_MANIFEST = 1 << 24  # bytes; ours take a few thousand
LARGEST_GROUP = 1 << 31  # bytes unpacked; ours hold 1,000 rows, and zeros pack a thousandfold


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a release folder says of itself.

    Attributes:
        name: names the content (project and fingerprint), not the folder.
        files: SHA-256 by path in the folder; the manifest itself is not among them.
    """

    name: str
    fingerprint: str
    train: int
    test: int
    ties: int
    excluded: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which a folder is not what its manifest says; path is relative to the folder."""

    path: str
    message: str


def check(folder: Path) -> tuple[Difference, ...]:
    """What differs; empty when every file is as it was released.

    Raises:
        InvalidInput: there is no manifest to compare with.
    """
    manifest = read_manifest(folder)
    differences = (*_missing_and_changed(folder, manifest), *_added(folder, manifest))
    return differences or tuple(_content(folder, manifest))


def changed_files(folder: Path) -> tuple[Difference, ...]:
    """Files that are missing, added or not those that were released; rows are not counted again."""
    manifest = read_manifest(folder)
    return (*_missing_and_changed(folder, manifest), *_added(folder, manifest))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder.

    Raises:
        InvalidInput: it is missing or is not a manifest of ours.
    """
    path = folder / write.MANIFEST
    try:
        if path.stat().st_size > _LARGEST_MANIFEST:
            raise ValueError(path.stat().st_size)
        found = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(
            name=str(found["name"]),
            fingerprint=str(found["fingerprint"]),
            train=int(found["train"]),
            test=int(found["test"]),
            ties=int(found["ties"]),
            excluded=int(found["excluded"]),
            files={str(name): str(digest) for name, digest in found["files"].items()},
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidInput(f"{folder} is not a release: it has no {write.MANIFEST}.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInput(
            f"{path} is not a manifest of Pairloom, or it is damaged. Take the folder from a backup."
        ) from error
    for name in manifest.files:
        if not members.is_member(name):
            raise InvalidInput(
                f"{path} names {name!r}, which lies outside of the release, so nothing of it is "
                "read. Do not use this folder."
            )
    return manifest


def _missing_and_changed(folder: Path, manifest: Manifest) -> Iterator[Difference]:
    for name, expected in sorted(manifest.files.items()):
        path = folder / name
        if not path.is_file():
            yield Difference(path=name, message=f"{name} is missing.")
        elif fingerprint.of_file(path) != expected:
            yield Difference(path=name, message=f"{name} is not the file that was released.")


def _added(folder: Path, manifest: Manifest) -> Iterator[Difference]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != write.MANIFEST and name not in manifest.files:
            yield Difference(path=name, message=f"{name} was added after the release.")


def _content(folder: Path, manifest: Manifest) -> Iterator[Difference]:
    """The files are those that the manifest lists; now whether it tells the truth about their rows."""
    digests: list[str] = []
    for name, expected in ((write.TRAIN, manifest.train), (write.TEST, manifest.test)):
        before = len(digests)
        try:
            for batch in _batches(folder / name):
                digests.extend(fingerprint.of_table(pa.Table.from_batches([batch])))
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Difference(path=name, message=f"{name} cannot be read: {str(error).splitlines()[0]}.")
            return
        if len(digests) - before != expected:
            message = f"{name} holds {len(digests) - before} rows, the manifest says {expected}."
            yield Difference(path=name, message=message)
    if fingerprint.of_rows(digests) != manifest.fingerprint:
        yield Difference(path=write.MANIFEST, message="The rows do not give the manifest's fingerprint.")


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        for number in range(file.metadata.num_row_groups):
            size = file.metadata.row_group(number).total_byte_size
            if size > LARGEST_GROUP:
                raise ValueError(f"{size / 2**20:,.0f} MiB of rows are packed into one group")
            yield from file.iter_batches(batch_size=rows.CHUNK, row_groups=[number])
