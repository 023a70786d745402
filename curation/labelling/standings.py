"""What is believed of a few pairs, looked up and not searched for: the views of the schema, asked by name.

DuckDB looks an id up in an index only where it is written out beside the table. The views group and rank
first, so asking them for five pairs of a million costs a pass over all votes. Here the ids stand at every
table. A test holds the outcome equal to the view `standing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from curation.model import Tier, Verdict

# Ids are written out in `named`: $id_0, $id_1 and so on, or nothing where every pair is meant.
_QUERY = """
WITH said AS (
    SELECT id, pair_id, annotator_id, verdict, strength, round, number, server_time, flag, rewrite
    FROM current_decision WHERE {pair_id}
),
cast_by AS (
    SELECT pair_id, annotator_id, verdict, strength, number, server_time, round, false AS written
    FROM said WHERE verdict NOT IN ('skip', 'cannot_judge')
    UNION ALL
    SELECT r.pair_id, d.annotator_id, r.winner, NULL, d.number, d.server_time, d.round, true
    FROM (
        SELECT decision_id, pair_id, winner FROM rewrite
        WHERE {pair_id}
          AND NOT EXISTS (SELECT 1 FROM decision AS later WHERE later.supersedes = rewrite.decision_id)
    ) AS r
    JOIN decision AS d ON d.id = r.decision_id AND d.verdict IS NOT NULL
),
voted AS (
    SELECT pair_id, verdict, strength, server_time FROM cast_by
    QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY written, round, number DESC) = 1
),
counted AS (
    SELECT pair_id, count(*) AS votes,
           count(*) FILTER (WHERE verdict = 'answer_1') AS votes_1,
           count(*) FILTER (WHERE verdict = 'answer_2') AS votes_2,
           count(*) FILTER (WHERE verdict = 'tie') AS votes_tie,
           count(*) FILTER (WHERE verdict = 'both_bad') AS votes_both_bad,
           max(server_time) AS newest
    FROM voted GROUP BY pair_id
),
noted AS (
    SELECT pair_id, count(DISTINCT annotator_id) FILTER (WHERE verdict = 'skip') AS skips,
           bool_or(verdict = 'cannot_judge') AS cannot_judge, bool_or(rewrite IS NOT NULL) AS rewritten,
           bool_or(flag IS NOT NULL) AS flagged
    FROM said GROUP BY pair_id
),
settled AS (
    SELECT pair_id, verdict, settled FROM settlement WHERE {pair_id}
    QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1
),
placed AS (
    SELECT pair_id, place, votes, placed FROM placement WHERE {pair_id}
    QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1
),
suspected AS (  -- length and the base model's likelihoods are compared with, and make no suspect
    SELECT pair_id, max(score) AS score, arg_max(winner, score) AS labelled
    FROM suspicion WHERE {pair_id} AND detector NOT IN ('length', 'reference') GROUP BY pair_id
)
SELECT p.id AS pair_id, p.source_row, p.prior_winner,
       coalesce(c.votes, 0) AS votes, coalesce(c.votes_both_bad, 0) AS votes_both_bad, c.newest,
       greatest(c.votes_1, c.votes_2, c.votes_tie, c.votes_both_bad) / c.votes AS agreement,
       CASE WHEN 2 * c.votes_1 > c.votes THEN 'answer_1' WHEN 2 * c.votes_2 > c.votes THEN 'answer_2'
            WHEN 2 * c.votes_tie > c.votes THEN 'tie'
            WHEN 2 * c.votes_both_bad > c.votes THEN 'both_bad' END AS by_votes,
       CASE WHEN s.verdict IS NOT NULL THEN s.verdict WHEN c.votes IS NULL THEN p.prior_winner
            ELSE by_votes END AS winner,
       CASE WHEN s.verdict IS NOT NULL THEN 'gold'
            WHEN c.votes IS NULL THEN CASE WHEN p.prior_winner IS NULL THEN 'none' ELSE 'prior' END
            WHEN c.votes = 1 THEN 'single' WHEN agreement = 1 THEN 'agree2'
            WHEN by_votes IS NOT NULL THEN 'majority' ELSE 'conflict' END AS tier,
       coalesce(l.place = 'aside', false) AS aside,
       coalesce(l.place = 'sent_back' AND coalesce(c.votes, 0) <= l.votes, false) AS waiting,
       coalesce(n.skips, 0) AS skips, coalesce(n.cannot_judge, false) AS cannot_judge,
       coalesce(n.rewritten, false) AS rewritten, coalesce(n.flagged, false) AS flagged,
       CASE WHEN u.labelled IS NULL OR u.labelled = winner THEN u.score
            WHEN winner IN ('answer_1', 'answer_2') THEN 1 - u.score END AS suspicion, s.settled, l.placed
FROM pair AS p
LEFT JOIN counted AS c ON c.pair_id = p.id
LEFT JOIN noted AS n ON n.pair_id = p.id
LEFT JOIN settled AS s ON s.pair_id = p.id
LEFT JOIN placed AS l ON l.pair_id = p.id
LEFT JOIN suspected AS u ON u.pair_id = p.id
WHERE {id}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is believed of one pair, and on what support.

    Attributes:
        agreement: share of the votes that the largest group has, in (0, 1]; None without a vote.
        newest: when the newest vote was given, naive UTC.
        aside: a reviewer has set it aside.
    """

    pair_id: str
    winner: Verdict | None
    tier: Tier
    votes: int
    agreement: float | None
    newest: datetime | None
    aside: bool


def of(cursor: duckdb.DuckDBPyConnection, pair_ids: Sequence[str]) -> tuple[Standing, ...]:
    """The standing of each pair that is there, in any order."""
    query, names = asked(pair_ids)
    rows = cursor.execute(
        f"SELECT pair_id, winner, tier, votes, agreement, newest, aside FROM ({query})",  # noqa: S608 - ours
        names,
    ).fetchall()
    return tuple(
        Standing(
            pair_id=row[0],
            winner=None if row[1] is None else Verdict(row[1]),
            tier=Tier(row[2]),
            votes=row[3],
            agreement=row[4],
            newest=row[5],
            aside=row[6],
        )
        for row in rows
    )


def asked(pair_ids: Sequence[str] | None) -> tuple[str, dict[str, Any]]:
    """SQL that gives one row a pair, and its parameters; every pair where `pair_ids` is None.

    Columns: those of Standing, and source_row, prior_winner, by_votes (NULL: no majority), votes_both_bad,
    waiting (sent back, and no vote since), skips (people), cannot_judge, rewritten, flagged, suspicion (NULL
    or [0, 1]), settled and placed (times).
    """
    if pair_ids is None:
        return _QUERY.format(pair_id="true", id="true"), {}
    names = {f"id_{place}": pair_id for place, pair_id in enumerate(pair_ids)}
    listed = ", ".join(f"${name}" for name in names) or "NULL"
    return _QUERY.format(pair_id=f"pair_id IN ({listed})", id=f"p.id IN ({listed})"), names


def within(table: str) -> str:
    """SQL as of `asked`, for the pairs that a table of ours lists in its column pair_id.

    For more pairs than are written out well: a pass over narrow columns, however few they are.
    """
    listed = f"IN (SELECT pair_id FROM {table})"  # noqa: S608 - a name of ours
    return _QUERY.format(pair_id=f"pair_id {listed}", id=f"p.id {listed}")
