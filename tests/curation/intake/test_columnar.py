"""Reading a stretch all at once gives what reading its rows one by one gives, or hands it back."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.errors import UnreadableSource
from curation.intake import blocks, columnar, containers, formats, plain_columns, reading
from tests.curation.intake import hostile

NOW = datetime(2026, 11, 22, 9, 0)
ROW = {"system": "Be brief.", "question": "Why?", "chosen": "a", "rejected": " b"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.fixed_dictionaries(
    {"question": TEXTS.map(lambda each: each + "q"), "chosen": TEXTS, "rejected": TEXTS},
    optional={"system": TEXTS | st.none(), "other": st.integers() | st.lists(TEXTS)},
)


def both_ways(path: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(in pieces at once, row by row): every pair and refusal of a file with its line."""
    container = containers.recognise(path)
    mapping = formats.recognise(container.columns())
    assert mapping is not None
    return swiftly(path), hostile.told(reading.of(container, mapping, "s", NOW))


def swiftly(path: Path) -> list[tuple[int, str]]:
    container = containers.recognise(path)
    mapping = formats.recognise(container.columns())
    assert mapping is not None
    found = list(reading.of(container, mapping, "s", NOW, (0, path.stat().st_size)))
    assert [block.ends for block in found] == [False] * (len(found) - 1) + [True]
    return hostile.told(found)


def at_once(content: bytes) -> list[dict[str, object]] | None:
    mapping = formats.recognise(["system", "question", "chosen", "rejected"])
    assert mapping is not None
    table = columnar.table(content, mapping, "s", NOW)
    return None if table is None else table.to_pylist()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROWS, min_size=1, max_size=6),
    ascii_only=st.booleans(),
    mark=st.booleans(),
    feed=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_both_ways_give_the_same_pairs(
    rows: list[dict[str, object]], ascii_only: bool, mark: bool, feed: str, last: bool, tmp_path: Path
) -> None:
    lines = feed.join(json.dumps(row, ensure_ascii=ascii_only) for row in rows) + feed * last
    (tmp_path / "f").write_bytes(lines.encode("utf-8-sig" if mark else "utf-8"))
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_blocks_put_together_hold_every_row_and_refusal(
    limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps(ROW | {"question": f"Why {number}?"}) for number in range(20)]
    lines[3], lines[17] = "{broken", json.dumps({"question": "No answers."})
    (tmp_path / "f").write_text("\n".join(lines), encoding="utf-8")
    container = containers.recognise(tmp_path / "f")
    mapping = formats.recognise(container.columns())
    assert mapping is not None
    monkeypatch.setattr(blocks, "_ROWS", 2)
    apart = list(reading.of(container, mapping, "s", NOW))
    monkeypatch.setattr(blocks, "_TOGETHER", limit)
    whole = list(blocks.together(apart))
    assert hostile.told(whole) == hostile.told(apart)
    assert (len(whole) < len(apart), whole[-1].lines, whole[-1].ends) == (limit > 2, apart[-1].lines, True)


HANDED_BACK = {
    "a broken line": "{broken",
    "a key twice": '{"question":"q","chosen":"a","chosen":"b","rejected":"c"}',
    "a number": json.dumps({**ROW, "chosen": 3}),
    "null": json.dumps({**ROW, "chosen": None}),
    "messages": json.dumps({**ROW, "chosen": [{"role": "assistant", "content": "a"}]}),
    "a missing column": '{"question": "q", "chosen": "a"}',
    "a lone surrogate": '{"question":"q","chosen":"\\ud800","rejected":"c"}',
    "NUL": '{"question":"q","chosen":"\\u0000","rejected":"c"}',
    "an empty prompt": json.dumps({**ROW, "question": "\u200b"}),
    "a model": json.dumps({**ROW, "chosen_model": "m"}),
    "an item": json.dumps({**ROW, "item": 7}),
    "a blank line": "",
    "two rows in a line": json.dumps(ROW) + json.dumps(ROW),
    "no object": "[1]",
    "nested without end": '{"other": ' + "[" * 100_000 + "}",
    "a number beyond all measure": '{"question": ' + "9" * 5000 + ', "chosen": "a", "rejected": "b"}',
}


@pytest.mark.parametrize("line", HANDED_BACK.values(), ids=HANDED_BACK.keys())
def test_lines_with_a_row_that_needs_a_closer_look_are_handed_back(line: str) -> None:
    good = json.dumps(ROW)
    assert at_once(f"{good}\n{line}\n{good}\n".encode()) is None
    assert at_once(f"{good}\n{good}\n".encode()) is not None


def test_bytes_of_another_encoding_are_handed_back() -> None:
    row = b'{"question":"q","chosen":"\xfc","rejected":"b"}'
    assert at_once(json.dumps(ROW).encode() + b"\n" + row + b"\n") is None


def test_a_row_over_two_lines_is_not_made_up_for_by_two_rows_in_one() -> None:
    good = json.dumps(ROW)
    assert at_once(f"{good[:-1]}\n}}\n{good}{good}\n{good}\n".encode()) is None


