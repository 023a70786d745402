"""Pairs that people make by rewriting the better answer. The only writer of the table rewrite.

The rewritten text and the answer it was made from are a pair of their own. Its author stands by it for as
long as the decision is in effect (the view `vote`); nobody is asked to judge it, and nothing of it counts as
an import or as a model's answer. It is the one source that intake does not bring. Its author has read the
fixed texts where there are any, so the new pair holds those.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation import text
from curation.database import Database
from curation.labelling import details, mends, pairs
from curation.model import Answer, Decision, Pair, Provenance

SOURCE = "rewrites"
_AUTHOR = "person "  # before a pseudonym, where other pairs have the name of a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Who made a pair by rewriting, from which pair.

    Attributes:
        winner: where the rewritten answer stands in the new pair.
        in_effect: the decision was neither replaced nor taken back.
    """

    decision_id: str
    pair_id: str
    made_from: str
    annotator_id: str
    winner: Answer
    in_effect: bool


def add(tx: duckdb.DuckDBPyConnection, decision: Decision, now: datetime) -> None:
    """Add the pair that the decision's rewritten answer makes, inside the transaction that records it.

    Raises:
        InvalidInput: the rewritten answer is empty, or the same as the answer.
    """
    if decision.rewrite is None:
        return
    judged = _pair(tx, decision.pair_id)
    better = details.better(decision)
    details.check_rewrite(decision.rewrite, judged.text_of(better))
    made, place = _made(judged, better, decision, _next_row(tx, now))
    pairs.add(tx, [made], now)
    tx.execute(
        """
        INSERT INTO rewrite (decision_id, pair_id, winner, made_from)
        VALUES ($decision_id, $pair_id, $winner, $made_from)
        """,
        {"decision_id": decision.id, "pair_id": made.id, "winner": place.value, "made_from": judged.id},
    )


def behind(database: Database, pair_id: str) -> tuple[Rewrite, ...]:
    """The decisions that made this pair, oldest first; empty for a pair that was imported."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT r.decision_id, r.pair_id, r.made_from, d.annotator_id, r.winner,
                   EXISTS (SELECT 1 FROM current_decision AS c WHERE c.id = r.decision_id)
            FROM rewrite AS r JOIN decision AS d ON d.id = r.decision_id
            WHERE r.pair_id = $pair_id ORDER BY d.number
            """,
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(
        Rewrite(
            decision_id=row[0],
            pair_id=row[1],
            made_from=row[2],
            annotator_id=row[3],
            winner=Answer(row[4]),
            in_effect=row[5],
        )
        for row in rows
    )


def _made(judged: Pair, better: Answer, decision: Decision, row: int) -> tuple[Pair, Answer]:
    original, written = judged.text_of(better), decision.rewrite or ""
    pair_id, place = text.canonical(judged.context, judged.prompt, written, original)
    author = _AUTHOR + decision.annotator_id
    origin = judged.origin_1 if better is Answer.ONE else judged.origin_2
    first = place is Answer.ONE
    return Pair(
        id=pair_id,
        source_id=SOURCE,
        source_row=row,
        context=judged.context,
        prompt=judged.prompt,
        answer_1=written if first else original,
        answer_2=original if first else written,
        origin_1=author if first else origin,
        origin_2=origin if first else author,
        prior_winner=None,
        prior_provenance=Provenance.NONE,
    ), place


def _pair(tx: duckdb.DuckDBPyConnection, pair_id: str) -> Pair:
    row = tx.execute(
        "SELECT id, source_id, source_row, context, prompt, answer_1, answer_2, origin_1, origin_2,"
        " prior_winner, prior_provenance, item FROM pair WHERE id = $pair_id",
        {"pair_id": pair_id},
    ).fetchone()
    if row is None:
        raise ValueError("a decision is recorded only on a pair that is there")
    return mends.as_fixed(tx, pairs.from_row(row))


def _next_row(tx: duckdb.DuckDBPyConnection, now: datetime) -> int:
    tx.execute(
        """
        INSERT INTO source (id, kind, location, layout, finished, imported_by, imported)
        VALUES ($id, 'rewrite', 'rewritten answers', 'rewrite', true, 'system', $now) ON CONFLICT DO NOTHING
        """,
        {"id": SOURCE, "now": now},
    )
    (rows,) = tx.execute("SELECT count(*) FROM rewrite").fetchone() or (0,)
    return int(rows) + 1
