"""Workspaces of any size with texts like Orca's, for the benchmarks of curation."""

import random
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from curation import text
from curation.database import Database
from curation.labelling import pairs
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict
from curation.validation import measuring

NOW = datetime(2026, 11, 22)
_BATCH = 5000
_WORDS = [
    f"{start}{end}"
    for start in ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su"]
    for end in ["ndo", "rst", "lum", "ver"]
]


def filled(path: Path, size: int, *, voted: float = 0.2, seed: int = 0) -> Database:
    """A workspace of `size` pairs of about 2.7 kB, a share `voted` of which one to three people judged."""
    db = Database.open(path)
    rng = random.Random(seed)
    for start in range(0, size, _BATCH):
        batch = [_pair(rng, number) for number in range(start, min(start + _BATCH, size))]
        with db.writing() as tx:
            pairs.add(tx, batch, NOW)
    _vote(db, voted)
    return db


def lend_facts(db: Database, measured: int) -> None:
    """Give pairs the measurements of the first `measured` ones instead of measuring their texts.

    Measuring a million texts takes half an hour of processor time and has a benchmark of its own
    (validation). Hashes of prompts and their bands stay different from pair to pair.
    """
    with db.reading() as cursor:
        sample = cursor.execute(
            "SELECT id, context, prompt, answer_1, answer_2 FROM pair ORDER BY shuffle LIMIT $measured",
            {"measured": measured},
        ).fetchall()
    facts = measuring.measured(sample).append_column(  # noqa: F841 - DuckDB finds it by name
        "measure", pa.array([measuring.MEASURE] * measured, pa.int32())
    )
    with db.writing() as tx:
        tx.execute(
            """
            INSERT INTO text_fact BY NAME
            SELECT f.* EXCLUDE (lender) REPLACE (
                       p.id AS pair_id, p.id[:16] AS prompt, p.id[:16] AS opening,
                       list_transform(
                           range(len(f.bands)), lambda n: (hash(p.id, n) % 4294967295)::UINTEGER) AS bands)
            FROM (SELECT id, row_number() OVER (ORDER BY shuffle) % $measured AS lender FROM pair) AS p
            JOIN (SELECT *, row_number() OVER () - 1 AS lender FROM facts) AS f ON f.lender = p.lender
            """,
            {"measured": measured},
        )


def _pair(rng: random.Random, number: int) -> Pair:
    context = (Message(speaker=Speaker.SYSTEM, content="You are a helpful assistant. Think step by step."),)
    prompt = f"{_prose(rng, 60, 160)}? ({number})"
    chosen, rejected = _prose(rng, 60, 240), " " + _prose(rng, 60, 240)
    pair_id, place = text.canonical(context, prompt, chosen, rejected)
    one, two = (chosen, rejected) if place is Answer.ONE else (rejected, chosen)
    return Pair(
        id=pair_id,
        source_id="benchmark",
        source_row=number + 1,
        context=context,
        prompt=prompt,
        answer_1=one,
        answer_2=two,
        origin_1="a" if place is Answer.ONE else "b",
        origin_2="b" if place is Answer.ONE else "a",
        prior_winner=Verdict(place.value),
        prior_provenance=Provenance.IMPORTED,
    )


def _prose(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(least, most))).capitalize() + rng.choice(".!?:)")


def _vote(db: Database, share: float) -> None:
    """Votes without the texts of the work: mostly the imported winner, by three people."""
    with db.writing() as tx:
        tx.execute(
            """
            INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)
            SELECT p.id || '-' || n, p.id, 'ann-' || n,
                   CASE WHEN hash(p.id, n) % 10 < 7 THEN p.prior_winner
                        WHEN hash(p.id, n) % 10 = 7 THEN 'tie'
                        ELSE CASE p.prior_winner WHEN 'answer_1' THEN 'answer_2' ELSE 'answer_1' END END,
                   'answer_1', 'random', p.imported
            FROM pair AS p, range(3) AS people(n)
            WHERE hash(p.id) % 1000 < $share * 1000 AND hash(p.id, 9) % 3 >= n
            """,
            {"share": share},
        )
