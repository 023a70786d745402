"""Whether a merged model still is base and adapter: its next-token predictions beside theirs. No tensors.

Folding an adapter into 16-bit weights rounds them, so small differences are expected, while a wrong scale, a
wrong base model or an adapter that was not applied shows at once. The limits lie between the two, as measured
on ten runs of the demo model: rounding base and adapter to bfloat16 moved log-probabilities by 0.018 to 0.019
nats in the mean and 0.13 to 0.28 at worst; leaving the adapter out, by 0.35 to 1.30 and 3.8 to 17.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

PAIRS = 32  # texts that are compared
TOKENS = 256  # at most so many of each, from its beginning
LIKELIEST = 16  # tokens whose log-probabilities are compared at each place
MEAN_LIMIT = 0.05  # nats
WORST_LIMIT = 0.5  # nats
TIE = 0.25  # nats; of two tokens closer than this either may be the likeliest after rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One predicted token under both models.

    Attributes:
        before: log-probabilities in nats of the tokens that base and adapter find likeliest, descending.
        after: of the same tokens under the merged model.
        lead: by how much, in nats, base and adapter preferred their likeliest token to the one that the
            merged model finds likeliest; 0 where it is the same.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was compared and how it came out; merge.json.

    Attributes:
        texts, places: compared.
        same_top: places where both models find the same token likeliest.
        swapped: of the others, those where the lead was more than TIE.
        mean, worst: absolute difference of log-probabilities in nats.
    """

    texts: int
    places: int
    same_top: int
    swapped: int
    mean: float
    worst: float

    @property
    def problem(self) -> str | None:
        """Why the merged model must not be used, in a sentence; None where it agrees."""
        if not self.places:
            return "Nothing could be compared: the release holds no pair that fits the model."
        if self.swapped:
            return f"At {self.swapped} of {self.places} places the likeliest token is another one."
        if self.mean > MEAN_LIMIT or self.worst > WORST_LIMIT:
            return (
                f"Its log-probabilities are off by {self.mean:.3f} nats in the mean and {self.worst:.2f} at "
                f"worst; rounding explains {MEAN_LIMIT:g} and {WORST_LIMIT:g}."
            )
        return None

    @property
    def sentence(self) -> str:
        """What a reader of the page or the card needs to know."""
        return (
            f"Compared with base and adapter at {self.places:,} places in {self.texts} texts: the same token "
            f"is likeliest at {self.same_top:,}, log-probabilities differ by {self.mean:.4f} nats in the "
            f"mean and {self.worst:.3f} at worst."
        )

    def to_dict(self) -> dict[str, Any]:
        """As merge.json holds it."""
        limits = {"mean_limit": MEAN_LIMIT, "worst_limit": WORST_LIMIT}
        return {**asdict(self), **limits, "problem": self.problem, "sentence": self.sentence}


def of(texts: Sequence[Sequence[Place]]) -> Agreement:
    """Compare, place by place.

    Args:
        texts: the places of each text, at least one token below each other.
    """
    places = [place for text in texts for place in text]
    every = [abs(now - then) for p in places for then, now in zip(p.before, p.after, strict=True)]
    return Agreement(
        texts=len(texts),
        places=len(places),
        same_top=sum(place.lead == 0 for place in places),
        swapped=sum(place.lead > TIE for place in places),
        mean=sum(every) / len(every) if every else 0.0,
        worst=max(every, default=0.0),
    )
