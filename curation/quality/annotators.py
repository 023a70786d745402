"""How each person decides: side, length, speed, agreement with the others, with gold and with themselves.

A flag is a reason for a conversation, never for deleting anything (rules.md §4).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from statistics import median

import duckdb

from curation.database import Database
from curation.labelling import annotators
from curation.model import Verdict
from curation.quality import ballots, checks, drift, tallies
from curation.quality.checks import NEVER_REPEATED, Consistency
from curation.quality.tendencies import ENOUGH, Tendency

# rules.md §4. (choice)
FAST_SHARE = 0.10
FAST_TIMES_TEAM = 3.0
LENGTH_SHARE = 0.80
LENGTH_OVER_TEAM = 0.15


class Flag(StrEnum):
    """What is worth talking about."""

    POSITION = "position"
    LENGTH = "length"
    SPEED = "speed"
    GOLD = "gold"
    CONSISTENCY = "consistency"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One person's votes: gold and repeats from all, the rest on the random arm. None is undefined, never 0.

    Attributes:
        left: left answer won, among preferences whose sides are known.
        longer: longer answer won, among preferences whose answers differ in length by more than a tenth.
        fast: votes faster than reading allows, among those that were timed.
        median_seconds: of the timed votes.
        consensus: agreed with what more than half of the others said, where they have such a majority.
        gold: found the known winner, of the gold pairs they met.
        consistency: said the same again, of the pairs they met twice.
        drift: when their hits became rarer, None where they did not (drift.Course).
        against: pairs by (own verdict, verdict of the others' majority); combinations that occur.
    """

    annotator_id: str
    votes: int
    left: Tendency
    longer: Tendency
    fast: Tendency
    median_seconds: float | None
    consensus: Tendency
    gold: Tendency
    consistency: Consistency
    drift: datetime | None
    against: Mapping[tuple[Verdict, Verdict], int]
    flags: tuple[Flag, ...]


Row = tuple[str, int, int, int, int, int, int, int]


def checked(database: Database) -> tuple[Checked, ...]:
    """Everybody who has voted, by pseudonym; also who met nothing but gold and repeats."""
    with ballots.gathered(database) as cursor:
        usual = _medians(cursor)
        return tuple(
            replace(each, median_seconds=usual.get(each.annotator_id)) for each in checked_on(cursor)
        )


def checked_on(cursor: duckdb.DuckDBPyConnection) -> tuple[Checked, ...]:
    """The same, read from a table `ballot` that is there already.

    Without median seconds, which raise no flag: a median does not add up (tallies).
    """
    rows = _counted(cursor)
    team = _Team.of(rows)
    held = _Held(
        against=_against_others(cursor),
        gold=checks.gold_scores(cursor),
        repeats=checks.consistencies(cursor),
        drifts=drift.alarms_on(cursor),
    )
    met = {row[0] for row in rows}
    hidden: list[Row] = [(who, 0, 0, 0, 0, 0, 0, 0) for who in {*held.gold, *held.repeats} - met]
    return tuple(_from_row(row, held, team) for row in sorted(rows + hidden, key=lambda row: row[0]))


def names(database: Database) -> Mapping[str, str]:
    """What to call each person inside the workspace: the name where nobody shares it, else the pseudonym."""
    people = annotators.everyone(database)
    times = Counter(person.name for person in people)
    return {person.id: person.name if times[person.name] == 1 else person.id for person in people}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Team:
    """What is usual here. None where nobody can be measured."""

    longer: float | None
    fast: float | None  # median over people

    @classmethod
    def of(cls, rows: list[Row]) -> "_Team":
        longer = Tendency(chosen=sum(row[4] for row in rows), n=sum(row[5] for row in rows))
        fast = [row[6] / row[7] for row in rows if row[7]]
        return cls(longer=longer.share, fast=median(fast) if fast else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What each person's votes were held against, by pseudonym."""

    against: Mapping[str, Mapping[tuple[Verdict, Verdict], int]]
    gold: Mapping[str, Tendency]
    repeats: Mapping[str, Consistency]
    drifts: Mapping[str, datetime | None]


def _counted(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    return tallies.summed(
        cursor,
        """
        WITH seen AS (SELECT *, winner IN ('answer_1', 'answer_2') AS decisive FROM sized)
        SELECT annotator_id, count(*),
               count(*) FILTER (WHERE decisive AND winner = left_answer),
               count(*) FILTER (WHERE decisive AND left_answer IS NOT NULL),
               count(*) FILTER (WHERE decisive AND greatest(one, two) > 1.1 * least(one, two)
                                  AND (one > two) = (winner = 'answer_1')),
               count(*) FILTER (WHERE decisive AND greatest(one, two) > 1.1 * least(one, two)),
               count(*) FILTER (WHERE seconds < readable),
               count(seconds)
        FROM seen GROUP BY annotator_id
        """,
        keys=1,
    )


def _medians(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, float | None]:
    rows = cursor.execute("SELECT annotator_id, median(seconds) FROM ballot GROUP BY annotator_id").fetchall()
    return dict(rows)


def _against_others(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, Mapping[tuple[Verdict, Verdict], int]]:
    """Each person's verdicts by what more than half of the others said of the same pair."""
    rows = tallies.summed(
        cursor, "SELECT annotator_id, coded, others, count(*) FROM opposed GROUP BY ALL", keys=3
    )
    found: dict[str, dict[tuple[Verdict, Verdict], int]] = {}
    for annotator_id, own, others, number in rows:
        found.setdefault(annotator_id, {})[Verdict(own), Verdict(others)] = int(number)
    return found


def _from_row(row: Row, held: _Held, team: _Team) -> Checked:
    annotator_id, votes, left, sided, longer, uneven, fast, timed = row
    against = held.against.get(annotator_id, {})
    agreed = sum(number for (own, others), number in against.items() if own is others)
    someone = Checked(
        annotator_id=annotator_id,
        votes=votes,
        left=Tendency(chosen=left, n=sided),
        longer=Tendency(chosen=longer, n=uneven),
        fast=Tendency(chosen=fast, n=timed),
        median_seconds=None,
        consensus=Tendency(chosen=agreed, n=sum(against.values())),
        gold=held.gold.get(annotator_id, Tendency(chosen=0, n=0)),
        consistency=held.repeats.get(annotator_id, NEVER_REPEATED),
        drift=held.drifts.get(annotator_id),
        against=against,
        flags=(),
    )
    return replace(someone, flags=_flags(someone, team))


def _flags(someone: Checked, team: _Team) -> tuple[Flag, ...]:
    found = {
        Flag.POSITION: someone.left.is_positional,
        Flag.LENGTH: _follows_length(someone.longer, team.longer),
        Flag.SPEED: _is_fast(someone.fast.share, team.fast),
        Flag.GOLD: checks.is_below_gold(someone.gold),
        Flag.CONSISTENCY: someone.consistency.is_low,
        Flag.DRIFT: someone.drift is not None,
    }
    return tuple(flag for flag, raised in found.items() if raised)


def _follows_length(longer: Tendency, team: float | None) -> bool:
    if longer.n < ENOUGH or longer.share is None or team is None:
        return False
    return longer.share > LENGTH_SHARE and longer.share > team + LENGTH_OVER_TEAM


def _is_fast(share: float | None, team: float | None) -> bool:
    if share is None or team is None:
        return False
    return share > FAST_SHARE and share > FAST_TIMES_TEAM * team
