"""Every number of the quality page leads to the pairs that it counts, and what is undefined leads nowhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import browse
from curation.labelling.matching import Filter
from curation.quality import agreement, exhibits
from curation.quality.agreement import Slice
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_links, session
from tests.pages import a_team

PAGE = Path(__file__).parents[2] / "pages" / "quality.py"
TABS = ("Agreement", "People", "Bias", "Over time")
# Columns that name their row, or are words.
NAMES = {
    "person", "one", "another", "week", "source", "guidelines", "figure", "what it says", "majority", "sign",
    "longer answer", "worth talking about", "seconds",
}  # fmt: skip
# Columns whose numbers are pairs; the others count votes, of which a pair may have several.
OF_PAIRS = {"pairs", "judged by two or more"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A number of a table as it stands there, and the list that it leads to."""

    column: str
    words: str
    exhibit: Exhibit


@pytest.fixture
def team(home: Path) -> Database:
    """Five people and 600 votes, in the database that the page shows."""
    a_team.work(home, people=5, votes=600, pairs_made=200)
    return session.database()


def opened(tab: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.session_state["quality-tab"] = tab
    page.run()
    assert not page.exception
    return page


def read(address: str) -> Exhibit:
    asked = exhibit_links.read(dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))
    assert asked is not None, address
    return asked


def tables(page: AppTest) -> Iterator[Shown]:
    """Every cell that holds a number; one without a link fails here."""
    for table in page.dataframe:
        for row in table.value.to_dict("records"):
            for column, cell in ((str(name), cell) for name, cell in row.items()):
                if column in NAMES or "\\" in column or cell is None:
                    continue
                assert str(cell).startswith("browse?"), (column, cell)
                yield Shown(column=column, words=unquote(urlsplit(cell).fragment), exhibit=read(cell))


def marks(page: AppTest) -> Iterator[tuple[dict[str, object], Exhibit]]:
    """Every row that a picture draws as something to click."""
    for chart in page.get("vega_lite_chart"):
        spec = json.loads(chart.proto.spec)
        drawn = [layer["encoding"] for layer in spec.get("layer", [spec])]
        assert any("href" in encoding for encoding in drawn), spec
        for data in chart.proto.datasets:
            frame = _frame(data.data.data)
            if "behind" in frame:
                yield from ((row, read(str(row["behind"]))) for row in frame.to_dict("records"))


def _frame(raw: bytes):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    return pa.ipc.open_stream(raw).read_pandas()


def pairs(db: Database, exhibit: Exhibit) -> int:
    return browse.page(db, Filter(), size=1, among=exhibits.gathering(exhibit)).total


def holds(db: Database, shown: Shown) -> bool:
    """The list is as long as the number says."""
    votes = exhibits.votes(db, shown.exhibit)
    if count := re.fullmatch(r"[\d,]+", shown.words):
        number = int(count[0].replace(",", ""))
        return number == (pairs(db, shown.exhibit) if shown.column in OF_PAIRS else votes)
    if share := re.fullmatch(r"(\d+)% of ([\d,]+)", shown.words):
        whole = int(share[2].replace(",", ""))
        return round(100 * votes / whole) == int(share[1])
    if points := re.fullmatch(r"[+-]\d+", shown.words):
        looked = exhibits.votes(db, replace(shown.exhibit, kind=Kind.FORMAT, sign=None))
        only_winner = exhibits.votes(db, replace(shown.exhibit, kind=Kind.SIGN))
        return f"{100 * (2 * only_winner - votes) / looked:+.0f}" == points[0]
    if shown.exhibit.kind is Kind.BAND_WON:
        return shown.words == f"{votes / exhibits.votes(db, replace(shown.exhibit, kind=Kind.BAND)):.1%}"
    # A statistic: it is measured on every pair of its list, and on these there is something to measure.
    return pairs(db, shown.exhibit) > 0


@pytest.mark.parametrize("tab", TABS)
def test_every_number_of_a_table_leads_to_the_pairs_it_counts(team: Database, tab: str) -> None:
    found = list(tables(opened(tab)))
    assert len(found) > 20
    assert [shown for shown in found if not holds(team, shown)] == []


@pytest.mark.parametrize("tab", TABS)
def test_every_mark_of_a_picture_leads_to_the_pairs_it_draws(team: Database, tab: str) -> None:
    found = list(marks(opened(tab)))
    assert found
    for row, exhibit in found:
        counted = exhibits.votes(team, exhibit)
        if "votes" in row:
            assert counted == row["votes"], row
        elif "pairs" in row:
            assert pairs(team, exhibit) == row["pairs"], row
        elif exhibit.kind is Kind.MISSED and "n" in row:
            assert counted == round(float(str(row["value"])) * int(str(row["n"]))), row


def test_agreement_of_every_part_is_measured_on_the_list_behind_it(team: Database) -> None:
    for by in Slice:
        for part in agreement.parts(team, by):
            field = "who" if by is Slice.PERSON else by.value
            shared = exhibit_links.within(Kind.SHARED, field, part.name)
            assert pairs(team, shared) == part.overlaps, part
            assert pairs(team, exhibit_links.within(Kind.JUDGED, field, part.name)) == part.pairs, part


@pytest.mark.parametrize("tab", TABS)
def test_what_is_undefined_has_no_link(home: Path, tab: str) -> None:
    a_team.work(home, people=1, votes=10, pairs_made=40)
    db = session.database()
    assert [shown for shown in tables(opened(tab)) if not holds(db, shown)] == []


def test_the_numbers_in_sentences_lead_somewhere_too(team: Database) -> None:
    said = " ".join(each.value for tab in ("Agreement", "Bias") for each in opened(tab).markdown)
    addresses = re.findall(r"\]\((browse\?[^)]+)\)", said)
    assert {read(each).kind for each in addresses} == {
        Kind.PREFERRED, Kind.SHARED, Kind.LEFT, Kind.SIDED, Kind.LONGER, Kind.UNEVEN, Kind.DECISIVE,
        Kind.FORMAT,
    }  # fmt: skip
    assert all(pairs(team, read(each)) for each in addresses)
