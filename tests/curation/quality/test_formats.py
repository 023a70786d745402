"""Outward signs: recognised where they are, and telling only where winners and losers differ."""

from datetime import datetime

import pytest

from curation.database import Database
from curation.labelling import decisions, pairs
from curation.model import Answer, Decision, Verdict
from curation.quality import formats
from curation.quality.formats import Sign
from tests.curation.conftest import pair_of

NOW = datetime(2026, 11, 22, 9, 0)


def prefer(db: Database, winner: str, loser: str, times: int = 1, verdict: Verdict | None = None) -> None:
    """So many people, each on a pair of their own, prefer `winner`, or say `verdict`."""
    with db.writing() as tx:
        for number in range(times):
            pair = pair_of(winner, loser, "q", Verdict.ANSWER_1, (), f"{winner}{loser}{number}", "s", number)
            pairs.add(tx, [pair], NOW)
            vote = Decision(
                id=f"d-{pair.id}",
                pair_id=pair.id,
                annotator_id="ann",
                verdict=verdict or pair.prior_winner,
                left=Answer.ONE,
                server_time=NOW,
            )
            decisions.record_many(tx, [vote])


def sign(db: Database, name: str) -> Sign:
    return next(found for found in formats.measured(db) if found.name == name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list", "Two things:\n- one\n- two"),
        ("list", "1. one\n2. two"),
        ("bold", "This is **vital**."),
        ("link", "See https://example.org"),
        ("code", "Call `run()` first."),
        ("emoji", "Well done \N{PARTY POPPER}"),
        ("exclamation mark", "Great!"),
        ("eager opening", "Certainly, here it is."),
    ],
)
def test_a_sign_is_seen_where_it_is(db: Database, name: str, text: str) -> None:
    prefer(db, text, "Plain words, 3 - 2 of them.")
    found = {each.name for each in formats.measured(db) if (each.winners, each.losers) == (1, 0)}
    assert name in found
    assert found <= {name, "exclamation mark"}


def test_a_sign_that_both_carry_tells_nothing(db: Database) -> None:
    prefer(db, "**a**", "**b**", times=60)
    found = sign(db, "bold")
    assert (found.winners, found.losers, found.difference, found.is_telling) == (60, 60, 0.0, False)


def test_a_sign_of_losers_tells_too(db: Database) -> None:
    prefer(db, "plain", "eager!", times=60)
    found = sign(db, "exclamation mark")
    assert (found.difference, found.is_telling) == (-1.0, True)


def test_fewer_than_fifty_votes_tell_nothing(db: Database) -> None:
    prefer(db, "plain", "eager!", times=49)
    assert not sign(db, "exclamation mark").is_telling


def test_ties_do_not_count_and_without_a_preference_nothing_is_defined(db: Database) -> None:
    prefer(db, "plain", "eager!", verdict=Verdict.TIE)
    found = sign(db, "exclamation mark")
    assert (found.n, found.difference, found.is_telling) == (0, None, False)
