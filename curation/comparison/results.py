"""What the judgements of a comparison say: win rate, evidence, length, agreement, leaderboard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison import evidence, leaderboard, length_control, winning
from curation.comparison.evidence import Evidence
from curation.comparison.leaderboard import Match, Place
from curation.comparison.length_control import Controlled
from curation.comparison.winning import Judged, Rate
from curation.database import Database
from curation.model import Verdict
from curation.quality import coefficients
from curation.quality.coefficients import Patterns

_LABELS = (Verdict.ANSWER_1, Verdict.ANSWER_2, Verdict.TIE, Verdict.BOTH_BAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One vote on a compared pair, or the tie of two equal answers.

    Attributes:
        prompt: of the evaluation.
        models: who wrote (answer_1, answer_2).
        longer: characters by which answer_1 is longer.
        annotator: None where both answers were the same and nobody was asked.
        number: rises with time; 0 where nobody was asked.
    """

    pair_id: str | None
    prompt: str
    models: tuple[str, str]
    longer: int
    verdict: Verdict
    annotator: str | None
    number: int

    def score_of(self, model: str) -> float:
        """1 where the model's answer won, 0 where it lost, 1/2 else."""
        if not self.verdict.is_preference:
            return 0.5
        winner = self.models[0] if self.verdict is Verdict.ANSWER_1 else self.models[1]
        return 1.0 if winner == model else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """One model against another.

    Attributes:
        asked: pairs that can be judged, `judged` of them with at least one vote.
        equal: prompts to which both wrote the same; they count as ties.
        both_bad: votes that found neither answer good; they count as ties too.
        controlled: the win rate at equal length, None where that cannot be told.
        raw_agreement: chance that two judges of a pair agree; None where no pair has two.
    """

    model: str
    against: str
    asked: int
    judged: int
    equal: int
    votes: int
    both_bad: int
    rate: Rate | None
    evidence: Evidence
    controlled: Controlled | None
    raw_agreement: float | None
    alpha: float | None


def judgements(database: Database, comparison_ids: Sequence[str]) -> list[Judgement]:
    """Every vote on these comparisons' pairs, in the order they were given; equal answers first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT i.pair_id, i.comparison_id || ':' || i.prompt_number, i.model_1, i.model_2, i.longer,
                   coalesce(v.verdict, 'tie'), v.annotator_id, coalesce(v.number, 0)
            FROM comparison_item AS i LEFT JOIN vote AS v ON v.pair_id = i.pair_id
            WHERE list_contains($ids, i.comparison_id) AND (i.pair_id IS NULL OR v.pair_id IS NOT NULL)
            ORDER BY coalesce(v.number, 0), i.comparison_id, i.number
            """,
            {"ids": list(comparison_ids)},
        ).fetchall()
    return [
        Judgement(
            pair_id=row[0],
            prompt=row[1],
            models=(row[2], row[3]),
            longer=row[4],
            verdict=Verdict(row[5]),
            annotator=row[6],
            number=row[7],
        )
        for row in rows
    ]


def prompts(database: Database, comparison_id: str) -> dict[str, str]:
    """Prompt key, as in Judgement.prompt → the user's last turn; without prompts whose answers are equal."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT DISTINCT i.comparison_id || ':' || i.prompt_number, p.prompt
            FROM comparison_item AS i JOIN pair AS p ON p.id = i.pair_id WHERE i.comparison_id = $id
            """,
            {"id": comparison_id},
        ).fetchall()
    return {str(key): str(prompt) for key, prompt in rows}


def asked_of(database: Database, comparison_id: str, model: str, against: str) -> int:
    """Pairs of two models that can be judged."""
    with database.reading() as cursor:
        (count,) = cursor.execute(
            "SELECT count(DISTINCT pair_id) FROM comparison_item WHERE comparison_id = $id"
            " AND ((model_1 = $one AND model_2 = $other) OR (model_1 = $other AND model_2 = $one))",
            {"id": comparison_id, "one": model, "other": against},
        ).fetchone() or (0,)
    return int(count)


def duel(said: Sequence[Judgement], model: str, against: str, *, asked: int, seed: int = 0) -> Duel:
    """How a model does against another.

    Args:
        said: judgements of any models; the others' are passed over.
        seed: of the bootstrap, so that the same votes give the same interval.
    """
    own = [one for one in said if set(one.models) == {model, against}]
    votes = [one for one in own if one.annotator is not None]
    judged = [_judged(one, model) for one in own]
    patterns = _patterns(votes).shared
    return Duel(
        model=model,
        against=against,
        asked=asked,
        judged=len({one.pair_id for one in votes}),
        equal=len(own) - len(votes),
        votes=len(votes),
        both_bad=sum(one.verdict is Verdict.BOTH_BAD for one in votes),
        rate=winning.win_rate(judged, seed=seed),
        evidence=evidence.follow(_first_decisive(votes, model)),
        controlled=length_control.controlled([_judged(one, model) for one in votes], seed=seed),
        raw_agreement=coefficients.raw_agreement(patterns),
        alpha=coefficients.krippendorff_alpha(patterns),
    )


def board(said: Sequence[Judgement], *, seed: int = 0) -> tuple[Place, ...]:
    """One order of all models that were judged; see leaderboard.places."""
    matches = [
        Match(prompt=one.prompt, first=one.models[0], second=one.models[1], score=one.score_of(one.models[0]))
        for one in said
    ]
    return leaderboard.places(matches, seed=seed)


def _judged(one: Judgement, model: str) -> Judged:
    longer = one.longer if one.models[0] == model else -one.longer
    return Judged(prompt=one.prompt, score=one.score_of(model), longer=longer)


def _first_decisive(votes: Sequence[Judgement], model: str) -> list[bool]:
    """One a pair, the first that preferred an answer: several judges of a pair are not independent."""
    first: dict[str | None, bool] = {}
    for one in votes:
        if one.verdict.is_preference:
            first.setdefault(one.pair_id, one.score_of(model) == 1.0)
    return list(first.values())


def _patterns(votes: Sequence[Judgement]) -> Patterns:
    table: dict[str | None, list[int]] = {}
    for one in votes:
        table.setdefault(one.pair_id, [0] * len(_LABELS))[_LABELS.index(one.verdict)] += 1
    counts = np.array(list(table.values()), dtype=np.int64).reshape(-1, len(_LABELS))
    return Patterns(counts=counts, pairs=np.ones(len(counts), dtype=np.int64))
