"""Whether a person decides otherwise than they used to: their hits in the order of time.

A hit is a vote that finds the known winner of a gold pair or, on other pairs, what more than half of the
others say. Shares by week are for the eye; the alarm is a cumulative sum, which finds a lasting drop wherever
a week ends.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import numpy as np
from numpy.typing import NDArray

from curation.database import Database
from curation.quality import ballots
from curation.quality.tendencies import Tendency

# (choice) Simulated (docs/log.md): with hits that never change, 5 to 10 % of people raise an alarm in 1,000
# votes; 100 votes at 25 points less raise it for 71 to 97 %.
DROP = 0.15
LIMIT = 6.0
ENOUGH = 50


# The votes that can be a hit or a miss: whose, when, which, on which pair. Read from `opposed` (ballots).
HELD = """
SELECT annotator_id, moment, hit, pair_id
FROM (
    SELECT v.annotator_id, v.server_time AS moment, v.verdict = g.verdict AS hit, v.pair_id
    FROM vote AS v JOIN gold AS g ON g.pair_id = v.pair_id
    UNION ALL
    SELECT o.annotator_id, o.decided, o.others = o.coded, o.pair_id
    FROM opposed AS o ANTI JOIN gold AS g ON g.pair_id = o.pair_id
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Hits of one person in the week that begins on `monday`."""

    monday: date
    hits: Tendency


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One person's hits over time.

    Attributes:
        weeks: those with a vote that could be held against something, in order.
        moments, pair_ids, sums: when each such vote was given, on which pair, and the sum after it, ≥ 0.
        alarm: when the sum first passed LIMIT; None where it never did.
    """

    annotator_id: str
    weeks: tuple[Week, ...]
    moments: tuple[datetime, ...]
    pair_ids: tuple[str, ...]
    sums: tuple[float, ...]
    alarm: datetime | None


def courses(database: Database) -> tuple[Course, ...]:
    """Everybody whose votes could be held against something, by pseudonym."""
    with ballots.gathered(database) as cursor:
        return courses_on(cursor)


def courses_on(cursor: duckdb.DuckDBPyConnection) -> tuple[Course, ...]:
    """The same, read from a table `ballot` that is there already."""
    found: dict[str, list[tuple[datetime, bool, str]]] = {}
    for annotator_id, moment, hit, pair_id in _hits(cursor):
        found.setdefault(annotator_id, []).append((moment, hit, pair_id))
    return tuple(_course(annotator_id, votes) for annotator_id, votes in found.items())


def alarms_on(cursor: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Who raises an alarm, and when; the same as Course.alarm, read from those only who could raise one."""
    people = cursor.sql(
        f"""
        WITH held AS ({HELD})
        SELECT annotator_id, list(moment ORDER BY moment, pair_id) AS moments,
               list(hit ORDER BY moment, pair_id) AS hits
        FROM held GROUP BY annotator_id
        HAVING count(*) >= $enough AND date_trunc('week', min(moment)) <> date_trunc('week', max(moment))
        """,  # noqa: S608 - a query of ours
        params={"enough": ENOUGH},
    ).to_arrow_table()  # a person may have a hundred thousand votes
    found: dict[str, datetime] = {}
    for annotator_id, moments, hits in zip(*people.columns, strict=True):
        passed = np.flatnonzero(_path(hits.values.to_numpy(zero_copy_only=False)) > LIMIT)
        if passed.size and (alarm := moments.values[int(passed[0])].as_py()) is not None:
            found[annotator_id.as_py()] = alarm
    return found


def sums(hits: Sequence[bool]) -> tuple[float, ...]:
    """The cumulative sum after each vote: evidence, in nats, that hits have become rarer by DROP.

    S_t = max(0, S_(t-1) + log-likelihood ratio of the vote under p - DROP against p, the share of hits in
    all. p is kept within [0.3, 0.98], where both are chances.

    Args:
        hits: of one person, in the order of time; length n.

    Returns:
        Length n, each ≥ 0.

    Source: Page (1954), Continuous inspection schemes, section 2.1.
    """
    return tuple(float(value) for value in _path(np.array(hits, dtype=bool)))


def _path(came: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n,): the sum after each vote."""
    if not came.size:
        return np.zeros(0)
    usual = float(np.clip(came.mean(), 0.3, 0.98))
    lower = usual - DROP
    hit, miss = math.log(lower / usual), math.log((1 - lower) / (1 - usual))
    steps: NDArray[np.float64] = came * hit + ~came * miss
    walked = steps.cumsum()
    lowest = np.minimum(0.0, np.minimum.accumulate(walked))
    path: NDArray[np.float64] = walked - lowest
    return path


def _course(annotator_id: str, votes: Sequence[tuple[datetime, bool, str]]) -> Course:
    moments = tuple(moment for moment, _, _ in votes)
    path = sums([hit for _, hit, _ in votes])
    weeks = _weeks(votes)
    # Votes of one week, such as those of a file without times, have no order that could drift.
    measurable = len(votes) >= ENOUGH and len(weeks) > 1
    return Course(
        annotator_id=annotator_id,
        weeks=weeks,
        moments=moments,
        pair_ids=tuple(pair_id for _, _, pair_id in votes),
        sums=path,
        alarm=_alarm(moments, path) if measurable else None,
    )


def _alarm(moments: Sequence[datetime], path: Sequence[float]) -> datetime | None:
    return next((moment for moment, value in zip(moments, path, strict=True) if value > LIMIT), None)


def _weeks(votes: Sequence[tuple[datetime, bool, str]]) -> tuple[Week, ...]:
    counted: dict[date, list[int]] = {}
    for moment, hit, _ in votes:
        monday = date.fromordinal(moment.toordinal() - moment.weekday())
        count = counted.setdefault(monday, [0, 0])
        count[0] += hit
        count[1] += 1
    return tuple(
        Week(monday=monday, hits=Tendency(chosen=chosen, n=n)) for monday, (chosen, n) in counted.items()
    )


def _hits(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, datetime, bool, str]]:
    return cursor.execute(f"{HELD} ORDER BY annotator_id, moment, pair_id").fetchall()
