"""V13: the texts say which model wrote an answer, so that a label may say only that."""

import hashlib

import numpy as np

from curation import text
from curation.quality import tallies
from curation.validation import authorship, concern, samples
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

_FOLDS = 5


def leak(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V13: chosen and rejected can be told apart by their writing, or come from one model each.

    A model then learns whose style to imitate and not what is better. In Intel/orca_dpo_pairs the chosen
    answers are GPT-4's and the rejected ones Llama's, whatever their worth (Argilla re-judged 2,000 of
    12,859 as swapped). People's blind votes are what tells. It is about the whole set and counts every row.

    Source: rules.md §1 and §2, V13, measured on Intel/orca_dpo_pairs.
    """
    (total,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    if total < policy.source_pairs:
        return ()
    one_sided = _one_sided(cursor)
    pairs, separated = _separated(cursor)
    separable = pairs >= policy.source_pairs and separated >= policy.source_leak * pairs
    if one_sided is None and not separable:
        return ()
    told = []
    if one_sided is not None:
        told.append(f"Every {one_sided[0]} answer comes from {one_sided[1]}, and no {one_sided[2]} one does.")
    if separable:
        told.append(
            f"From their writing alone a classifier tells chosen from rejected in {separated:,} of {pairs:,} "
            "pairs it has not seen."
        )
    count, examples = concern.noted(cursor, "V13", Severity.WARNING, "SELECT pair_id FROM releasable")
    return (
        Finding(
            rule="V13",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=1.0,
            examples=examples,
            message=" ".join(told),
            fix="Have at least 300 pairs voted on blind, and compare the votes with the import.",
            threshold=policy.source_leak,
            value=separated / pairs if pairs else None,
        ),
    )


def _one_sided(cursor: Cursor) -> tuple[str, str, str] | None:
    """(side, model, other side) where all answers of a side have one origin that the other never has."""
    rows = tallies.summed(
        cursor, "SELECT chosen_origin, rejected_origin, count(*) FROM releasable GROUP BY ALL", keys=2
    )
    chosen, rejected = {row[0] for row in rows}, {row[1] for row in rows}
    for side, own, other, others in (
        ("chosen", chosen, "rejected", rejected),
        ("rejected", rejected, "chosen", chosen),
    ):
        if len(own) == 1 and any(own) and not own & others:
            return (side, *own, other)
    return None


def _separated(cursor: Cursor) -> tuple[int, int]:
    """Pairs looked at, and how many of them the classifier gets right; kept by what it looked at."""
    samples.take(cursor, authorship.SAMPLE)
    rows = cursor.execute(
        """
        SELECT s.pair_id, s.winner, c.cluster
        FROM sampled AS s JOIN cluster AS c ON c.pair_id = s.pair_id ORDER BY s.pair_id
        """
    ).fetchall()
    key = text.digest(part for row in rows for part in row)
    known = cursor.execute(
        "SELECT pairs, separated FROM source_leak WHERE looked_at = $key", {"key": key}
    ).fetchall()  # all of it: a result left open keeps the cursor from reading in batches afterwards
    if known:
        return int(known[0][0]), int(known[0][1])
    sides = cursor.execute(
        """
        SELECT chosen_of(r.winner, p.answer_1, p.answer_2), chosen_of(r.winner, p.answer_2, p.answer_1)
        FROM releasable AS r JOIN pair AS p ON p.id = r.pair_id
        WHERE list_contains($pairs, r.pair_id) ORDER BY r.pair_id
        """,
        {"pairs": [row[0] for row in rows]},
    ).fetchall()
    folds = np.array([int(hashlib.blake2b(row[2].encode(), digest_size=4).hexdigest(), 16) for row in rows])
    separated = authorship.told_apart([row[0] for row in sides], [row[1] for row in sides], folds % _FOLDS)
    cursor.execute(
        "INSERT INTO learnt VALUES ($key, $pairs, $separated)",
        {"key": key, "pairs": len(rows), "separated": separated},
    )
    return len(rows), separated
