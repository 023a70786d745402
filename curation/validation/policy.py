"""What a lead asks of a release: the minimum support and the thresholds of the rules.

A threshold marked (choice) is an engineering default, to be revised when its distribution is known.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from curation.errors import InvalidInput
from curation.model import Tier
from curation.quality import formats, tendencies
from curation.validation.traits import NEAR_LEAST

# Best first. A conflict or a pair nobody spoke of can be no minimum.
MINIMUM_TIERS = (Tier.GOLD, Tier.AGREE2, Tier.MAJORITY, Tier.SINGLE, Tier.PRIOR)

_SHARES = (
    "length_coverage",
    "removal_share",
    "supported_share",
    "position_margin",
    "position_p",
    "format_difference",
    "near_identical",
    "near_prompt",
    "source_leak",
    "protected_share",
    "language_sure",
    "loop_lines",
    "loop_grams",
    "pile_share",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that decides, besides the database, what a release holds.

    Attributes:
        minimum_tier: rows with less support stay out; `single` and `prior` need an acknowledgement.
        rewrites: answers that people rewrote are rows: their text chosen, the original rejected.
        leak_warning, leak_error: difference of an edge feature's rate between chosen and rejected, in [0, 1].
        leak_pairs: fewer decisive pairs than this say nothing about a leak.
        max_length: tokens of prompt and answer together that training keeps (the recipe's total).
        max_prompt_length: tokens of the prompt that training keeps.
        length_coverage: share of pairs the proposed max_length covers whole.
        removal_share: removing more than this share of the decided pairs needs an acknowledgement.
        position_margin, position_p: how far from 0.5 the left answer's share may be, and how unlikely it
            must be for a fair coin.
        length_ratio: lengths count as different from this ratio on.
        length_low, length_high: shares of wins of the longer answer that say nothing.
        bias_pairs: fewer preferences than this say nothing about side or length.
        format_difference, format_pairs: rate difference of an outward sign, and how many pairs it takes.
        agreement_warning, agreement_error: Krippendorff's alpha below which people agree too little.
        agreement_overlaps, agreement_least: pairs with two votes that an error takes, and a warning.
        source_leak, source_pairs: share of pairs whose winner the writing tells, and how many it takes.
        near_prompt: Jaccard index from which on two prompts stay on one side of the split.
        protected_share: share of a protected set beyond which its hits are worth a word about the source.
        near_identical: similarity of two answers from which on they are nearly the same, in [0.9, 1].
        template_tokens: what else no answer may hold, such as a tokenizer's special tokens.
        refusal_chars: only answers shorter than this are compared for refusals.
        language_sure: confidence that a text's language is known, in [0, 1].
        loop_lines, loop_grams: shares of one line, and of repeated 6-grams, beyond which an answer loops.
        pile_pairs, pile_share: winners of one length that end in mid-sentence, and their share of rows.
        conflict_spread: steps on the strength scale that votes on one pair may lie apart.
        supported_share: with fewer rows in gold, agree2 or majority the card says so in its first line.
        split_seed: another seed holds out other prompts.
    """

    minimum_tier: Tier = Tier.PRIOR
    rewrites: bool = True  # a person's own words over a model's: the strongest preference there is
    leak_warning: float = 0.30  # (choice)
    leak_error: float = 0.90  # (choice)
    leak_pairs: int = 50  # (choice)
    max_length: int = 1536  # the Orca DPO notebook's total
    max_prompt_length: int = 1024  # the Orca DPO notebook's prompt
    length_coverage: float = 0.99  # (choice)
    removal_share: float = 0.30  # beyond it, removing hurts: PrefCleanBench (arXiv 2509.23564)
    supported_share: float = 0.90  # (choice)
    position_margin: float = tendencies.POSITION_MARGIN
    position_p: float = tendencies.POSITION_P
    length_ratio: float = tendencies.LENGTH_RATIO
    length_low: float = tendencies.LENGTH_RANGE[0]
    length_high: float = tendencies.LENGTH_RANGE[1]
    bias_pairs: int = tendencies.ENOUGH
    format_difference: float = formats.TELLING
    format_pairs: int = formats.ENOUGH
    agreement_warning: float = 0.40  # (choice)
    agreement_error: float = 0.20  # (choice)
    agreement_overlaps: int = 200  # (choice)
    agreement_least: int = 50  # (choice)
    conflict_spread: int = 2  # (choice)
    source_leak: float = 0.95  # (choice)
    source_pairs: int = 50  # (choice)
    near_prompt: float = 0.8  # (choice); candidates are found from 0.8 on with chance 0.9996
    protected_share: float = 0.02  # Tülu 3 (arXiv 2411.15124)
    near_identical: float = 0.95  # (choice)
    template_tokens: tuple[str, ...] = ()
    refusal_chars: int = 300  # (choice)
    language_sure: float = 0.6  # (choice)
    loop_lines: float = 0.30  # Rae et al. 2021, Gopher, table A1
    loop_grams: float = 0.35  # (choice)
    pile_pairs: int = 20  # (choice)
    pile_share: float = 0.01  # (choice)
    split_seed: int = 0

    def __post_init__(self) -> None:
        if self.minimum_tier not in MINIMUM_TIERS:
            offered = ", ".join(tier.value for tier in MINIMUM_TIERS)
            raise InvalidInput(f"{self.minimum_tier} cannot be the minimum support. Choose one of {offered}.")
        if not 0 <= self.leak_warning <= self.leak_error <= 1:
            raise InvalidInput("The limits of the edge leak must satisfy 0 ≤ warning ≤ error ≤ 1.")
        if not 0 <= self.length_low <= self.length_high <= 1:
            raise InvalidInput("The limits of the length bias must satisfy 0 ≤ low ≤ high ≤ 1.")
        if not -1 <= self.agreement_error <= self.agreement_warning <= 1:
            raise InvalidInput("The limits of agreement must satisfy -1 ≤ error ≤ warning ≤ 1.")
        if not all(0 <= getattr(self, name) <= 1 for name in _SHARES):
            raise InvalidInput(f"These are numbers from 0 to 1: {', '.join(_SHARES)}.")
        if self.near_identical < NEAR_LEAST:
            raise InvalidInput(f"near_identical is at least {NEAR_LEAST}; less is not measured.")
        if "" in self.template_tokens:
            raise InvalidInput("A template token cannot be empty: every answer would hold it.")
        if not 0 < self.max_prompt_length <= self.max_length:
            raise InvalidInput("The prompt's length limit must be between 1 and the total length limit.")

    @property
    def allowed_tiers(self) -> tuple[Tier, ...]:
        """The minimum and everything better."""
        return MINIMUM_TIERS[: MINIMUM_TIERS.index(self.minimum_tier) + 1]

    @property
    def changes(self) -> dict[str, object]:
        """The settings that are not the default; a release's card lists them."""
        default = asdict(Policy())
        return {name: value for name, value in asdict(self).items() if value != default[name]}

    def with_limits(self, changes: Iterable[str]) -> "Policy":
        """The same with thresholds given as text, such as "leak_error=0.95".

        Raises:
            InvalidInput: no such threshold, or a value that is no number or makes no sense.
        """
        kinds = {
            name: _switch if isinstance(value, bool) else type(value)
            for name, value in asdict(self).items()
            if isinstance(value, int | float)
        }
        changed: dict[str, Any] = {}
        for change in changes:
            name, _, value = change.partition("=")
            if name not in kinds:
                raise InvalidInput(f"There is no threshold {name!r}. Thresholds: {', '.join(kinds)}.")
            try:
                changed[name] = kinds[name](value)
            except ValueError as error:
                raise InvalidInput(f"{change!r} needs a number after the equals sign.") from error
        return replace(self, **changed)


def _switch(value: str) -> bool:
    """1 or 0; bool("0") would be true."""
    return bool(int(value))
