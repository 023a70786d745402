"""The audit as a file: whole, in order, and harmless to the spreadsheet that opens it."""

import csv
import io

import pytest

from curation.database import Database
from curation.labelling import events
from curation.labelling.events import Wanted
from pages.parts import routes_team
from tests.curation.people.a_team import NOW


def lines(db: Database, wanted: Wanted) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(routes_team._lines(db, wanted)))))


def test_the_file_holds_every_line_that_was_asked_for_over_many_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes_team, "_LINES", 3)
    db = Database.in_memory()
    with db.writing() as tx:
        for number in range(10):
            events.record(tx, actor="ann-1", action="look", subject=str(number), now=NOW)
    events.add(db, actor="ann-2", action="look", now=NOW)
    rows = lines(db, Wanted(actor="ann-1"))
    assert rows[0] == ["number", "when (UTC)", "who", "what", "which", "detail"]
    assert [row[4] for row in rows[1:]] == [str(number) for number in reversed(range(10))]


def test_a_file_name_that_looks_like_a_formula_stays_words() -> None:
    db = Database.in_memory()
    events.add(db, actor="a", action="import source", subject='=HYPERLINK("x")', detail={"n": 1}, now=NOW)
    assert lines(db, Wanted())[1][4:] == ['\'=HYPERLINK("x")', "n 1"]
