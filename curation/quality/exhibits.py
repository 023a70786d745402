"""Which pairs stand behind a figure of the quality page. Only SELECTs, over the same votes as the figure."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

import duckdb

from curation.database import Database
from curation.model import Verdict
from curation.quality import ballots, drift, formats, verified


class Kind(StrEnum):
    """What is said of the votes that a list shows."""

    JUDGED = "judged"  # votes of the random arm
    COMPANY = "company"  # everybody's votes on the pairs that `who` judged
    SHARED = "shared"  # two or more people judged the pair
    PREFERRED = "preferred"  # two or more people prefer an answer
    STRENGTH = "strength"  # two or more people said how much better, or that neither is
    SPLIT = "split"  # and they do not all say the same
    MAJORITY = "majority"  # more than half say `verdict`; without one: nothing has a majority
    CELL = "cell"  # `who` says `verdict` and `other` says `other_verdict`
    AGAINST = "against"  # `who` says otherwise than more than half of the others
    MISSED = "missed"  # neither the known winner nor, elsewhere, what more than half of the others say
    HELD = "held"  # votes that can be a hit or be missed (drift)
    DECISIVE = "decisive"  # an answer was preferred
    SIDED = "sided"  # and it is known which stood left
    LEFT = "left"  # the answer on the left won
    UNEVEN = "uneven"  # an answer was preferred, and one is longer by more than a tenth
    LONGER = "longer"  # and that one won
    BAND = "band"  # lengths differ by a ratio of at least `low` and below `high`
    BAND_WON = "band_won"  # and the longer answer won
    FORMAT = "format"  # preferences that were searched for formats
    SIGN = "sign"  # the winner carries the format `sign` and the loser does not
    SIGN_WON = "sign_won"  # the winner carries it
    SIGN_LOST = "sign_lost"  # the loser carries it
    SIGN_ONE = "sign_one"  # exactly one of the two carries it
    TIMED = "timed"  # the vote took at least `low` and less than `high` seconds, where they are given
    WITHIN = "within"  # the vote took at most `high` seconds
    FAST = "fast"  # faster than reading allows
    GOLD_MISSED = "gold_missed"  # another verdict than the known one
    GOLD = "gold"  # met a pair whose winner is known
    CHANGED = "changed"  # another verdict when the pair came again
    REPEATED = "repeated"  # the pair came again
    SIDED_TWICE = "sided_twice"  # and an answer was preferred both times, on known sides
    SAME_SIDE = "same_side"  # and both times it was the one on the same side
    VERIFIED = "verified"  # imported labels that people judged, first served by `arm`
    OVERTURNED = "overturned"  # and found wrong
    SCORED = "scored"  # verified at random, and scored by the look for wrong labels
    SCORED_WRONG = "scored_wrong"  # and found wrong
    FIRST = "first"  # and among the share `high` of them that text makes most suspected
    FIRST_WRONG = "first_wrong"  # and found wrong
    LOOKED = "looked"  # labels that the look for wrong ones has scored
    GROUPED = "grouped"  # pairs whose prompts were grouped
    CROWDED = "crowded"  # of these, the ones in the largest tenth of the groups
    PAIR = "pair"  # the pair `pair`


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One list. What is None is not asked for.

    Attributes:
        who: only votes of this person.
        source, week, guidelines: only votes in this part (agreement.Slice), by its name.
        low, high: bounds of Kind.BAND and BAND_WON (a ratio), TIMED and WITHIN (seconds); FIRST and
            FIRST_WRONG (a share, in (0, 1]).
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
    pair: str | None = None
    arm: str | None = None


def gathering(exhibit: Exhibit) -> Callable[[duckdb.DuckDBPyConnection], bool]:
    """For browse.page: makes its table `among` of the pairs of this list."""

    def gather(cursor: duckdb.DuckDBPyConnection) -> bool:
        _count(cursor, exhibit)
        cursor.execute("CREATE TEMP TABLE among AS SELECT DISTINCT pair_id FROM counted_here")
        return True

    return gather


def votes(database: Database, exhibit: Exhibit) -> int:
    """How many votes, or meetings of two votes, the figure counted on the pairs of this list."""
    with database.reading() as cursor:
        _count(cursor, exhibit)
        (number,) = cursor.execute("SELECT count(*) FROM counted_here").fetchone() or (0,)
    return int(number)


def _count(cursor: duckdb.DuckDBPyConnection, exhibit: Exhibit) -> None:
    """A table `counted_here` (pair_id) with a row for everything that the figure counted."""
    ballots.gather(cursor)
    asked: dict[str, object] = {name: value for name, value in asdict(exhibit).items() if name != "kind"} | {
        "pattern": formats.SIGNS.get(exhibit.sign or "", "")
    }
    query = _QUERIES[exhibit.kind]
    cursor.execute(_HEARD, _only(asked, "who", "source", "week", "guidelines"))
    if "FROM contrasted" in query:
        formats.contrast(cursor)
        cursor.execute(_CONTRASTED, _only(asked, "who", "pattern"))
    if "FROM held_here" in query:
        cursor.execute(_HELD, _only(asked, "who", "week"))
    if "FROM again" in query:
        cursor.execute(_AGAIN, _only(asked, "who"))
    names = [name for name in asked if f"${name}" in query]
    cursor.execute(
        f"CREATE TEMP TABLE counted_here AS SELECT pair_id FROM ({query})",  # noqa: S608 - one of ours
        _only(asked, *names),
    )


def _only(values: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: values[name] for name in names}


# The votes in question, one row a person and pair, with the lengths of the pair.
_HEARD = """
CREATE TEMP TABLE heard AS
SELECT b.pair_id, b.annotator_id, b.winner, b.coded, b.strength, b.left_answer, b.seconds,
       p.answer_1_chars AS one, p.answer_2_chars AS two, p.prompt_chars AS asked,
       b.winner IN ('answer_1', 'answer_2') AS preferred,
       greatest(p.answer_1_chars, p.answer_2_chars)
           > 1.1 * least(p.answer_1_chars, p.answer_2_chars) AS uneven,
       greatest(p.answer_1_chars, p.answer_2_chars)
           / greatest(least(p.answer_1_chars, p.answer_2_chars), 1) AS ratio,
       (p.answer_1_chars > p.answer_2_chars) = (b.winner = 'answer_1') AS longer_won
