"""What a reviewer reads about suspected labels, and where they go."""

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import batches, pairs
from curation.model import Pair, Verdict
from curation.suspicion import records
from curation.suspicion.discovery import Along, Arms, Discovery
from curation.suspicion.records import Outcome
from pages.parts import quality_discovery
from tests.curation.conftest import pair_of

FRAME = Path(__file__).parents[2] / "pages" / "frame.py"
NOW = datetime(2026, 11, 22, 9, 0)


def opened() -> AppTest:
    # Through the frame: the page links to others, which need the navigation.
    page = AppTest.from_file(str(FRAME), default_timeout=60).run()
    page.switch_page("quality.py").run()
    assert not page.exception
    return page


def a_workspace(home: Path, *, off: str = "") -> list[Pair]:
    """Three imported labels, looked at; the first one is the most suspected."""
    made = [
        pair_of(f"yes {place}", f"no {place}", f"Is it {place}?", Verdict.ANSWER_1, (), "", "s", place + 1)
        for place in range(3)
    ]
    database = Database.open(home / "pairloom.duckdb")
    outcome = Outcome(model="1-a", off=off, pairs=3, report=None, asked_by="lead", computed=NOW)
    with database.writing() as tx:
        pairs.add(tx, made, NOW)
    records.keep(database, outcome, None)
    if not off:
        with database.writing() as tx:
            for pair, score in zip(made, (0.9, 0.7, 0.2), strict=True):
                for detector in ("text", "length"):
                    tx.execute(
                        "INSERT INTO suspicion VALUES ($id, $detector, $score, '1-a', $now, $winner)",
                        {
                            "id": pair.id,
                            "detector": detector,
                            "score": score,
                            "now": NOW,
                            "winner": pair.prior_winner,
                        },
                    )
    database.close()
    return made


def test_before_the_first_look_it_is_offered_and_says_that_it_turns_nothing(home: Path) -> None:
    page = opened()
    assert page.button(key="suspicion-look").label == "Look for wrong labels"
    assert "no label is ever turned by it" in page.caption[-1].value


def test_where_it_is_off_it_says_why_and_lists_nobody(home: Path) -> None:
    a_workspace(home, off="Every chosen answer comes from big, and no rejected one does.")
    page = opened()
    assert "Switched off. Every chosen answer comes from big" in page.warning[0].value
    assert not page.dataframe


def test_suspected_labels_are_listed_worst_first_and_sent_to_annotators_first(home: Path) -> None:
    made = a_workspace(home)
    page = opened()
    listed = page.dataframe[0].value
    assert list(listed["prompt"]) == ["Is it 0?", "Is it 1?"]
    assert [unquote(each.split("#")[1]) for each in listed["chance that it is wrong"]] == ["90%", "70%"]
    assert listed["pair"][0] == f"browse?behind=pair&pair={made[0].id}#{made[0].id[:8]}"
    page.number_input(key="suspicion-number").set_value(1).run()
    page.button(key="suspicion-send").click().run()
    assert not page.exception
    database = Database.open(home / "pairloom.duckdb")
    (batch,) = batches.every(database)
    with database.reading() as cursor:
        sent = cursor.execute("SELECT pair_id, votes FROM batch_pair").fetchall()
    database.close()
    assert (batch.name, sent) == ("Suspected labels", [(made[0].id, 1)])


def test_the_curve_is_read_in_words_with_its_interval() -> None:
    nothing = Arms(reviewed=0, wrong=0)
    found = Discovery(
        reviewed=200, wrong=40, auroc=(0.7, 0.77, 0.83), random=Arms(reviewed=200, wrong=40),
        suspected=nothing, times=None,
        along=tuple(
            Along(reviewed=share, text=min(1.0, 2 * share), low=share, high=1.0, length=share)
            for share in (0.0, 0.2, 1.0)
        ),
    )  # fmt: skip
    said = quality_discovery.discovery_words(found)
    assert "Of [200](browse?behind=scored) imported labels that people verified in random order, " in said
    assert "[40](browse?behind=scored_wrong) were wrong." in said
    assert "fifth holds 40% of them (20% to 100%); random order holds 20%. AUROC 0.77 (0.70 to 0.83)." in said
    assert quality_discovery.arms_words(found) == ""


def test_a_point_of_the_curve_leads_to_the_labels_up_to_it_and_the_beginning_nowhere() -> None:
    start, tenth = (
        Along(reviewed=share, text=share, low=0.0, high=1.0, length=share) for share in (0.0, 0.1)
    )
    assert quality_discovery._row(start)["pairs reviewed"] is None
    told = quality_discovery._row(tenth)
    assert told["pairs reviewed"] == "browse?behind=first&high=0.1#10%25"
    assert str(told["found by the model"]).startswith("browse?behind=first_wrong&high=0.1#10%25")
