"""Packed files, Arrow files and JSON objects: the same rows, and a sentence for what would fill the disk."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.errors import UnreadableSource
from curation.intake import packed, sources, table_rows
from curation.intake.ingest import Outcome

Import = Callable[..., Outcome]
Write = Callable[..., Path]
ROWS = [{"prompt": f"q{number}\r\n", "chosen": "a é", "rejected": " b"} for number in range(3)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(content)
    return bytes(sink.getvalue())


def arrow(table: pa.Table, *, stream: bool) -> bytes:
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


TABLE = pa.Table.from_pylist(ROWS)
FILES = {
    "gzip": gzip.compress(LINES),
    "gzip in two members": gzip.compress(LINES[:40]) + gzip.compress(LINES[40:]),
    "zstd": zstd(LINES),
    "Arrow file": arrow(TABLE, stream=False),
    "Arrow stream": arrow(TABLE, stream=True),
    "packed Arrow": gzip.compress(arrow(TABLE, stream=True)),
    "JSON object with rows": json.dumps({"data": ROWS}).encode(),
    "JSON object over lines": json.dumps({"rows": ROWS}, indent=1).encode(),
    "Hub viewer": json.dumps({"features": [], "rows": [{"row_idx": 0, "row": row} for row in ROWS]}).encode(),
    "columns side by side": json.dumps(
        {name: {str(at): row[name] for at, row in enumerate(ROWS)} for name in ROWS[0]}, indent=1
    ).encode(),
    "JSON lines without a last feed": LINES.rstrip(b"\n"),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_the_same_rows_come_out_whatever_holds_them(
    import_file: Import, database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "pairs.csv"  # the name says nothing
    path.write_bytes(content)
    outcome = import_file(path)
    assert (outcome.layout, outcome.counts.accepted, outcome.counts.refused) == ("trl", 3, 0)
    with database.reading() as cursor:
        prompts = cursor.execute("SELECT prompt FROM pair ORDER BY prompt").fetchall()
    assert [prompt for (prompt,) in prompts] == [row["prompt"] for row in ROWS]


def test_one_object_over_lines_is_one_row(import_file: Import, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(ROWS[0], indent=2), encoding="utf-8")
    assert import_file(tmp_path / "one.json").counts.accepted == 1


@pytest.mark.parametrize("cut", [30, 60, 90])
def test_a_packed_file_that_is_cut_off_is_one_sentence(import_file: Import, tmp_path: Path, cut: int) -> None:
    (tmp_path / "cut").write_bytes(FILES["zstd"][: len(FILES["zstd"]) * cut // 100])
    with pytest.raises(
        UnreadableSource, match=r"packed with zstd and damaged|has the columns|not valid JSON|empty"
    ):
        import_file(tmp_path / "cut")


def test_a_bomb_is_refused_before_it_fills_the_disk(
    import_file: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_ALWAYS_ALLOWED", 1_000_000)
    (tmp_path / "bomb").write_bytes(gzip.compress(b" " * 20_000_000))
    with pytest.raises(UnreadableSource, match="over 200 times its size"):
        import_file(tmp_path / "bomb")
    assert not list((tmp_path / "home" / "uploads").rglob("unpacked-*"))


def test_a_parquet_file_that_names_one_text_a_million_times_is_refused(
    import_file: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(table_rows, "_ALWAYS_ALLOWED", 1_000_000)
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"prompt": text, "chosen": text, "rejected": text}), tmp_path / "bomb")
    with pytest.raises(UnreadableSource, match="over 200 times its size"):
        import_file(tmp_path / "bomb")
    assert sources.newest(database) == ()


def test_what_was_refused_can_be_mended_and_imported_alone(
    import_file: Import, write: Write, database: Database, tmp_path: Path
) -> None:
    first = import_file(write(*ROWS, '{"prompt": "late", "chosen": "a", "rejected": "b"'))
    (told,) = [json.loads(line) for line in sources.report(database, first.source_id)]
    assert (told["line"], told["aside"]) == (4, False)
    assert "not valid JSON" in told["reason"]
    mended = tmp_path / "mended.jsonl"
    mended.write_text(told["original"] + "}\n", encoding="utf-8")
    assert import_file(mended).counts.accepted == 1
    whole = write(*ROWS, told["original"] + "}", name="whole.jsonl")
    again = import_file(whole)
    assert (again.counts.accepted, again.counts.duplicate) == (0, 4)
