"""What decides beside quality, over everybody: the side of the screen, the length of the answer."""

from dataclasses import dataclass

import duckdb

from curation.database import Database
from curation.quality import ballots, tendencies
from curation.quality.tendencies import Tendency


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """Preferences on the random arm. Imported votes say nothing about sides, so `left` leaves them out.

    Attributes:
        left: left answer won, among preferences whose sides are known (rule V14).
        longer: longer answer won, where lengths differ by more than a tenth (rule V15).
        length_auroc: how well length alone tells winner from loser, in [0, 1], 0.5 is not at all; None
            without a preference.
    """

    left: Tendency
    longer: Tendency
    length_auroc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Preferences whose longer answer is so many times as long as the shorter, and how often it won.

    Attributes:
        low, high: the ratio, low ≤ ratio < high; None is without end.
    """

    low: float
    high: float | None
    longer: Tendency


def measured(database: Database) -> Bias:
    """Side and length over everybody."""
    with ballots.gathered(database) as cursor:
        left, sided, longer, uneven = cursor.execute(
            """
            SELECT count(*) FILTER (WHERE b.winner = b.left_answer),
                   count(b.left_answer),
                   count(*) FILTER (WHERE greatest(p.answer_1_chars, p.answer_2_chars)
                                          > 1.1 * least(p.answer_1_chars, p.answer_2_chars)
                                      AND (p.answer_1_chars > p.answer_2_chars) = (b.winner = 'answer_1')),
                   count(*) FILTER (WHERE greatest(p.answer_1_chars, p.answer_2_chars)
                                          > 1.1 * least(p.answer_1_chars, p.answer_2_chars))
            FROM ballot AS b JOIN pair AS p ON p.id = b.pair_id
            WHERE b.winner IN ('answer_1', 'answer_2')
            """
        ).fetchone() or (0, 0, 0, 0)
        auroc = _length_auroc(cursor)
    return Bias(
        left=Tendency(chosen=left, n=sided),
        longer=Tendency(chosen=longer, n=uneven),
        length_auroc=auroc,
    )


def by_length(database: Database) -> tuple[Band, ...]:
    """How often the longer answer won, the more it was longer; bands without a preference are left out."""
    with ballots.gathered(database) as cursor:
        rows = cursor.execute(
            """
            WITH sized AS (
                SELECT greatest(p.answer_1_chars, p.answer_2_chars)
                       / greatest(least(p.answer_1_chars, p.answer_2_chars), 1) AS ratio,
                       (p.answer_1_chars > p.answer_2_chars) = (b.winner = 'answer_1') AS longer_won
                FROM ballot AS b JOIN pair AS p ON p.id = b.pair_id
                WHERE b.winner IN ('answer_1', 'answer_2') AND p.answer_1_chars <> p.answer_2_chars
            ),
            band (low, high) AS (VALUES (1.0, 1.1), (1.1, 1.5), (1.5, 2.0), (2.0, 4.0), (4.0, NULL))
            SELECT band.low, band.high, count(*) FILTER (WHERE longer_won), count(*)
            FROM band JOIN sized ON ratio >= band.low AND (band.high IS NULL OR ratio < band.high)
            GROUP BY band.low, band.high ORDER BY band.low
            """
        ).fetchall()
    return tuple(
        Band(low=float(low), high=None if high is None else float(high), longer=Tendency(chosen=won, n=n))
        for low, high, won, n in rows
    )


def _length_auroc(cursor: duckdb.DuckDBPyConnection) -> float | None:
    rows = cursor.execute(
        """
        SELECT CASE b.winner WHEN 'answer_1' THEN p.answer_1_chars - p.answer_2_chars
                             ELSE p.answer_2_chars - p.answer_1_chars END AS gap, count(*)
        FROM ballot AS b JOIN pair AS p ON p.id = b.pair_id
        WHERE b.winner IN ('answer_1', 'answer_2')
        GROUP BY gap
        """
    ).fetchall()
    return tendencies.length_auroc(rows)
