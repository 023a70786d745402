"""Which pairs need a reviewer, and why. Only SELECTs.

A pair stands here for one reason or several, and leaves when it is settled. Only pairs that somebody has
judged or settled are looked at, so the queue costs what was judged, not what was imported.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from curation.database import Database
from curation.labelling import browse
from curation.labelling.browse import Position, Row
from curation.model import Verdict


class Reason(StrEnum):
    """Why a pair is here, the most urgent first."""

    CONTESTED = "contested"  # votes without a majority
    BOTH_BAD = "both_bad"  # somebody found both answers bad
    REWRITTEN = "rewritten"  # somebody wrote a better answer
    SKIPPED = "skipped"  # two or more people could not judge it
    AGAINST_PRIOR = "against_prior"  # people found another winner than the import
    SETTLED = "settled"  # a reviewer has settled it


OPEN = tuple(reason for reason in Reason if reason is not Reason.SETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One pair of the queue with every reason it stands here for."""

    row: Row
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries in order, and the queue they are part of.

    Attributes:
        next: where the next page starts; None on the last page.
        total: how many entries there are in all.
        counts: how many pairs stand here for each reason, whatever was asked for; one with two counts twice.
    """

    entries: tuple[Entry, ...]
    next: Position | None
    total: int
    counts: Mapping[Reason, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Majorities:
    """What settling every pair of a filter by its votes would do.

    Attributes:
        verdicts: pair id → what more than half of its votes say.
        without: pairs of the filter that have no such majority and would be left as they are.
    """

    verdicts: Mapping[str, Verdict]
    without: int

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many pairs each verdict would be given."""
        return Counter(self.verdicts.values())


def page(db: Database, reason: Reason | None = None, after: Position | None = None, size: int = 1) -> Page:
    """The pairs that stand here for this reason; all open ones where it is None.

    Args:
        after: the `next` of the page before; None for the first page.
        size: entries a page, 1 to 200.
    """
    with db.reading() as cursor:
        _gather(cursor)
        numbers = _counts(cursor)
        found = cursor.execute(
            """
            WITH matching AS (
                SELECT pair_id, reasons, first, second FROM asked
                WHERE CASE WHEN $reason IS NULL THEN NOT settled ELSE list_contains(reasons, $reason) END
            )
            SELECT pair_id, reasons, first, second, (SELECT count(*) FROM matching) AS total FROM matching
            WHERE $after_id IS NULL OR (first, second, pair_id) > ($after_first, $after_second, $after_id)
            ORDER BY first, second, pair_id LIMIT $size
            """,
            {
                "reason": reason,
                "after_first": after.first if after else None,
                "after_second": after.second if after else None,
                "after_id": after.pair_id if after else None,
                "size": size + 1,
            },
        ).fetchall()
    shown = found[:size]
    following = None
    if len(found) > size:
        following = Position(first=shown[-1][2], second=shown[-1][3], pair_id=shown[-1][0])
    return Page(
        entries=tuple(
            Entry(row=browse.row(db, pair_id), reasons=tuple(Reason(name) for name in reasons))
            for pair_id, reasons, _, _, _ in shown
        ),
        next=following,
        total=int(found[0][4]) if found else 0,
        counts=numbers,
    )


def majorities(db: Database, reason: Reason | None = None) -> Majorities:
    """What the votes say of the open pairs of this filter; settled pairs are left alone."""
    with db.reading() as cursor:
        _gather(cursor)
        rows = cursor.execute(
            """
            SELECT pair_id, by_votes FROM asked
            WHERE NOT settled AND ($reason IS NULL OR list_contains(reasons, $reason)) ORDER BY pair_id
            """,
            {"reason": reason},
        ).fetchall()
    verdicts = {pair_id: Verdict(verdict) for pair_id, verdict in rows if verdict is not None}
    return Majorities(verdicts=verdicts, without=len(rows) - len(verdicts))


def _counts(cursor: duckdb.DuckDBPyConnection) -> Mapping[Reason, int]:
    rows = cursor.execute(
        "SELECT reason, count(*) FROM (SELECT unnest(reasons) AS reason FROM asked) GROUP BY reason"
    ).fetchall()
    found = {Reason(name): int(number) for name, number in rows}
    return {reason: found.get(reason, 0) for reason in Reason}


def _gather(cursor: duckdb.DuckDBPyConnection) -> None:
    """The table `asked`: pair_id, reasons (list), settled, by_votes (NULL: no majority), first, second."""
    cursor.execute(
        """
        CREATE TEMP TABLE asked AS
        WITH judged AS (
            SELECT pair_id, count(DISTINCT annotator_id) FILTER (WHERE verdict = 'skip') AS skips,
                   bool_or(rewrite IS NOT NULL) AS rewritten
            FROM current_decision GROUP BY pair_id
        ),
        stand AS (
            SELECT s.pair_id, s.tier, s.votes, s.votes_both_bad, s.winner, p.prior_winner, p.source_row,
                   coalesce(j.skips, 0) AS skips, coalesce(j.rewritten, false) AS rewritten, c.settled
            FROM standing AS s
            JOIN pair AS p ON p.id = s.pair_id
            LEFT JOIN judged AS j ON j.pair_id = s.pair_id
            LEFT JOIN current_settlement AS c ON c.pair_id = s.pair_id
            WHERE j.pair_id IS NOT NULL OR c.pair_id IS NOT NULL
        ),
        told AS (
            SELECT pair_id, source_row, settled, tier = 'gold' AS is_gold,
                   CASE WHEN votes > 0 AND tier NOT IN ('gold', 'conflict') THEN winner END AS by_votes,
                   CASE WHEN tier = 'gold' THEN ['settled'] ELSE list_filter([
                       CASE WHEN tier = 'conflict' THEN 'contested' END,
                       CASE WHEN votes_both_bad > 0 THEN 'both_bad' END,
                       CASE WHEN rewritten THEN 'rewritten' END,
                       CASE WHEN skips > 1 THEN 'skipped' END,
                       CASE WHEN votes > 0 AND winner <> prior_winner THEN 'against_prior' END
                   ], lambda name: name IS NOT NULL) END AS reasons
            FROM stand
        )
        SELECT pair_id, reasons, by_votes, is_gold AS settled,
               CASE WHEN is_gold THEN -epoch_ms(settled)
                    ELSE list_position(['contested', 'both_bad', 'rewritten', 'skipped', 'against_prior'],
                                       reasons[1]) END::DOUBLE AS first,
               source_row::DOUBLE AS second
        FROM told WHERE len(reasons) > 0
        """
    )
