"""Writes a release in another layout into a folder of its own. Needs no database.

The rows are read from the release's Parquet files in its order, so the same release gives the same bytes.
Every file carries the beginning of the fingerprint in its name, the README all of it.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pyarrow.parquet as pq

from curation import text
from curation.errors import InvalidInput
from curation.release import verify, write
from curation.release.layouts import Layout, Row, Shape, Shaped
from curation.release.verify import Manifest

Progress = Callable[[int, int], None]
_SHORT = 12
_BATCH = 1000
_PARTS = {"train": write.TRAIN, "test": write.TEST}
# JSON allows them inside strings; readers that split lines at them do not.
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\u0085": "\\u0085"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was written.

    Attributes:
        train, test: rows of the layout, which may be two a pair.
        left_out: pairs that the layout cannot hold.
    """

    path: Path
    layout: Layout
    fingerprint: str
    train: int
    test: int
    left_out: int


def export(
    release: Path, layout: Layout, into: Path, *, progress: Progress = lambda _done, _total: None
) -> Export:
    """Write a release in another layout into a new folder.

    Raises:
        InvalidInput: the folder is no release, is not as it was released, or `into` exists.
    """
    manifest = verify.read_manifest(release)
    damage = verify.changed_files(release)
    if damage:
        raise InvalidInput(
            f"{release.name} is not as it was released: {damage[0].message} Export a whole one."
        )
    if into.exists():
        raise InvalidInput(f"{into} exists already. Name a folder that does not.")
    with _whole(into) as folder:
        return _write(release, manifest, layout, folder, into, progress)


def place(release: Path, layout: Layout, exports: Path) -> Path:
    """Where the export of a release is kept. Releases never change, so it is written once."""
    return exports / f"{release.name}-{verify.read_manifest(release).fingerprint[:_SHORT]}-{layout.value}"


@contextmanager
def _whole(into: Path) -> Iterator[Path]:
    """A folder that gets its name only when everything is in it."""
    partial = into.with_name(f".{into.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(into)
    except OSError as error:
        raise InvalidInput(f"The export cannot be written to {into}: {error.strerror}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(
    release: Path, manifest: Manifest, layout: Layout, folder: Path, into: Path, progress: Progress
) -> Export:
    shape = layout.shape
    total, done, left_out = manifest.train + manifest.test, 0, 0
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for part, file in _PARTS.items():
        names[part] = f"{part}-{manifest.fingerprint[:_SHORT]}.{shape.suffix}"
        with _writer(folder / names[part], layout) as put:
            for row in _rows(release / file):
                shaped = shape.rows(row)
                counts[part] = counts.get(part, 0) + put(shaped)
                left_out += not shaped
                done += 1
                if done % _BATCH == 0:
                    progress(done, total)
            if part == "train":
                added, lost = _beside(release, shape, put)
                counts[part] += added
                left_out += lost
    made = Export(
        path=into,
        layout=layout,
        fingerprint=manifest.fingerprint,
        train=counts.get("train", 0),
        test=counts.get("test", 0),
        left_out=left_out,
    )
    if layout is Layout.SHAREGPT:
        _text(folder / "dataset_info.json", _json(_dataset_info(manifest, names), indent=2) + "\n")
    _text(folder / "README.md", _readme(manifest, shape, made, names))
    progress(total, total)
    return made


def _beside(release: Path, shape: Shape, put: Callable[[list[Shaped]], int]) -> tuple[int, int]:
    """Rows written of the files beside train and test, and pairs of them that were not.

    Never one whose prompt is held out.
    """
    files = {"ties.parquet": shape.undecided, write.UNPAIRED: shape.single}
    wanted = {name: made for name, made in files.items() if made is not None and (release / name).is_file()}
    held_out = {_turns(row) for row in _rows(release / write.TEST)} if wanted else set()
    added, lost = 0, 0
    for name, made in wanted.items():
        for row in _rows(release / name):
            shaped = [] if _turns(row) in held_out else made(row)
            added += put(shaped)
            lost += not shaped
    return added, lost


def _turns(row: Row) -> str:
    """The last user turn as a reader sees it."""
    return text.folded(row["prompt"][-1]["content"])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()


@contextmanager
def _writer(path: Path, layout: Layout) -> Iterator[Callable[[list[Shaped]], int]]:
    """A function that writes shaped rows and returns how many those were."""
    encoding = "utf-8-sig" if layout is Layout.SPREADSHEET else "utf-8"
    with path.open("w", encoding=encoding, newline="\n" if layout.shape.suffix != "csv" else "") as file:
        if layout.shape.suffix == "csv":
            yield _csv(file)
        elif layout.shape.suffix == "json":
            file.write("[")
            yield _array(file)
            file.write("\n]\n")
        else:
            yield lambda rows: _lines(file, rows)


def _lines(file: TextIO, rows: Iterable[Shaped]) -> int:
    return sum(file.write(_json(row) + "\n") > 0 for row in rows)


def _array(file: TextIO) -> Callable[[list[Shaped]], int]:
    separator = "\n"

    def put(rows: list[Shaped]) -> int:
        nonlocal separator
        for row in rows:
            file.write(separator + _json(row))
            separator = ",\n"
        return len(rows)

    return put


def _csv(file: TextIO) -> Callable[[list[Shaped]], int]:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    has_header = False

    def put(rows: list[Shaped]) -> int:
        nonlocal has_header
        for row in rows:
            if not has_header:
                writer.writerow(row)
                has_header = True
            writer.writerow(row.values())
        return len(rows)

    return put


def _dataset_info(manifest: Manifest, names: dict[str, str]) -> dict[str, object]:
    """What LLaMA-Factory asks for beside the files."""
    columns = {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "system": "system"}
    return {
        f"pairloom_{manifest.fingerprint[:_SHORT]}_{part}": {
            "file_name": name,
            "formatting": "sharegpt",
            "ranking": True,
            "columns": columns,
        }
        for part, name in names.items()
    }


def _readme(manifest: Manifest, shape: Shape, made: Export, names: dict[str, str]) -> str:
    left_out = f"Left out: {made.left_out} pairs ({shape.left_out}).\n\n" if made.left_out else ""
    return (
        f"# {manifest.name}: {shape.title}\n\n"
        f"Exported by Pairloom from the release with the fingerprint `{manifest.fingerprint}`.\n\n"
        f"- `{names['train']}`: {made.train} rows for training\n"
        f"- `{names['test']}`: {made.test} held-out rows; no prompt is in both\n\n"
        f"{left_out}{shape.note}\n"
    )


def _json(value: object, indent: int | None = None) -> str:
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    for sign, escaped in _LINE_ENDS.items():
        written = written.replace(sign, escaped)
    return written


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
