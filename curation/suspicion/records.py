"""What was found of the labels, kept: the only writer of the tables `suspicion` and `suspicion_run`."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.labelling import events, mends
from curation.model import Tier, Verdict
from curation.suspicion.model import Detector
from curation.suspicion.report import Report

_OWN = [detector.value for detector in Detector]  # suspicion/rewards.py writes another


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One look at the labels.

    Attributes:
        model: names what it looked at; equal pairs and labels give the same name and the same scores.
        off: why nothing was scored, "" where it was.
        pairs: with a label that may be released.
        report: None where no model was fitted.
        computed: naive UTC.
    """

    model: str
    off: str
    pairs: int
    report: Report | None
    asked_by: str
    computed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label that the model disbelieves.

    Attributes:
        prompt: as annotators see it.
        winner: the label it is about, which is still in effect.
        suspicion, by_length: 1 - p(label) of the two detectors, in [0, 1].
        by_tuned, by_base: rank, from 1, in the order of a tuned model and of its base (suspicion/rewards.py);
            None where no evaluation has read this label.
    """

    pair_id: str
    prompt: str
    winner: Verdict
    tier: Tier
    suspicion: float
    by_length: float
    by_tuned: int | None = None
    by_base: int | None = None


def keep(database: Database, outcome: Outcome, scores: pa.Table | None) -> None:
    """Record a look, and put its scores in the place of all earlier ones.

    Args:
        scores: pair_id, winner, and a column of suspicions for each detector; None leaves no score in effect.
    """
    with database.writing() as tx:
        # Read anew by whoever holds scores in memory: the newest row of suspicion_run says that they changed.
        tx.execute(
            "INSERT INTO suspicion_run (model, off, pairs, fitted, report, asked_by, computed)"
            " VALUES ($model, $off, $pairs, $fitted, $report, $by, $computed)",
            {
                "model": outcome.model,
                "off": outcome.off,
                "pairs": outcome.pairs,
                "fitted": outcome.report.fitted if outcome.report else 0,
                "report": outcome.report.as_json() if outcome.report else "{}",
                "by": outcome.asked_by,
                "computed": outcome.computed,
            },
        )
        _replace(tx, outcome, scores)
        events.record(
            tx, actor=outcome.asked_by, action="look for wrong labels", now=outcome.computed,
            subject=outcome.model, detail={"pairs": outcome.pairs, "off": outcome.off},
        )  # fmt: skip


def latest(database: Database) -> Outcome | None:
    """The look that is in effect; None where nobody has looked."""
    with database.reading() as cursor:
        row = cursor.execute(
            "SELECT model, off, pairs, report, asked_by, computed FROM suspicion_run"
            " ORDER BY number DESC LIMIT 1"
        ).fetchone()
    if row is None:
        return None
    model, off, pairs, report, asked_by, computed = row
    return Outcome(
        model=model,
        off=off,
        pairs=int(pairs),
        report=None if report == "{}" else Report.from_json(report),
        asked_by=asked_by,
        computed=computed,
    )


def suspects(database: Database, limit: int) -> tuple[Suspect, ...]:
    """The most suspected labels that at most one person stands behind, worst first.

    A pair whose label has changed since is left out, and so is one the model believes (suspicion up to 0.5).
    """
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            WITH worst AS (
                SELECT pair_id, score, winner FROM suspicion
                WHERE detector = 'text' AND score > 0.5 ORDER BY score DESC, pair_id LIMIT $some
            ),
            placed AS (
                SELECT pair_id, detector, rank() OVER (PARTITION BY detector ORDER BY score DESC) AS place
                FROM suspicion WHERE detector IN ('reward', 'reference')
            )
            SELECT w.pair_id, p.prompt, w.winner, s.tier, w.score, l.score, r.place, b.place
            FROM worst AS w
            JOIN pair AS p ON p.id = w.pair_id
            JOIN standing AS s ON s.pair_id = w.pair_id AND s.winner = w.winner
            JOIN suspicion AS l ON l.pair_id = w.pair_id AND l.detector = 'length'
            LEFT JOIN placed AS r ON r.pair_id = w.pair_id AND r.detector = 'reward'
            LEFT JOIN placed AS b ON b.pair_id = w.pair_id AND b.detector = 'reference'
            WHERE s.tier IN ('prior', 'single')
            ORDER BY w.score DESC, w.pair_id LIMIT $limit
            """,
            {"some": 10 * limit + 1000, "limit": limit},
        ).fetchall()
    fixed = mends.shown(database, [row[0] for row in rows])
    return tuple(
        Suspect(
            pair_id=row[0],
            prompt=fixed[row[0]].prompt if row[0] in fixed else row[1],
            winner=Verdict(row[2]),
            tier=Tier(row[3]),
            suspicion=row[4],
            by_length=row[5],
            by_tuned=row[6],
            by_base=row[7],
        )
        for row in rows
    )


def _replace(tx: duckdb.DuckDBPyConnection, outcome: Outcome, scores: pa.Table | None) -> None:
    if scores is None:
        tx.execute("DELETE FROM suspicion WHERE list_contains($own, detector)", {"own": _OWN})
        return
    tx.execute(
        "DELETE FROM suspicion WHERE list_contains($own, detector)"
        " AND pair_id NOT IN (SELECT pair_id FROM scores)",
        {"own": _OWN},
    )
    for detector in Detector:
        tx.execute(
            f"""
            INSERT INTO suspicion (pair_id, detector, score, model, computed, winner)
            SELECT pair_id, $detector, {detector}, $model, $computed, winner FROM scores
            ON CONFLICT (pair_id, detector) DO UPDATE
            SET score = excluded.score, model = excluded.model, computed = excluded.computed,
                winner = excluded.winner
            """,  # noqa: S608 - a name of ours
            {"detector": str(detector), "model": outcome.model, "computed": outcome.computed},
        )
