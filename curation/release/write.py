"""Writes the files of a release into a folder. The same state gives the same bytes.

"The same state" is: the same pairs, imports' opinions, decisions, settlements, guidelines, sources and
project name, the same policy, and the same acknowledgements (rule, count, person). Nothing else goes
into a file: no path, no clock, no locale, no name of the release. A folder's name is its only name.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curation.release import card, columns, contents, croissant, fingerprint, origins, preset, rows
from curation.release.contents import Content
from curation.release.gate import Acknowledgement, Examination
from curation.validation import runner
from curation.validation.exclusion import Cursor

FORMAT = 4  # raise it with every change of what is written, so that a reproduction can say why bytes differ
MANIFEST = "manifest.json"
UNPAIRED = "unpaired.parquet"
TRAIN, TEST = "data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"
Progress = Callable[[int, int], None]


def files(
    cursor: Cursor,
    folder: Path,
    examination: Examination,
    acknowledgements: tuple[Acknowledgement, ...],
    progress: Progress,
) -> str:
    """Write every file of a release into an empty folder, and onto the disk.

    Args:
        cursor: the snapshot that `gate.examined` has prepared.

    Returns:
        The fingerprint.
    """
    (folder / "data").mkdir()
    sources = origins.prepare(cursor)
    digest = _parquet_files(cursor, folder, examination, progress)
    content = contents.read(cursor, digest, sources, examination.validation.findings)
    _write_json(folder / "validation.json", validation_json(examination, acknowledgements))
    _write(folder / "README.md", card.markdown(content, examination, acknowledgements))
    _write_json(
        folder / "croissant.json", croissant.metadata(content, _sums(folder), card.biases(examination))
    )
    _write_json(folder / MANIFEST, _manifest(content, examination, _sums(folder)))
    for path in (folder / "data", folder):
        sync_folder(path)
    return digest


def validation_json(
    examination: Examination, acknowledgements: tuple[Acknowledgement, ...]
) -> dict[str, object]:
    """What the rules found and who accepted it."""
    return {
        "rule_set": runner.RULE_SET,
        "checked": list(runner.CHECKED),
        "policy": asdict(examination.policy),
        "pairs": examination.validation.pairs,
        "contents": examination.validation.contents,
        "findings": [asdict(finding) for finding in examination.validation.findings],
        "acknowledgements": [asdict(each) for each in acknowledgements],
        "tiers": {tier.value: count for tier, count in examination.tiers.items()},
        "agreement": asdict(examination.agreement),
        "training": [asdict(each) for each in preset.suggested(examination)],
        "protected_prompts": dict(examination.protected) or "none supplied",
    }


def _parquet_files(cursor: Cursor, folder: Path, examination: Examination, progress: Progress) -> str:
    total = examination.train + examination.test
    digests: list[str] = []

    def hashed(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            digests.extend(fingerprint.of_table(table))
            yield table
            progress(len(digests), total)

    _write_parquet(folder / TRAIN, columns.PREFERENCE, hashed(rows.preferences(cursor, "train")))
    _write_parquet(folder / TEST, columns.PREFERENCE, hashed(rows.preferences(cursor, "test")))
    _write_parquet(folder / "ties.parquet", columns.TIE, rows.ties(cursor))
    kept = list(rows.unpaired(cursor))
    if kept:  # a release without such answers has no such file
        _write_parquet(folder / UNPAIRED, columns.UNPAIRED, kept)
    _write_parquet(folder / "excluded.parquet", columns.EXCLUDED, rows.excluded(cursor))
    _write_parquet(folder / "decisions.parquet", columns.DECISION, rows.decisions(cursor))
    return fingerprint.of_rows(digests)


def _write_parquet(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """One row group a table. Settings that decide bytes are named, so that no new default changes them.

    A table is compressed and written while the next one is read and hashed.
    """
    with (
        pq.ParquetWriter(
            path,
            schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=3,
            use_dictionary=["tier", "verdict", "annotator", "kind", "arm", "left_answer"],
            write_statistics=True,
            store_schema=True,
            write_page_index=False,
            write_page_checksum=False,
        ) as writer,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        written = beside.submit(int)
        for table in tables:
            written.result()
            written = beside.submit(writer.write_table, table, row_group_size=rows.CHUNK)
        written.result()
    _sync(path)


def _manifest(content: Content, examination: Examination, sums: Mapping[str, str]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "name": content.title,
        "fingerprint": content.fingerprint,
        "train": examination.train,
        "test": examination.test,
        "ties": examination.ties,
        "excluded": examination.excluded,
        "pairs": examination.validation.pairs,
        "rule_set": runner.RULE_SET,
        "guideline_version": content.guideline_version,
        "sources": [asdict(origin) for origin in content.origins],
        "files": dict(sums),
    }


def _sums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by its path in the folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): fingerprint.of_file(path) for path in found}


def _write_json(path: Path, value: object) -> None:
    _write(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
    _sync(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make the names in a folder last, not only the files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