ODD = st.sampled_from(
    [
        *HANDED_BACK.values(),
        '{"question":"q","chosen":"a","rejected":"b","other":1,"other":2}',
        '{"question":"q","chosen":"a","rejected":"b","other":{"a":[1,{}]}}',
        '{"question":"q","chosen":"a","rejected":"b","other":' + "[" * 3000 + "]" * 3000 + "}",
        '{"question":"q","chosen":"a","rejected":"b","other":' + "9" * 5000 + "}",
        '{"question":"q","chosen":"a","rejected":"b","other":NaN}',
        '{"question":"q","chosen":"a","rejected":"b"} ',
        "\ufeff" + json.dumps(ROW),
        "\u2028" + json.dumps(ROW),
    ]
)
LINES = st.lists(ROWS.map(json.dumps) | ODD, min_size=2, max_size=25)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, pad=st.integers(0, 1))
def test_odd_rows_cost_only_themselves_and_keep_their_lines(
    lines: list[str], pad: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading, "_ODD", 200)  # so that a few rows are cut into pieces too
    (tmp_path / "f").write_text("\n".join(["", json.dumps(ROW), *lines, ""][pad:]), encoding="utf-8")
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


# With and without what a quote, a delimiter or a line's end may do to a cell.
CELLS = st.text(st.sampled_from("ab é漢,;\t\"'\n\r\u2028\ufeff"), max_size=8) | TEXTS
FIRST = CELLS.map(lambda each: "q" + each) | CELLS
BREAKS = ["", "\n", "  \n", "q,a,b\n", 'q"q,a,b,s\n', '"q"x,a,b,s\n', '"q,a,b,s\n', "q,a,b,s\r", "\0,a,b,s\n"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(FIRST, CELLS, CELLS, CELLS), min_size=1, max_size=25),
    delimiter=st.sampled_from(",\t;"),
    feed=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
    last=st.booleans(),
    mark=st.booleans(),
    broken=st.tuples(st.integers(0, 25), st.sampled_from(BREAKS)),
)
def test_a_csv_file_gives_the_same_pairs_both_ways(
    rows: list[tuple[str, ...]], delimiter: str, feed: str, quote_all: bool, last: bool, mark: bool,
    broken: tuple[int, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(reading, "_ODD", 100)  # so that a few rows are cut into pieces too
    monkeypatch.setattr(reading, "_PIECE", 300)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    lines = []
    for cells in [("prompt", "chosen", "rejected", "system"), *rows]:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator=feed, quoting=quoting).writerow(cells)
        lines.append(line.getvalue())
    lines.insert(1 + broken[0] % len(rows), broken[1].replace(",", delimiter))
    whole = "".join(lines) if last else "".join(lines).rstrip("\r\n")
    (tmp_path / "f").write_bytes(whole.encode("utf-8-sig" if mark else "utf-8"))
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


def written(table: pa.Table, path: Path, kind: str) -> None:
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=7)
        return
    open_one = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
    with open_one(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=11)


ROW_OF_THREE = st.tuples(TEXTS.map(lambda each: "q" + each) | TEXTS, TEXTS | st.none(), TEXTS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW_OF_THREE, min_size=1, max_size=40),
    kind=st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]),
    system=st.none() | TEXTS | st.integers(0, 9),
    model=st.none() | st.just("") | st.just("m"),
    file=st.sampled_from(["parquet", "arrow", "stream"]),
)
def test_a_table_gives_the_same_pairs_both_ways(
    rows: list[tuple[str | None, ...]], kind: pa.DataType, system: object, model: str | None, file: str,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(reading, "_ODD_ROWS", 3)
    monkeypatch.setattr(reading, "_ROWS", 16)
    columns = zip(("prompt", "chosen", "rejected"), zip(*rows, strict=True), strict=True)
    texts = {name: pa.array(each, pa.string()).cast(kind) for name, each in columns}
    table = pa.table({**texts, "system": [system] * len(rows), "chosen_model": [model] * len(rows)})
    written(table, tmp_path / "f", file)
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


PLAIN = [(f"q{number}", f"a {number}\nmore", "b, c", "") for number in range(50)]


def test_plain_rows_of_a_csv_file_are_read_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "f").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("prompt", "chosen", "rejected", "system"), *PLAIN])
    expected = both_ways(tmp_path / "f")[1]
    monkeypatch.delattr(blocks, "read")  # which reads one row
    assert swiftly(tmp_path / "f") == expected
    assert [line for line, _ in expected] == list(range(2, 102, 2))


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_plain_rows_of_a_table_are_read_at_once(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    columns = zip(*PLAIN, strict=True)
    table = pa.table(dict(zip(("prompt", "chosen", "rejected", "system"), columns, strict=True)))
    written(table, tmp_path / "f", kind)
    expected = both_ways(tmp_path / "f")[1]
    monkeypatch.delattr(blocks, "read")
    assert swiftly(tmp_path / "f") == expected
    assert [line for line, _ in expected] == list(range(1, 51))


@pytest.mark.parametrize("names", ["current_names", "legacy_names"])
def test_real_files_give_the_same_both_ways(names: str, shared_data: Path) -> None:
    swift, slow = both_ways(shared_data / "orca_first100" / f"orca_rlhf_first100.{names}.jsonl")
    assert swift == slow
    assert len(swift) == 100


def test_a_column_with_bytes_behind_its_ends_is_read_without_them() -> None:
    mapping = formats.recognise(["question", "chosen", "rejected"])
    assert mapping is not None
    ends = pa.py_buffer(b"\0\0\0\0\1\0\0\0?")
    texts = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(b"q")])
    found = plain_columns.pairs_of(pa.table(dict.fromkeys(ROW, texts)), mapping, "s", NOW)
    assert found is not None
    assert found["prompt"].to_pylist() == ["q"]


def test_a_parquet_file_that_counts_fewer_than_no_rows_is_a_sentence_and_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "f.parquet").write_bytes(hostile.content(6058026))
    with pytest.raises(UnreadableSource, match="damaged Parquet file"):
        containers.recognise(tmp_path / "f.parquet").head()
