"""Two more detectors: what a tuned model, and its base, make of the labels it was trained on.

The implicit reward margin of a pair, beta · (Δ log π − Δ log π_ref), says how far training has moved the
model towards the label (Rafailov et al. 2023, sec. 4). A label that the others contradict is learned late,
so after a short run the lowest margins hold more wrong labels. The base model's own log-probability
difference costs nothing beside it, and finds more where the base knows the subject (docs/log.md). Nothing is
ever flipped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from curation.database import Database
from curation.labelling import events
from curation.suspicion.margin import Margin

DETECTOR = "reward"
REFERENCE = "reference"  # kept for its rank: no chance of being wrong, so it makes no suspect by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A label that the models disbelieve, and its place (from 1) in each detector's order.

    Attributes:
        score: chance that the tuned model gives to the other answer, in [0, 1].
        by_reference, by_text, by_length: None where that detector has not looked at the pair.
    """

    pair_id: str
    prompt: str
    winner: str
    score: float
    by_reward: int
    by_reference: int | None
    by_text: int | None
    by_length: int | None


def keep(database: Database, margins: Sequence[Margin], *, run: str, by: str, now: datetime) -> int:
    """Put a run's margins in the place of an earlier run's.

    A pair whose released answer is not one of its two is passed over: nothing is said of a label that cannot
    be named. A label that has changed since the release keeps the winner it was scored with.

    Returns:
        How many pairs were scored.
    """
    arrived = pa.table(  # noqa: F841 - DuckDB finds it by name
        {
            "pair_id": [one.pair_id for one in margins],
            "chosen": pa.array([one.chosen for one in margins], pa.large_string()),
            "reward": [_disbelief(one.margin) for one in margins],
            "reference": pa.array(
                [None if one.reference is None else _disbelief(one.reference) for one in margins],
                pa.float64(),
            ),
        }
    )
    with database.writing() as tx:
        tx.execute("DELETE FROM suspicion WHERE detector IN ('reward', 'reference')")
        tx.execute(
            """
            INSERT INTO suspicion (pair_id, detector, score, model, computed, winner)
            SELECT p.id, a.detector, a.score, $run, $now,
                   CASE WHEN trim(p.answer_1, $blanks) = trim(a.chosen, $blanks)
                        THEN 'answer_1' ELSE 'answer_2' END
            FROM (UNPIVOT arrived ON reward, reference INTO NAME detector VALUE score) AS a
            JOIN pair AS p ON p.id = a.pair_id
            WHERE trim(a.chosen, $blanks) IN (trim(p.answer_1, $blanks), trim(p.answer_2, $blanks))
            """,
            {"run": run, "now": now, "blanks": _BLANKS},
        )
        (scored,) = tx.execute(
            "SELECT count(*) FROM suspicion WHERE detector = $detector", {"detector": DETECTOR}
        ).fetchone() or (0,)
        detail = {"pairs": int(scored)}
        events.record(tx, actor=by, action="score labels by a run", subject=run, detail=detail, now=now)
    return int(scored)


def doubts(database: Database, limit: int) -> tuple[Doubt, ...]:
    """The labels still in effect that both models disbelieve most, with every detector's rank.

    The order is that of the two models' ranks together: neither is the better one on all sets (docs/log.md).
    """
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            WITH ranked AS (
                SELECT pair_id, detector, score, winner,
                       rank() OVER (PARTITION BY detector ORDER BY score DESC) AS place
                FROM suspicion
            )
            SELECT r.pair_id, p.prompt, r.winner, r.score, r.place, b.place, t.place, l.place
            FROM ranked AS r
            JOIN pair AS p ON p.id = r.pair_id
            JOIN standing AS s ON s.pair_id = r.pair_id AND s.winner = r.winner AND NOT s.aside
            LEFT JOIN ranked AS b ON b.pair_id = r.pair_id AND b.detector = 'reference'
            LEFT JOIN ranked AS t ON t.pair_id = r.pair_id AND t.detector = 'text'
            LEFT JOIN ranked AS l ON l.pair_id = r.pair_id AND l.detector = 'length'
            WHERE r.detector = $detector
            ORDER BY r.place + coalesce(b.place, r.place), r.place, r.pair_id LIMIT $limit
            """,
            {"detector": DETECTOR, "limit": limit},
        ).fetchall()
    return tuple(
        Doubt(
            pair_id=row[0],
            prompt=row[1],
            winner=row[2],
            score=row[3],
            by_reward=row[4],
            by_reference=row[5],
            by_text=row[6],
            by_length=row[7],
        )
        for row in rows
    )


_BLANKS = " \t\n\r\f\v"


def _disbelief(margin: float) -> float:
    """1 − σ(margin), in [0, 1]: the chance the model gives to the other answer."""
    return 1 / (1 + math.exp(min(margin, 700.0)))
