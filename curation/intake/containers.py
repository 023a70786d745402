"""Files of rows: what a file is, told by its content and never by its name, and its rows one by one.

Nothing here knows what a column means. Rows stream: JSON lines, JSON lists, CSV and Parquet files of
any size are read with bounded memory, and a broken row costs that row only.
"""

import codecs
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from curation.errors import UnreadableSource
from curation.intake import arrow_rows, json_rows, object_rows, table_rows
from curation.intake.row import Row

_HEAD_BYTES = 65536
_PEEKED_ROWS = 100
_SHOWN_ROWS = 5

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\x1f\x8b": "packed with gzip twice",
    b"\x28\xb5\x2f\xfd": "packed with zstd twice",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


class Kind(StrEnum):
    """What a file is."""

    JSON_LINES = "JSON lines"
    JSON_LIST = "JSON list"
    JSON_OBJECT = "JSON object"
    TABLE = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"

    @property
    def is_text(self) -> bool:
        return self not in (Kind.PARQUET, Kind.ARROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The beginning of a file: names of its columns, and its first readable rows."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A file that holds rows.

    Attributes:
        encoding: Python codec of a text file, "" for Parquet and Arrow.
        delimiter: of a CSV file, "" otherwise.
        size: bytes for text and Arrow, rows for Parquet; what Row.done runs up to.
    """

    path: Path
    kind: Kind
    encoding: str
    delimiter: str
    size: int

    def rows(
        self, columns: tuple[str, ...] | None = None, stretch: tuple[int, int] | None = None
    ) -> Iterator[Row]:
        """Every row in file order, readable or not.

        Args:
            columns: read no others where the file allows it (Parquet, Arrow); None reads all.
            stretch: only these bytes of JSON lines, from and to, each at the beginning of a line.
        """
        if self.kind is Kind.PARQUET:
            return table_rows.parquet_rows(self.path, columns)
        if self.kind is Kind.ARROW:
            return arrow_rows.rows(self.path, columns)
        if self.kind is Kind.JSON_OBJECT:
            return object_rows.rows(self.path, self.encoding)
        if self.kind is Kind.TABLE:
            return table_rows.csv_rows(self.path, self.encoding, self.delimiter)
        if self.kind is Kind.JSON_LIST:
            return json_rows.list_rows(self.path, self.encoding)
        return json_rows.line_rows(self.path, self.encoding, stretch)

    def batches(self, columns: tuple[str, ...] | None, most: int) -> Iterator[tuple[Any, int]]:
        """Rows of a Parquet or Arrow file in batches of at most `most`, each with what is read by then."""
        if self.kind is Kind.PARQUET:
            return table_rows.parquet_batches(self.path, columns, most)
        return arrow_rows.batches(self.path, columns, most)

    def head(self) -> Head:
        """Columns and the first rows.

        Raises:
            UnreadableSource: there are no rows, or none of the first can be read.
        """
        names = self.columns()
        first = itertools.islice(self.rows(), _SHOWN_ROWS)
        return Head(columns=names, rows=tuple(row.values for row in first if row.values is not None))

    def columns(self) -> tuple[str, ...]:
        """Names of the columns: the header, or what the first 100 readable JSON rows have.

        Raises:
            UnreadableSource: there are no rows, or none of the first can be read.
        """
        if self.kind is Kind.PARQUET:
            return table_rows.parquet_columns(self.path)
        if self.kind is Kind.ARROW:
            return arrow_rows.columns(self.path)
        if self.kind is Kind.TABLE:
            return table_rows.csv_columns(self.path, self.encoding, self.delimiter)
        return self._peeked_columns()

    def _peeked_columns(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        problem = ""
        for row in itertools.islice(self.rows(), _PEEKED_ROWS):
            names.update(dict.fromkeys(row.values or ()))
            if row.problem and not problem:
                problem = f" Row {row.line}: {row.problem}"
        if not names:
            said = problem or " It holds no rows."
            raise UnreadableSource(f"Nothing in {self.path.name} can be read as rows of {self.kind}.{said}")
        return tuple(names)


def recognise(path: Path) -> Container:
    """What the file is, by its first bytes.

    Raises:
        UnreadableSource: it is missing, empty, or no kind of file that holds rows.
    """
    head = _head(path)
    if head.startswith(b"PAR1"):
        return Container(
            path=path, kind=Kind.PARQUET, encoding="", delimiter="", size=table_rows.parquet_size(path)
        )
    if head.startswith((arrow_rows.FILE_MAGIC, arrow_rows.STREAM_MAGIC)):
        return Container(path=path, kind=Kind.ARROW, encoding="", delimiter="", size=arrow_rows.size(path))
    _refuse_binary(path, head)
    encoding = _encoding(head)
    words = _decoded(head, encoding)
    if not words.strip():
        raise UnreadableSource(f"{path.name} is empty. Choose a file with rows.")
    _refuse_other_text(path, words.lstrip())
    kind = _text_kind(words.lstrip())
    delimiter = table_rows.delimiter_of(words) if kind is Kind.TABLE else ""
    return Container(path=path, kind=kind, encoding=encoding, delimiter=delimiter, size=path.stat().st_size)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise UnreadableSource(f"There is no file {path}. Check the path.") from None
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}.") from error


def _refuse_binary(path: Path, head: bytes) -> None:
    for magic, words in _BINARY.items():
        if head.startswith(magic):
            raise UnreadableSource(
                f"{path.name} is {words}. Unpack it, or export it to JSON lines, JSON, CSV or Parquet first."
            )


def _encoding(head: bytes) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    # UTF-16 without a mark: every other byte of plain text is zero.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even > len(head) // 6 or odd > len(head) // 6:
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def _decoded(head: bytes, encoding: str) -> str:
    """The first characters; the last one may be cut."""
    return head.decode(encoding, errors="ignore")


def _text_kind(words: str) -> Kind:
    if words.startswith("{"):
        return Kind.JSON_OBJECT if object_rows.is_object(words) else Kind.JSON_LINES
    return Kind.JSON_LIST if words.startswith("[") else Kind.TABLE


def _refuse_other_text(path: Path, words: str) -> None:
    first = words.partition("\n")[0]
    # Only where a header would stand: texts may hold any character.
    if any(sign < " " and sign not in "\t\r" for sign in first) and first[0] not in "{[":
        raise UnreadableSource(
            f"{path.name} is neither text nor Parquet or Arrow. Export it to JSON lines, CSV or Parquet."
        )
    if words[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise UnreadableSource(f"{path.name} is a web page or XML, not rows. Was the download complete?")