FROM ballot AS b
JOIN pair AS p ON p.id = b.pair_id
LEFT JOIN source AS o ON o.id = p.source_id
WHERE ($who IS NULL OR b.annotator_id = $who)
  AND ($source IS NULL OR coalesce(o.location, '') = $source)
  AND ($week IS NULL OR CAST(CAST(date_trunc('week', b.decided) AS DATE) AS VARCHAR) = $week)
  AND ($guidelines IS NULL OR coalesce(CAST(b.guideline_version AS VARCHAR), '') = $guidelines)
"""

# Hidden repeats with the vote that each repeats, as checks.py counts them.
_AGAIN = """
CREATE TEMP TABLE again AS
SELECT a.pair_id, a.verdict = v.verdict AS same,
       a.verdict IN ('answer_1', 'answer_2') AND v.verdict IN ('answer_1', 'answer_2')
       AND a.left_answer IS NOT NULL AND v.left_answer IS NOT NULL AS sided,
       (a.verdict = a.left_answer) = (v.verdict = v.left_answer) AS same_side
FROM (
    SELECT pair_id, annotator_id, verdict, left_answer FROM current_decision
    WHERE round > 0 AND verdict NOT IN ('skip', 'cannot_judge')
    QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY number DESC) = 1
) AS a
JOIN vote AS v ON v.pair_id = a.pair_id AND v.annotator_id = a.annotator_id
WHERE $who IS NULL OR a.annotator_id = $who
"""
# The preferences of formats.py, those of one person where one is asked for.
_CONTRASTED = """
CREATE TEMP TABLE contrasted AS
SELECT pair_id, regexp_matches(won, $pattern) AS winner_has, regexp_matches(lost, $pattern) AS loser_has
FROM contrast WHERE $who IS NULL OR who = $who
"""
_HELD = f"""
CREATE TEMP TABLE held_here AS
SELECT pair_id, hit FROM ({drift.HELD})
WHERE ($who IS NULL OR annotator_id = $who)
  AND ($week IS NULL OR CAST(CAST(date_trunc('week', moment) AS DATE) AS VARCHAR) = $week)
