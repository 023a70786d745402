"""Which pairs stand behind a figure of the quality page. Only SELECTs, over the same votes as the figure."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

import duckdb

from curation.model import Verdict
from curation.quality import ballots, formats


class Kind(StrEnum):
    """What is said of the votes that a list shows."""

    JUDGED = "judged"  # votes of the random arm
    SHARED = "shared"  # two or more people judged the pair
    SPLIT = "split"  # and they do not all say the same
    MAJORITY = "majority"  # more than half say `verdict`; without one: nothing has a majority
    CELL = "cell"  # `who` says `verdict` and `other` says `other_verdict`
    AGAINST = "against"  # `who` says otherwise than more than half of the others
    LEFT = "left"  # the answer on the left won
    LONGER = "longer"  # the longer answer won, by more than a tenth
    BAND = "band"  # lengths differ by a ratio of at least `low` and below `high`
    SIGN = "sign"  # the winner carries the format `sign` and the loser does not
    FAST = "fast"  # faster than reading allows
    GOLD_MISSED = "gold_missed"  # another verdict than the known one
    GOLD = "gold"  # met a pair whose winner is known
    CHANGED = "changed"  # another verdict when the pair came again
    REPEATED = "repeated"  # the pair came again


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One list. What is None is not asked for.

    Attributes:
        who: only votes of this person.
        source, week, guidelines: only votes in this part (agreement.Slice), by its name.
        low, high: bounds of Kind.BAND.
    """

    kind: Kind
    who: str | None = None
    other: str | None = None
    verdict: Verdict | None = None
    other_verdict: Verdict | None = None
    source: str | None = None
    week: str | None = None
    guidelines: str | None = None
    sign: str | None = None
    low: float | None = None
    high: float | None = None


def gathering(exhibit: Exhibit) -> Callable[[duckdb.DuckDBPyConnection], bool]:
    """For browse.page: makes its table `among` of the pairs of this list."""

    def gather(cursor: duckdb.DuckDBPyConnection) -> bool:
        ballots.gather(cursor)
        asked = {name: value for name, value in asdict(exhibit).items() if name != "kind"} | {
            "pattern": formats.SIGNS.get(exhibit.sign or "", "")
        }
        cursor.execute(_HEARD, _only(asked, "who", "source", "week", "guidelines"))
        query = _QUERIES[exhibit.kind]
        names = [name for name in asked if f"${name}" in query]
        cursor.execute(
            f"CREATE TEMP TABLE among AS SELECT DISTINCT pair_id FROM ({query})",  # noqa: S608 - one of ours
            _only(asked, *names),
        )
        return True

    return gather


def _only(values: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: values[name] for name in names}


# The votes in question, one row a person and pair, with the lengths of the pair.
_HEARD = """
CREATE TEMP TABLE heard AS
SELECT b.pair_id, b.annotator_id, b.winner, b.coded, b.left_answer, b.seconds,
       p.answer_1_chars AS one, p.answer_2_chars AS two, p.prompt_chars AS asked,
       (p.answer_1_chars > p.answer_2_chars) = (b.winner = 'answer_1') AS longer_won
FROM ballot AS b
JOIN pair AS p ON p.id = b.pair_id
LEFT JOIN source AS o ON o.id = p.source_id
WHERE ($who IS NULL OR b.annotator_id = $who)
  AND ($source IS NULL OR coalesce(o.location, '') = $source)
  AND ($week IS NULL OR CAST(CAST(date_trunc('week', b.decided) AS DATE) AS VARCHAR) = $week)
  AND ($guidelines IS NULL OR CAST(b.guideline_version AS VARCHAR) = $guidelines)
"""

