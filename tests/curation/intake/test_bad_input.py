"""Bad input: each gives its sentence, and the rest is imported."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.errors import InvalidInput, UnreadableSource
from curation.intake import sources
from curation.intake.ingest import Outcome
from curation.labelling import pairs

Import = Callable[..., Outcome]
Write = Callable[..., Path]


def row(number: int = 1, **changes: object) -> dict[str, object]:
    return {
        "system": "",
        "question": f"What is {number} + {number}?",
        "chosen": str(2 * number),
        "rejected": " Sure!",
        **changes,
    }


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in row(9).items() if key != name}


BROKEN_ROWS: dict[str, tuple[object, str]] = {
    "broken JSON": ('{"question": "x", ', "not valid JSON (Expecting property name"),
    "not an object": ("[1, 2]", "not a JSON object"),
    "a key twice": ('{"question":"q","chosen":"a","chosen":"b","rejected":"c"}', "key “chosen” stands twice"),
    "nested without end": ('{"question": ' + "[" * 200_000 + "}", "nested too deeply"),
    "missing column": (without("chosen"), "The column “chosen” is missing. The row has: system"),
    "null answer": (row(9, chosen=None), "“chosen” is null, not text"),
    "null prompt": (row(9, question=None), "“question” is null, not text"),
    "number": (row(9, rejected=3.5), "“rejected” is the number 3.5, not text"),
    "NaN": ('{"question":"q","chosen":NaN,"rejected":"c"}', "“chosen” is NaN (an empty cell"),
    "truth value": (row(9, chosen=True), "“chosen” is the truth value true"),
    "number as system": (row(9, system=7), "“system” is the number 7, not text"),
    "NaN as system": ('{"system":NaN,"question":"q","chosen":"a","rejected":"c"}', "“system” is NaN"),
    "list of text": (row(9, chosen=["a"], rejected=["b"]), "“chosen[1]” is of type str, not a message"),
    "text against messages": (
        row(9, chosen=[{"role": "assistant", "content": "a"}]),
        "“chosen” and “rejected” differ in kind",
    ),
    "empty prompt": (row(9, question=""), "The prompt (question) is empty"),
    "blank prompt": (row(9, question=" \n\u200b\u3000"), "The prompt (question) is empty"),
    "lone surrogate": (
        '{"question":"q","chosen":"ab\\ud800","rejected":"c"}',
        "not valid Unicode at character 3",
    ),
    "NUL": (row(9, chosen="a\0b"), "“chosen” holds a NUL character at position 2"),
    "too long": (row(9, chosen="x" * 5_000_001), "holds 5,000,001 characters; the limit is 5,000,000"),
    "20 MB in one row": (row(9, question="y" * 20_000_000), "holds 20,000,000 characters"),
}


@pytest.mark.parametrize(("broken", "sentence"), BROKEN_ROWS.values(), ids=BROKEN_ROWS.keys())
def test_a_broken_row_costs_that_row_only_and_says_why(
    import_file: Import, write: Write, database: Database, broken: object, sentence: str
) -> None:
    outcome = import_file(write(row(1), broken, row(2)))
    assert (outcome.counts.accepted, outcome.counts.refused) == (2, 1)
    (refusal,) = outcome.refusals
    assert refusal.line == 2
    assert sentence in refusal.reason
    assert 0 < len(refusal.excerpt) <= 200
    assert sources.refusals(database, outcome.source_id) == (refusal,)


# In a list an unclosed bracket swallows what follows it: see the tests of lists that are cut off.
CLOSED_ROWS = {
    name: case for name, case in BROKEN_ROWS.items() if name not in ("broken JSON", "nested without end")
}


@pytest.mark.parametrize(("broken", "sentence"), CLOSED_ROWS.values(), ids=CLOSED_ROWS.keys())
def test_a_broken_entry_of_a_json_list_costs_that_entry_only(
    import_file: Import, tmp_path: Path, broken: object, sentence: str
) -> None:
    path = tmp_path / "pairs.json"
    entries = [
        json.dumps(row(1)),
        broken if isinstance(broken, str) else json.dumps(broken),
        json.dumps(row(2)),
    ]
    path.write_text("[\n" + ",\n".join(entries) + "\n]\n", encoding="utf-8")
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.refused) == (2, 1)
    assert outcome.refusals[0].line == 2
    assert sentence in outcome.refusals[0].reason


def test_an_entry_that_is_closed_but_broken_is_named_with_its_line(
    import_file: Import, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.json"
    path.write_text(
        f'[\n{json.dumps(row(1))},\n{{"question": oops}},\n{json.dumps(row(2))}]', encoding="utf-8"
    )
    outcome = import_file(path)
    assert outcome.counts.accepted == 2
    assert "Expecting value at line 3 of the file" in outcome.refusals[0].reason


@pytest.mark.parametrize("end", ["", ",", '\n{"question": "x', '\n{"question": {'])
def test_a_json_list_that_is_cut_off_keeps_its_whole_entries(
    import_file: Import, tmp_path: Path, end: str
) -> None:
    path = tmp_path / "pairs.json"
    comma = "," if "{" in end else ""
    path.write_text(f"[\n{json.dumps(row(1))},\n{json.dumps(row(2))}{comma}{end}", encoding="utf-8")
    outcome = import_file(path)
    # Without a comma or bracket after it, the last entry may itself be cut.
    assert outcome.counts.accepted == (1 if end == "" else 2)
    assert "The list is not closed" in outcome.refusals[-1].reason


def test_text_after_the_end_of_a_list_is_reported(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps([row(1)]) + "\n" + json.dumps([row(2)]), encoding="utf-8")
    outcome = import_file(path)
    assert outcome.counts.accepted == 1
    assert "More text follows the end of the list" in outcome.refusals[0].reason


EMPTY = {
    "no bytes": b"",
    "white space": b" \n\n\t",
    "only a byte order mark": b"\xef\xbb\xbf",
    "only a UTF-16 mark": b"\xff\xfe",
}


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_file_is_one_sentence_and_leaves_no_source(
    import_file: Import, database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=r"empty\.jsonl is empty"):
        import_file(path)
    assert sources.newest(database) == ()


UNREADABLE = {
    "header only": (b"system,question,chosen,rejected\n", "has a header .* but no rows"),
    "empty list": (b"[]", "holds no rows|no rows"),
    "gzip": (b"\x1f\x8b\x08\x00rest", "packed with gzip and damaged"),
    "Office": (b"PK\x03\x04rest", "ZIP archive or an Office document"),
    "damaged Parquet": (b"PAR1 and then nothing", "damaged Parquet file"),
    "random bytes": (bytes(range(1, 32)) * 20, "neither text nor Parquet or Arrow"),
    "web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
    "a column twice": (b"prompt,chosen,chosen\na,b,c\n", "two columns called “chosen”"),
    "all rows broken": (b'{"question": \n{"chosen"\n', "Row 1: The row is not valid JSON"),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_holds_no_rows_says_what_it_is(
    import_file: Import, database: Database, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=sentence):
        import_file(path)
    assert sources.newest(database) == ()


def test_a_missing_file_and_a_folder_are_named(import_file: Import, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="There is no file"):
        import_file(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableSource, match="is a folder"):
        import_file(tmp_path)


def test_a_column_that_every_row_misses_is_one_sentence_with_the_columns_found(
    import_file: Import, write: Write, database: Database
) -> None:
    path = write({"question": "a", "chosen": "b"}, {"question": "c", "chosen": "d"})
    with pytest.raises(InvalidInput, match=r"has the columns question, chosen.*--map prompt=COLUMN"):
        import_file(path)
    assert pairs.count(database) == 0
    assert sources.newest(database) == ()


def test_the_ending_of_the_name_says_nothing(import_file: Import, tmp_path: Path) -> None:
    parquet = tmp_path / "really_parquet.csv"
    pq.write_table(pa.Table.from_pylist([row(1)]), parquet)
    csv = tmp_path / "really_csv.parquet"
    csv.write_text("system,question,chosen,rejected\n,What is 1 + 1?,2, Sure!\n", encoding="utf-8")
    jsonl = tmp_path / "really_jsonl.json"
    jsonl.write_text(json.dumps(row(1)) + "\n", encoding="utf-8")
    assert import_file(parquet).counts.accepted == 1
    assert import_file(csv).counts.duplicate == 1
    assert import_file(jsonl).counts.duplicate == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv"])
def test_every_unicode_encoding_gives_the_same_pair(
    import_file: Import, database: Database, tmp_path: Path, encoding: str, kind: str
) -> None:
    texts = {
        "jsonl": json.dumps(row(1, chosen="zwei é 漢 🙂"), ensure_ascii=False) + "\n",
        "json": json.dumps([row(1, chosen="zwei é 漢 🙂")], ensure_ascii=False),
        "csv": "system,question,chosen,rejected\n,What is 1 + 1?,zwei é 漢 🙂, Sure!\n",
    }
    path = tmp_path / "file"
    path.write_bytes(texts[kind].encode(encoding))
    assert import_file(path).counts.accepted == 1
    with database.reading() as cursor:
        found = cursor.execute("SELECT answer_1, answer_2 FROM pair").fetchone()
    assert found is not None
    assert set(found) == {"zwei é 漢 🙂", " Sure!"}


def test_a_line_in_another_encoding_costs_that_line_only(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    latin = json.dumps(row(2, chosen="fünf"), ensure_ascii=False).encode("latin-1")
    path.write_bytes(b"\n".join([json.dumps(row(1)).encode(), latin, json.dumps(row(3)).encode()]))
    outcome = import_file(path)
    assert outcome.counts.accepted == 2
    assert outcome.refusals[0].line == 2
    assert "“chosen” is not valid Unicode at character 2" in outcome.refusals[0].reason


def test_a_cut_utf_16_file_refuses_the_cut_row(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_bytes((json.dumps(row(1)) + "\n" + json.dumps(row(2))).encode("utf-16")[:-9])
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.refused) == (1, 1)


def test_only_a_line_feed_ends_a_line_of_json(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "separators.jsonl"
    path.write_text(
        json.dumps(row(1, chosen="a\u2028b\u0085c"), ensure_ascii=False) + "\r\n", encoding="utf-8"
    )
    assert import_file(path).counts.accepted == 1


def test_a_parquet_file_with_other_types_is_refused_row_by_row(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    table = pa.table(
        {"question": ["a", "b"], "chosen": pa.array([1, None], pa.int64()), "rejected": ["c", "d"]}
    )
    pq.write_table(table, path)
    outcome = import_file(path)
    assert [refusal.line for refusal in outcome.refusals] == [1, 2]
    assert "“chosen” is the number 1" in outcome.refusals[0].reason
    assert "“chosen” is null" in outcome.refusals[1].reason


def test_parquet_text_that_is_not_utf_8_costs_that_row_only(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "bytes.parquet"
    broken = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ok", b"f\xfcnf"], pa.binary()).buffers())
    pq.write_table(pa.table({"question": ["a", "b"], "chosen": broken, "rejected": ["c", "d"]}), path)
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.refused) == (1, 1)
    assert "not UTF-8" in outcome.refusals[0].reason


def test_a_csv_row_with_another_number_of_cells_is_refused(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    path.write_text("question,chosen,rejected\na,b,c\na,b\nd,e,f,g\nh,i,j\n", encoding="utf-8")
    outcome = import_file(path)
    assert outcome.counts.accepted == 2
    assert [refusal.line for refusal in outcome.refusals] == [3, 4]
    assert "has 2 cells, but the header names 3 columns" in outcome.refusals[0].reason


def test_a_csv_record_is_named_by_the_line_it_begins_on(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "multiline.csv"
    path.write_text('question,chosen,rejected\n"a\nb\nc",d,e\n"",f,g\n', encoding="utf-8")
    outcome = import_file(path)
    assert outcome.counts.accepted == 1
    assert outcome.refusals[0].line == 5


def test_quoting_broken_within_a_line_costs_that_line_only(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text('question,chosen,rejected\na,"b" x,c\nd,e,f\n', encoding="utf-8")
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.refused) == (1, 1)
    assert "The quoting of the row is broken" in outcome.refusals[0].reason


def test_where_broken_quoting_could_hide_rows_nothing_after_it_is_read(
    import_file: Import, tmp_path: Path
) -> None:
    path = tmp_path / "quotes.csv"
    # The third line is the inside of a cell, yet looks like a row.
    path.write_text('question,chosen,rejected\nx,y,z\na,"b" x,"c\nd,e,f\n",g,h\n', encoding="utf-8")
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.refused) == (1, 1)
    assert "Nothing after it was read" in outcome.refusals[0].reason


def test_twenty_megabytes_in_one_csv_cell_cost_that_row_only(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text(
        "question,chosen,rejected\na,b,c\nd," + "x" * 20_000_000 + ",f\ng,h,i\n", encoding="utf-8"
    )
    outcome = import_file(path)
    assert outcome.counts.accepted == 2
    assert outcome.refusals[0].line == 3
    assert "holds 20,000,000 characters" in outcome.refusals[0].reason


def test_a_line_too_long_to_hold_is_skipped_unread(
    import_file: Import, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.intake.row.MAX_ROW_CHARACTERS", 1000)
    outcome = import_file(write(row(1), row(2, chosen="x" * 5000), row(3)))
    assert outcome.counts.accepted == 2
    assert outcome.refusals[0].line == 2
    assert "was skipped" in outcome.refusals[0].reason
