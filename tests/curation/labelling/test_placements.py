"""Set aside: out of the queue, the counts and releases. Sent back: one more vote. Votes stay either way."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo, Unknown
from curation.labelling import browse, decisions, events, placements, progress, queue, settlements
from curation.labelling.matching import Filter
from curation.labelling.placements import Place
from curation.model import State, Tier, Verdict
from curation.validation import runner
from curation.validation.policy import Policy
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, an_action

ONE, TWO = Verdict.ANSWER_1, Verdict.ANSWER_2


def voted(db: Database, pair_id: str, *verdicts: Verdict) -> None:
    for number, verdict in enumerate(verdicts):
        name = f"ann-{number}"
        decisions.record(db, a_decision(pair_id, id=f"{name}-{pair_id}", annotator_id=name, verdict=verdict))


def offered(db: Database, who: str) -> list[str]:
    return [task.pair_id for task in queue.next_for(db, who, limit=9, now=NOW)]


def with_source(db: Database) -> Database:
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, accepted, imported_by, imported)"
            " VALUES ('s', 'file', 'f.jsonl', 'orca', 2, 'lead', $now)",
            {"now": NOW},
        )
    return db


def test_a_pair_set_aside_is_offered_to_nobody_and_counted_nowhere() -> None:
    db, (gone, kept) = a_database(2)
    voted(db, gone, ONE)
    placements.set_aside(db, [gone], an_action())
    assert offered(db, "ann-9") == [kept]
    counts = progress.of(db, "ann-9", day_start=NOW)
    assert (counts.pairs, counts.decided) == (1, 0)
    assert sum(browse.tiers(db).values()) == 1


def test_a_pair_on_somebodys_screen_is_not_offered_again_once_it_is_set_aside() -> None:
    db, (pair_id,) = a_database(1)
    assert offered(db, "ann-1") == [pair_id]
    placements.set_aside(db, [pair_id], an_action())
    assert offered(db, "ann-1") == []


def test_what_is_put_back_is_offered_and_counted_again() -> None:
    db, (one, other) = a_database(2)
    voted(db, other, ONE)
    placements.set_aside(db, [one, other], an_action())
    assert offered(db, "ann-9") == []
    placements.put_back(db, [one, other], an_action("home"))
    assert offered(db, "ann-9") == [one]
    counts = progress.of(db, "ann-9", day_start=NOW)
    assert (counts.pairs, counts.decided) == (2, 1)


def test_browse_shows_what_is_set_aside_only_when_asked() -> None:
    db, (gone, kept) = a_database(2)
    with_source(db)
    placements.set_aside(db, [gone], an_action())
    assert [row.pair_id for row in browse.page(db, Filter()).rows] == [kept]
    assert [row.pair_id for row in browse.page(db, Filter(state=State.UNDECIDED)).rows] == [kept]
    assert [row.pair_id for row in browse.page(db, Filter(state=State.ASIDE)).rows] == [gone]


def test_a_pair_set_aside_stays_out_of_a_release_and_says_why() -> None:
    db, (gone, _) = a_database(2)
    with_source(db)
    placements.set_aside(db, [gone], an_action())
    (finding,) = runner.validate(db, Policy(minimum_tier=Tier.PRIOR)).of_rule("R01")
    assert finding.message == "A reviewer has set aside 1 of 2 pairs."
    assert finding.examples == (gone,)


def test_a_pair_sent_back_gets_exactly_one_more_vote_from_somebody_new() -> None:
    db, (pair_id,) = a_database(1, votes_per_pair=2)
    voted(db, pair_id, ONE, TWO)
    assert offered(db, "ann-9") == []
    placements.send_back(db, [pair_id], an_action())
    assert offered(db, "ann-0") == []
    assert offered(db, "ann-8") == [pair_id]
    assert offered(db, "ann-9") == []  # ann-8 has it on the screen
    decisions.record(db, a_decision(pair_id, id="new", annotator_id="ann-8"))
    queue.give_back(db, "ann-8", [pair_id], now=NOW)
    assert offered(db, "ann-9") == []


def test_settling_ends_the_wait_for_another_vote() -> None:
    db, (pair_id,) = a_database(1)
    voted(db, pair_id, ONE)
    placements.send_back(db, [pair_id], an_action())
    settlements.settle(db, {pair_id: ONE}, an_action("act-2"))
    assert offered(db, "ann-9") == []
    assert [each.place for each in placements.history(db, pair_id)] == [Place.SENT_BACK, None]


def test_several_pairs_are_one_action_and_the_same_action_acts_once() -> None:
    db, ids = a_database(3)
    assert placements.set_aside(db, ids, an_action()) == 3
    assert placements.set_aside(db, ids, an_action()) == 0
    (event,) = events.newest(db)
    assert (event.action, event.actor, event.subject) == ("set aside", "lead", "3 pairs")


def test_one_unknown_pair_places_none_of_them() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(Unknown, match="There is no pair nowhere"):
        placements.set_aside(db, [pair_id, "nowhere"], an_action())
    assert placements.history(db, pair_id) == ()
    assert events.newest(db) == ()


def test_without_a_reason_or_a_pair_nothing_is_placed() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(InvalidInput, match="Say why"):
        placements.set_aside(db, [pair_id], an_action(reason=" "))
    with pytest.raises(InvalidInput, match="No pair was named"):
        placements.send_back(db, [], an_action())
    assert placements.history(db, pair_id) == ()


def test_what_is_not_away_cannot_be_put_back() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(NothingToUndo, match="neither set aside nor sent back"):
        placements.put_back(db, [pair_id], an_action())