"""  # noqa: S608 - a query of ours

# As discovery.measured orders them; equal suspicions stay together, so that chance decides nothing.
_FIRST = f"""
SELECT pair_id, wrong FROM ({verified.SCORED}) WHERE arm = 'random'
QUALIFY rank() OVER (ORDER BY by_text DESC) <= round($high * count(*) OVER ())
"""  # noqa: S608 - a query of ours

_QUERIES: Mapping[Kind, str] = {
    Kind.JUDGED: "SELECT pair_id FROM heard",
    Kind.COMPANY: "SELECT b.pair_id FROM ballot AS b SEMI JOIN heard USING (pair_id)",
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
    Kind.PREFERRED: """
        SELECT pair_id FROM heard WHERE coded IN ('answer_1', 'answer_2')
        GROUP BY pair_id HAVING count(*) >= 2
    """,
    Kind.STRENGTH: """
        SELECT pair_id FROM heard WHERE strength IS NOT NULL OR coded NOT IN ('answer_1', 'answer_2')
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
    Kind.MISSED: "SELECT pair_id FROM held_here WHERE NOT hit",
    Kind.HELD: "SELECT pair_id FROM held_here",
    Kind.DECISIVE: "SELECT pair_id FROM heard WHERE preferred",
    Kind.SIDED: "SELECT pair_id FROM heard WHERE preferred AND left_answer IS NOT NULL",
    Kind.LEFT: "SELECT pair_id FROM heard WHERE preferred AND winner = left_answer",
    Kind.UNEVEN: "SELECT pair_id FROM heard WHERE preferred AND uneven",
    Kind.LONGER: "SELECT pair_id FROM heard WHERE preferred AND uneven AND longer_won",
    Kind.BAND: """
        SELECT pair_id FROM heard WHERE preferred AND one <> two AND ratio >= $low
        AND ($high IS NULL OR ratio < $high)
    """,
    Kind.BAND_WON: """
        SELECT pair_id FROM heard WHERE preferred AND one <> two AND longer_won AND ratio >= $low
        AND ($high IS NULL OR ratio < $high)
    """,
    Kind.FORMAT: "SELECT pair_id FROM contrasted",
    Kind.SIGN: "SELECT pair_id FROM contrasted WHERE winner_has AND NOT loser_has",
    Kind.SIGN_WON: "SELECT pair_id FROM contrasted WHERE winner_has",
    Kind.SIGN_LOST: "SELECT pair_id FROM contrasted WHERE loser_has",
    Kind.SIGN_ONE: "SELECT pair_id FROM contrasted WHERE winner_has <> loser_has",
    Kind.TIMED: """
        SELECT pair_id FROM heard WHERE seconds IS NOT NULL
        AND ($low IS NULL OR seconds >= $low) AND ($high IS NULL OR seconds < $high)
    """,
    Kind.WITHIN: "SELECT pair_id FROM heard WHERE seconds <= $high",
    Kind.FAST: "SELECT pair_id FROM heard WHERE seconds < greatest(1.5, (asked + one + two) / 120.0)",
    Kind.GOLD_MISSED: """
        SELECT v.pair_id FROM vote AS v JOIN gold AS g ON g.pair_id = v.pair_id
        WHERE ($who IS NULL OR v.annotator_id = $who) AND v.verdict <> g.verdict
    """,
    Kind.GOLD: """
        SELECT v.pair_id FROM vote AS v SEMI JOIN gold AS g ON g.pair_id = v.pair_id
        WHERE $who IS NULL OR v.annotator_id = $who
    """,
    Kind.CHANGED: "SELECT pair_id FROM again WHERE NOT same",
    Kind.REPEATED: "SELECT pair_id FROM again",
    Kind.SIDED_TWICE: "SELECT pair_id FROM again WHERE sided",
    Kind.SAME_SIDE: "SELECT pair_id FROM again WHERE sided AND same_side",
    Kind.VERIFIED: f"SELECT pair_id FROM ({verified.JUDGED}) WHERE arm = $arm",  # noqa: S608
    Kind.OVERTURNED: f"""
        SELECT pair_id FROM ({verified.JUDGED})
        WHERE arm = $arm AND found IN ('answer_1', 'answer_2') AND found <> prior_winner
    """,  # noqa: S608
    Kind.SCORED: f"SELECT pair_id FROM ({verified.SCORED}) WHERE arm = 'random'",  # noqa: S608
    Kind.SCORED_WRONG: f"SELECT pair_id FROM ({verified.SCORED}) WHERE arm = 'random' AND wrong",  # noqa: S608
    Kind.FIRST: f"SELECT pair_id FROM ({_FIRST})",  # noqa: S608
    Kind.FIRST_WRONG: f"SELECT pair_id FROM ({_FIRST}) WHERE wrong",  # noqa: S608
    Kind.LOOKED: "SELECT pair_id FROM suspicion WHERE detector = 'text'",
    Kind.GROUPED: "SELECT pair_id FROM prompt_group",
    Kind.CROWDED: """
        SELECT pair_id FROM prompt_group SEMI JOIN (
            SELECT cluster FROM prompt_group GROUP BY cluster
            QUALIFY row_number() OVER (ORDER BY count(*) DESC, cluster) <= ceil(count(*) OVER () / 10)
        ) USING (cluster)
    """,
    Kind.PAIR: "SELECT id AS pair_id FROM pair WHERE id = $pair",
}
