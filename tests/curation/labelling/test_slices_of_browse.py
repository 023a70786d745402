"""A filter with a name, the pairs of a filter as a pile, as figures, and as a file."""

import json
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import browse, events, mends, piles, saved_slices, slice_files, spreads
from curation.labelling.matching import Filter, Order
from curation.labelling.mends import Mend
from curation.labelling.slice_files import Form
from curation.model import State, Tier, Verdict
from tests.curation.labelling.a_workspace import an_action
from tests.curation.labelling.test_browse import NOW, a_database, a_pair, vote


@pytest.fixture(scope="module")
def db() -> Database:
    """Pair 1 is settled by nobody and voted a tie, pair 2 contested, pair 3 unseen and long."""
    batch = [a_pair(1), a_pair(2), a_pair(3, "x" * 2000)]
    made = a_database(*batch)
    vote(made, batch[0], Verdict.TIE)
    vote(made, batch[1], Verdict.ANSWER_1, "ann-1")
    vote(made, batch[1], Verdict.ANSWER_2, "ann-2")
    return made


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(text="a%b ∅", min_chars=0, language=""),
        Filter(state=State.ASIDE, tier=Tier.GOLD, winner=Verdict.TIE),
    ],
)
def test_a_saved_slice_comes_back_as_it_was(db: Database, wanted: Filter) -> None:
    saved_slices.save(db, " Mine ", wanted, Order.LONGEST, by="ann-1", now=NOW)
    (kept,) = saved_slices.every(db)
    saved_slices.remove(db, "Mine", by="ann-1", now=NOW)
    assert (kept.name, kept.wanted, kept.order) == ("Mine", wanted, Order.LONGEST)
    assert saved_slices.every(db) == ()
    assert [line.action for line in events.newest(db, 2)] == ["remove slice", "save slice"]
    assert "a%b" not in str(events.newest(db, 2))  # a search may quote a pair


def test_a_slice_without_name_or_filter_a_taken_name_and_a_missing_one_are_refused(db: Database) -> None:
    with pytest.raises(InvalidInput, match="Give the slice a name"):
        saved_slices.save(db, " ", Filter(text="a"), Order.VOTES, by="x", now=NOW)
    with pytest.raises(InvalidInput, match="Set a filter first"):
        saved_slices.save(db, "All", Filter(), Order.VOTES, by="x", now=NOW)
    saved_slices.save(db, "Twice", Filter(text="a"), Order.VOTES, by="x", now=NOW)
    with pytest.raises(InvalidInput, match="There is a slice named Twice already"):
        saved_slices.save(db, "Twice", Filter(text="b"), Order.VOTES, by="x", now=NOW)
    with pytest.raises(Unknown, match="no slice named Gone any more"):
        saved_slices.remove(db, "Gone", by="x", now=NOW)


def test_a_pile_says_what_votes_and_imports_say(db: Database) -> None:
    first, second, third = browse.every_id(db, Filter())
    pile = piles.of(db, Filter())
    assert pile.pair_ids == (first, second, third)
    assert pile.majority == {first: Verdict.TIE}
    assert set(pile.imported) == {first, second, third}


def test_an_action_on_too_many_pairs_is_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piles, "MOST", 2)
    with pytest.raises(InvalidInput, match=r"More than 2 pairs match\. Narrow the filter"):
        piles.of(db, Filter())


def test_figures_count_every_pair_of_the_filter_once(db: Database) -> None:
    found = spreads.of(db, Filter())
    assert found.total == 3
    # Prompt 8 and "short", "other" 10 make 18 characters, so 16 to 31; 8 + 2,000 + 5 lie in 1,024 to 2,047.
    assert found.lengths == {16: 2, 1024: 1}
    assert found.tiers == {Tier.SINGLE: 1, Tier.PRIOR: 1, Tier.CONFLICT: 1}
    assert found.sources == {"s": 3}
    assert found.winners[None] == found.winners[Verdict.TIE] == 1
    assert spreads.of(db, Filter(text="nowhere")).total == 0


@pytest.mark.parametrize("form", Form)
def test_a_file_holds_the_pairs_of_the_filter_in_order_and_nobody_who_voted(
    db: Database, form: Form, tmp_path: Path
) -> None:
    target = tmp_path / f"it's a slice.{form}"
    assert slice_files.write(db, Filter(max_chars=99), Order.VOTES, target, by="ann-9", now=NOW) == 2
    with db.reading() as cursor:
        reader = "read_json" if form is Form.JSONL else "read_parquet"
        rows = cursor.execute(f"SELECT prompt, tier FROM {reader}($file)", {"file": str(target)}).fetchall()
    assert rows == [("Prompt 2", "conflict"), ("Prompt 1", "single")]
    assert b"ann-" not in target.read_bytes()
    if form is Form.JSONL:
        assert json.loads(target.read_text(encoding="utf-8").splitlines()[0])["context"] == []
    assert events.newest(db, 1)[0].action == "export slice"


def test_a_file_holds_the_texts_that_a_release_would_hold(tmp_path: Path) -> None:
    pair = a_pair(1, " \u2003Ask a.b@gmx.de.\n")
    made = a_database(pair)
    context = '[{"role":"system","content":"[1]"}]'
    mend = Mend(pair_id=pair.id, context=context, prompt="Who?", answer_1="\ufeff Ask [1].\n", answer_2="No.")
    target = tmp_path / "slice.jsonl"
    rows = []
    for _ in range(2):
        slice_files.write(made, Filter(), Order.IMPORTED, target, by="ann-9", now=NOW)
        rows.append(json.loads(target.read_text(encoding="utf-8")))
        mends.mend(made, [mend], "V27", an_action())
    assert {rows[0]["answer_1"], rows[0]["answer_2"]} == {"Ask a.b@gmx.de.", "other"}
    assert (rows[1]["answer_1"], rows[1]["context"][0]["content"], rows[1]["prompt"]) == (
        "Ask [1].",
        "[1]",
        "Who?",
    )
    assert [row["fixed"] for row in rows] == ["", "V27"]
