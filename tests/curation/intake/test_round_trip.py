"""Text survives from the file to the database, byte for byte, whatever it is."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.intake import formats, ingest, locations
from curation.labelling import pairs
from curation.model import Answer, Pair, Speaker
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)
COLUMNS = ("system", "question", "chosen", "rejected")

# Any Unicode but lone surrogates and NUL, which are refused; blanks of every kind included.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
PROMPT = ANY_TEXT.map(lambda text: "?" + text)
ROW = st.fixed_dictionaries(
    {"system": ANY_TEXT, "question": PROMPT, "chosen": ANY_TEXT, "rejected": ANY_TEXT}
)


def write_json_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def write_json_list(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_bytes(json.dumps(rows, ensure_ascii=False, indent=1).encode())


def write_utf_16(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-16"))


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


@pytest.mark.parametrize(
    "write",
    [write_json_lines, write_json_list, write_utf_16, write_csv, write_parquet],
    ids=lambda each: each.__name__,
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=40))
def test_any_text_survives_byte_for_byte(
    write: Callable[[Path, list[dict[str, str]]], None], tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    path = tmp_path / "file"
    write(path, rows)
    assert imported(path) == rows


def imported(path: Path) -> list[dict[str, str]]:
    """The rows of a file as the database holds them, with the imported winner as chosen."""
    database = Database.in_memory()
    located = locations.locate(str(path), Workspace(home=path.parent))
    outcome = ingest.ingest(database, located, imported_by="lead", now=NOW)
    assert outcome.refusals == ()
    with database.reading() as cursor:
        found = cursor.execute("SELECT pair_id, prior_winner FROM appearance ORDER BY source_row").fetchall()
    rows = [row_of(pairs.get(database, pair_id), Answer(winner)) for pair_id, winner in found]
    database.close()
    return rows


def row_of(pair: Pair, winner: Answer) -> dict[str, str]:
    system = [message.content for message in pair.context if message.speaker is Speaker.SYSTEM]
    return {
        "system": system[0] if system else "",
        "question": pair.prompt,
        "chosen": pair.text_of(winner),
        "rejected": pair.text_of(winner.other),
    }


def test_the_word_nan_and_empty_cells_of_a_csv_stay_what_they_are(tmp_path: Path) -> None:
    row = {"system": "", "question": "nan", "chosen": "null", "rejected": "NA"}
    write_csv(tmp_path / "file", [row])
    assert imported(tmp_path / "file") == [row]


def test_a_null_system_is_no_system_message(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([{"system": None, "question": "q", "chosen": "a", "rejected": "b"}])
    pq.write_table(table, tmp_path / "file")
    assert imported(tmp_path / "file")[0]["system"] == ""


def test_the_mapping_is_written_as_the_same_json_whatever_its_order() -> None:
    one = formats.by_hand({"prompt": "a", "chosen": "b", "rejected": "c"})
    other = formats.by_hand({"rejected": "c", "chosen": "b", "prompt": "a"})
    assert one.as_json() == other.as_json()