_QUERIES: Mapping[Kind, str] = {
    Kind.JUDGED: "SELECT pair_id FROM heard",
    # With `who`, the pairs that this person shares with somebody.
    Kind.SHARED: """
        SELECT pair_id FROM (
            SELECT pair_id, annotator_id FROM heard
            UNION
            SELECT b.pair_id, b.annotator_id FROM ballot AS b SEMI JOIN heard USING (pair_id)
            WHERE $who IS NOT NULL
        )
        GROUP BY pair_id HAVING count(*) >= 2
    """,
    Kind.SPLIT: """
        SELECT pair_id FROM (
            SELECT pair_id, coded FROM heard
            UNION
            SELECT b.pair_id, b.coded FROM ballot AS b SEMI JOIN heard USING (pair_id) WHERE $who IS NOT NULL
        )
        GROUP BY pair_id HAVING count(DISTINCT coded) >= 2
    """,
    Kind.MAJORITY: """
        SELECT pair_id FROM (
            SELECT pair_id, coded, count(*) AS times, sum(count(*)) OVER (PARTITION BY pair_id) AS people
            FROM heard GROUP BY pair_id, coded
        )
        GROUP BY pair_id
        HAVING max(CASE WHEN 2 * times > people THEN coded END) IS NOT DISTINCT FROM $verdict
    """,
    Kind.CELL: """
        SELECT h.pair_id FROM heard AS h JOIN ballot AS b ON b.pair_id = h.pair_id AND b.annotator_id = $other
        WHERE h.coded = coalesce($verdict, h.coded) AND b.coded = coalesce($other_verdict, b.coded)
    """,
    Kind.AGAINST: """
        WITH said AS (SELECT pair_id, coded, count(*) AS times FROM ballot GROUP BY pair_id, coded),
        total AS (SELECT pair_id, sum(times) AS people FROM said GROUP BY pair_id)
        SELECT h.pair_id FROM heard AS h
        JOIN total AS t ON t.pair_id = h.pair_id AND t.people >= 2
        JOIN said AS s ON s.pair_id = h.pair_id AND s.coded <> h.coded
        WHERE 2 * s.times > t.people - 1
    """,
    Kind.LEFT: "SELECT pair_id FROM heard WHERE winner = left_answer",
    Kind.LONGER: """
        SELECT pair_id FROM heard WHERE winner IN ('answer_1', 'answer_2')
        AND greatest(one, two) > 1.1 * least(one, two) AND longer_won
    """,
    Kind.BAND: """
        SELECT pair_id FROM heard WHERE winner IN ('answer_1', 'answer_2') AND one <> two
        AND greatest(one, two) / greatest(least(one, two), 1) >= $low
        AND ($high IS NULL OR greatest(one, two) / greatest(least(one, two), 1) < $high)
    """,
    Kind.SIGN: """
        SELECT h.pair_id FROM heard AS h JOIN pair AS p ON p.id = h.pair_id
        WHERE h.winner IN ('answer_1', 'answer_2')
          AND regexp_matches(CASE h.winner WHEN 'answer_1' THEN p.answer_1 ELSE p.answer_2 END, $pattern)
          AND NOT regexp_matches(CASE h.winner WHEN 'answer_1' THEN p.answer_2 ELSE p.answer_1 END, $pattern)
    """,
    Kind.FAST: "SELECT pair_id FROM heard WHERE seconds < greatest(1.5, (asked + one + two) / 120.0)",
    Kind.GOLD_MISSED: """
        SELECT v.pair_id FROM vote AS v JOIN gold AS g ON g.pair_id = v.pair_id
        WHERE ($who IS NULL OR v.annotator_id = $who) AND v.verdict <> g.verdict
    """,
    Kind.GOLD: """
        SELECT v.pair_id FROM vote AS v SEMI JOIN gold AS g ON g.pair_id = v.pair_id
        WHERE $who IS NULL OR v.annotator_id = $who
    """,
    Kind.CHANGED: """
        SELECT v.pair_id FROM vote AS v JOIN (
            SELECT pair_id, annotator_id, verdict FROM current_decision
            WHERE round > 0 AND verdict NOT IN ('skip', 'cannot_judge')
            QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY number DESC) = 1
        ) AS again ON again.pair_id = v.pair_id AND again.annotator_id = v.annotator_id
        WHERE ($who IS NULL OR v.annotator_id = $who) AND again.verdict <> v.verdict
    """,
    Kind.REPEATED: """
        SELECT pair_id FROM current_decision WHERE round > 0 AND verdict NOT IN ('skip', 'cannot_judge')
        AND ($who IS NULL OR annotator_id = $who)
    """,
}
