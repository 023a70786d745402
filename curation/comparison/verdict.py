"""One sentence on whether training helped, by rules that are written down before anybody looks.

1. Leak suspected: the held-out pairs are told apart by something other than quality.
2. Better or worse: the blind judgements crossed the line of evidence (comparison/evidence.py).
3. No difference shown: judged, and the line was not crossed. That is not proof that there is none.
4. Open: nobody has judged yet; then the held-out pairs say what they can.
"""

from dataclasses import dataclass
from enum import StrEnum

from curation.comparison import evidence, winning
from curation.comparison.results import Duel

LEAK_ACCURACY = 0.95  # rules.md §7; of held-out pairs, beside a baseline that is as right
_ENOUGH = 20  # held-out pairs; below, nothing is suspected of a few (choice)


class Outcome(StrEnum):
    """What is concluded."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"
    LEAK = "leak suspected"
    OPEN = "not judged yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Reward accuracy on the frozen test split.

    Attributes:
        interval: Wilson's, 95 %.
        baselines: name → accuracy, None where undefined.
    """

    n: int
    accuracy: float | None
    interval: tuple[float, float] | None
    baselines: dict[str, float | None]

    @property
    def best_baseline(self) -> tuple[str, float] | None:
        known = {name: value for name, value in self.baselines.items() if value is not None}
        return max(known.items(), key=lambda one: one[1]) if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The outcome, and why, in words."""

    outcome: Outcome
    why: str


def conclude(duel: Duel | None, held_out: HeldOut) -> Conclusion:
    """What blind judgements and held-out pairs say together, by the rules above.

    Args:
        duel: the tuned model against its base; None where no comparison was made.
    """
    if _leaks(held_out):
        name, value = held_out.best_baseline or ("", 0.0)
        return Conclusion(
            outcome=Outcome.LEAK,
            why=f"Held-out accuracy is {held_out.accuracy:.0%}, and {_named(name)} alone reaches "
            f"{value:.0%}: the pairs are told apart by something other than quality. "
            "Look at the findings of the release.",
        )
    if duel is None or duel.rate is None or not duel.votes:
        return Conclusion(outcome=Outcome.OPEN, why=_held_out_words(held_out))
    return _judged(duel, held_out)


def _judged(duel: Duel, held_out: HeldOut) -> Conclusion:
    assert duel.rate is not None
    interval = f"{duel.rate.low:.0%} to {duel.rate.high:.0%}"
    equal = f" and {duel.equal} equal answer{'s' * (duel.equal > 1)}" if duel.equal else ""
    rate = f"Win rate {duel.rate.rate:.0%} ({interval}) on {duel.votes} votes{equal}"
    shown = duel.evidence.crossed is not None
    if shown:
        better = duel.evidence.wins > duel.evidence.losses
        outcome = Outcome.BETTER if better else Outcome.WORSE
        why = f"{rate}; the evidence reached {evidence.LINE:.0f} after {duel.evidence.crossed} decisive ones."
        return Conclusion(outcome=outcome, why=why)
    decisive = duel.evidence.wins + duel.evidence.losses
    why = (
        f"{rate}; the evidence stands at {duel.evidence.now:.2g} of {evidence.LINE:.0f} after {decisive} "
        f"decided pairs, and a true rate of 60 % takes about {winning.decisive_needed(0.6)}. "
        f"{_held_out_words(held_out)}"
    )
    return Conclusion(outcome=Outcome.NO_DIFFERENCE, why=why)


def _leaks(held_out: HeldOut) -> bool:
    best = held_out.best_baseline
    if held_out.accuracy is None or held_out.n < _ENOUGH or best is None:
        return False
    return held_out.accuracy > LEAK_ACCURACY and best[1] > LEAK_ACCURACY


def _held_out_words(held_out: HeldOut) -> str:
    if held_out.accuracy is None or held_out.interval is None:
        return "There are no held-out pairs, so nothing is known from them."
    low, high = held_out.interval
    told = f"Held-out accuracy {held_out.accuracy:.0%} ({low:.0%} to {high:.0%}, {held_out.n} pairs)"
    best = held_out.best_baseline
    if best is None:
        return f"{told}."
    if low > best[1]:
        return f"{told}, above the best baseline, {_named(best[0])} with {best[1]:.0%}."
    return f"{told}, not clearly above the best baseline, {_named(best[0])} with {best[1]:.0%}."


def _named(baseline: str) -> str:
    known = {
        "length": "length",
        "source_classifier": "a classifier of the writing",
        "reference_likelihood": "the base model's own likelihood",
    }
    return known.get(baseline, baseline.replace("_", " "))
