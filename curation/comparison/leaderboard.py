"""One order for several models out of pairwise judgements: Bradley-Terry strengths with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.comparison import winning
from curation.comparison.winning import Numbers

_RESAMPLES = 500
_ROUNDS = 10_000
_CLOSE = 1e-9
_HALF = 0.5  # of a tie, added to every two models that met: a model that never lost stays finite (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One judged pair: how the first model did against the second, 1, 1/2 or 0."""

    prompt: str
    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A model on the leaderboard.

    Attributes:
        strength: log-odds of being preferred to an average model of this board; 0 is average.
        low, high: 95 % interval by prompt.
        rate: share of its own judged pairs that it won, ties as half, in [0, 1].
    """

    model: str
    strength: float
    low: float
    high: float
    judged: int
    rate: float


def places(matches: Sequence[Match], *, seed: int = 0) -> tuple[Place, ...]:
    """The models from strongest to weakest.

    Returns:
        Empty where nothing was judged, or where the models fall into groups that never met: then no order
        between them can be told (see groups).

    Source: Bradley and Terry (1952); fitted by the MM algorithm of Hunter (2004), eq. 3.
    """
    if not matches or len(groups(matches)) > 1:
        return ()
    models = sorted({name for match in matches for name in (match.first, match.second)})
    index = {model: place for place, model in enumerate(models)}
    prompts = _by_prompt(matches, index)
    strengths = _fit(prompts.sum(axis=0))
    spread = _resampled(prompts, seed)
    board = []
    for model, place in index.items():
        scores = [_score(match, model) for match in matches if model in (match.first, match.second)]
        low, high = winning.percentiles(spread[:, place])
        board.append(
            Place(
                model=model,
                strength=float(strengths[place]),
                low=low,
                high=high,
                judged=len(scores),
                rate=sum(scores) / len(scores),
            )
        )
    return tuple(sorted(board, key=lambda place: -place.strength))


def groups(matches: Sequence[Match]) -> tuple[frozenset[str], ...]:
    """Models joined by judged pairs, directly or through others; more than one group cannot be ranked."""
    found: list[set[str]] = []
    for match in matches:
        joined = [group for group in found if match.first in group or match.second in group]
        found = [group for group in found if group not in joined]
        found.append({match.first, match.second}.union(*joined))
    return tuple(frozenset(group) for group in found)


def _score(match: Match, model: str) -> float:
    return match.score if match.first == model else 1 - match.score


def _by_prompt(matches: Sequence[Match], index: dict[str, int]) -> Numbers:
    """(prompts, models, models): how often the row's model beat the column's, per prompt."""
    numbers = {prompt: place for place, prompt in enumerate(dict.fromkeys(one.prompt for one in matches))}
    won = np.zeros((len(numbers), len(index), len(index)))
    for match in matches:
        row, first, second = numbers[match.prompt], index[match.first], index[match.second]
        won[row, first, second] += match.score
        won[row, second, first] += 1 - match.score
    return won


def _fit(won: Numbers) -> Numbers:
    """(models,) strengths in log-odds with mean 0, from (models, models) wins."""
    met: NDArray[np.bool_] = (won + won.T) > 0
    won = won + _HALF * met
    games = won + won.T
    total = won.sum(axis=1)
    skill = np.ones(len(won))
    for _ in range(_ROUNDS):
        renewed = total / (games / (skill[:, None] + skill[None, :])).sum(axis=1)
        renewed /= np.exp(np.log(renewed).mean())
        done = np.abs(np.log(renewed / skill)).max() < _CLOSE
        skill = renewed
        if done:
            break
    strengths: Numbers = np.log(skill)
    return strengths


def _resampled(prompts: Numbers, seed: int) -> Numbers:
    generator = np.random.default_rng(seed)
    met = prompts.sum(axis=0) > 0
    drawn = (
        prompts[generator.integers(0, len(prompts), len(prompts))].sum(axis=0) for _ in range(_RESAMPLES)
    )
    # A resample in which two models happen not to meet keeps their half tie, so that every fit is connected.
    return np.stack([_fit(won + 1e-9 * (met | met.T)) for won in drawn])
