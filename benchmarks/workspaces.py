"""Workspaces of any size with texts like Orca's, for the benchmarks of curation."""

import random
from datetime import datetime
from pathlib import Path

from curation import text
from curation.database import Database
from curation.labelling import pairs
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict

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
