"""A workspace that a team has worked in: sides, seconds, gold, repeats, weeks, strengths, formats."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from curation import text
from curation.database import Database
from curation.labelling import annotators, decisions, golds, pairs
from curation.model import Answer, Arm, Decision, Pair, Provenance, Role, Verdict

NOW = datetime(2026, 11, 22, 9, 0)
_SIGNS = ("", "- a list\n- of two", "Sure, **bold** and `code`", "See https://example.org!")
_SUBJECTS = ("the tides", "a sorting algorithm", "the French Revolution", "how bread rises", "prime numbers")


def work(home: Path, *, people: int, votes: int, pairs_made: int, seed: int = 7) -> None:
    """Fill the workspace at `home`: everybody votes on pairs drawn at random, mostly as the truth is."""
    rng = random.Random(seed)
    home.mkdir(parents=True, exist_ok=True)
    db = Database.open(home / "pairloom.duckdb")
    made = [_pair(number, rng) for number in range(pairs_made)]
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, accepted, imported_by, imported) VALUES"
            " ('s0', 'file', 'first.jsonl', 'orca', $n, 'solo', $now),"
            " ('s1', 'file', 'second.jsonl', 'orca', $n, 'solo', $now)",
            {"n": pairs_made // 2, "now": NOW},
        )
        pairs.add(tx, made, NOW)
    everybody = [f"ann-{number}" for number in range(people)]
    for number, who in enumerate(everybody):
        name = ("Ada", "Boris", "Chidi", "Dana", "Emre", "Femi", "Greta", "Hugo")[number % 8]
        annotators.ensure(db, who, name=name, role=Role.ANNOTATOR, now=NOW)
    truth = {pair.id: rng.choice([Verdict.ANSWER_1, Verdict.ANSWER_2]) for pair in made}
    known = made[: pairs_made // 8]
    if people:
        golds.mark(db, {pair.id: truth[pair.id] for pair in known}, by="solo", now=NOW)
        _vote(db, everybody, made, truth, votes, rng)
    db.close()


def _pair(number: int, rng: random.Random) -> Pair:
    subject = rng.choice(_SUBJECTS)
    prompt = f"Explain {subject} to a colleague, number {number}."
    one = f"{subject.capitalize()} in short, {number}. " + rng.choice(_SIGNS) + " word" * rng.randint(3, 60)
    other = f"On {subject}, {number}. " + rng.choice(_SIGNS) + " more" * rng.randint(3, 60)
    pair_id, place = text.canonical((), prompt, one, other, "")
    first = place is Answer.ONE
    return Pair(
        id=pair_id, source_id=f"s{number % 2}", source_row=number + 1, context=(), prompt=prompt,
        answer_1=one if first else other, answer_2=other if first else one, origin_1="model-a",
        origin_2="model-b", prior_winner=None, prior_provenance=Provenance.NONE,
    )  # fmt: skip


def _vote(
    db: Database, everybody: Sequence[str], made: Sequence[Pair], truth: dict[str, Verdict], votes: int,
    rng: random.Random,
) -> None:  # fmt: skip
    given: list[Decision] = []
    known = {pair.id for pair in made[: len(made) // 8]}
    for number, who in enumerate(everybody):
        error = 0.08 + 0.03 * number
        for place, pair in enumerate(rng.sample(made, min(len(made), votes // len(everybody)))):
            verdict = _verdict(truth[pair.id], error, rng)
            moment = NOW - timedelta(weeks=6) + timedelta(hours=6 * place, minutes=number)
            arm = Arm.GOLD if pair.id in known else Arm.RANDOM
            given.append(_decision(f"{who}-{place}", pair.id, who, verdict, arm, moment, rng))
            if place % 9 == 0:
                again = _verdict(truth[pair.id], error, rng)
                later = moment + timedelta(days=1)
                given.append(_decision(f"{who}-{place}r", pair.id, who, again, Arm.REPEAT, later, rng))
    with db.writing() as tx:
        decisions.record_many(tx, given)


def _verdict(truth: Verdict, error: float, rng: random.Random) -> Verdict:
    if rng.random() < 0.1:
        return rng.choice([Verdict.TIE, Verdict.BOTH_BAD, Verdict.SKIP])
    return truth.swapped if rng.random() < error else truth


def _decision(
    name: str, pair_id: str, who: str, verdict: Verdict, arm: Arm, moment: datetime, rng: random.Random
) -> Decision:
    return Decision(
        id=name,
        pair_id=pair_id,
        annotator_id=who,
        verdict=verdict,
        left=rng.choice(list(Answer)),
        arm=arm,
        round=int(arm is Arm.REPEAT),
        seconds_active=round(rng.lognormvariate(2, 0.8), 1),
        strength=rng.randint(1, 3) if verdict.is_preference and rng.random() < 0.8 else None,
        guideline_version=1 + (moment > NOW - timedelta(weeks=3)),
        server_time=moment,
    )
