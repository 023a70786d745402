"""V13: the texts say which model wrote an answer, so that a label may say only that."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa

from curation import text
from curation.quality import tallies
from curation.validation import authorship, changes, concern, samples
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
    """Pairs looked at, and how many of them the classifier gets right; kept by what it looked at.

    How the answers of a pair are written is kept too (table `written`), so that another winner costs no more
    than learning again.
    """
    samples.take(cursor, authorship.SAMPLE)
    rows = cursor.execute(
        """
        SELECT coalesce(o.text_id, s.pair_id), s.winner, c.cluster
        FROM sampled AS s JOIN cluster AS c ON c.pair_id = s.pair_id
        LEFT JOIN text_of AS o ON o.pair_id = s.pair_id ORDER BY s.pair_id
        """
    ).fetchall()
    key = text.digest(part for row in rows for part in row)
    known = cursor.execute(
        "SELECT pairs, separated FROM source_leak WHERE looked_at = $key", {"key": key}
    ).fetchall()  # all of it: a result left open keeps the cursor from reading in batches afterwards
    if known:
        return int(known[0][0]), int(known[0][1])
    _read_new(cursor)
    folds = np.array([int(hashlib.blake2b(row[2].encode(), digest_size=4).hexdigest(), 16) for row in rows])
    separated = authorship.told_apart(_chosen_less_rejected(cursor), folds % _FOLDS)
    cursor.execute(
        "INSERT INTO learnt VALUES ($key, $pairs, $separated)",
        {"key": key, "pairs": len(rows), "separated": separated},
    )
    return len(rows), separated


def _read_new(cursor: Cursor) -> None:
    """Fill `written` with the sampled rows that it lacks: it changes with a pair's texts only."""
    lacking = cursor.execute("SELECT pair_id FROM sampled ANTI JOIN written USING (pair_id)").fetchall()
    among, values = changes.named("id", [pair_id for (pair_id,) in lacking])
    texts = cursor.execute(
        f"SELECT id, answer_1, answer_2 FROM pair WHERE {among}",  # noqa: S608 - words of ours
        values,
    ).fetchall()
    if not texts:
        return
    ids, ones, others = map(list, zip(*texts, strict=True))
    difference = authorship.difference(ones, others)
    ends = pa.array(difference.indptr, pa.int32())
    fresh = pa.table(  # noqa: F841 - DuckDB finds it by name
        {
            "pair_id": ids,
            "places": pa.ListArray.from_arrays(ends, pa.array(difference.indices, pa.uint16())),
            "weights": pa.ListArray.from_arrays(ends, pa.array(difference.data)),
        }
    )
    cursor.execute("INSERT INTO written BY NAME SELECT * FROM fresh")


def _chosen_less_rejected(cursor: Cursor) -> Any:
    """Of the sampled rows by id: (pairs, features), sparse."""
    from scipy.sparse import csr_matrix

    rows = cursor.sql(
        """
        SELECT w.places, w.weights, CASE s.winner WHEN 'answer_1' THEN 1 ELSE -1 END AS sign
        FROM sampled AS s JOIN written AS w ON w.pair_id = s.pair_id ORDER BY s.pair_id
        """
    ).to_arrow_table()
    places, weights, sign = (rows[name].combine_chunks() for name in ("places", "weights", "sign"))
    ends = np.concatenate([[0], places.value_lengths().to_numpy().cumsum()])
    signs = np.repeat(sign.to_numpy(), np.diff(ends))
    return csr_matrix(
        (signs * weights.flatten().to_numpy(), places.flatten().to_numpy(), ends),
        shape=(len(sign), authorship.FEATURES),
    )
