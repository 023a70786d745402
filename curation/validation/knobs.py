"""The thresholds that a project may change: what each says, its range, and why it stands where it does.

The form of the page, the check and the command line read this table. The defaults are those of Policy.
"""

from dataclasses import dataclass

from curation.errors import InvalidInput
from curation.validation.policy import Policy
from curation.validation.traits import NEAR_LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One threshold.

    Attributes:
        name: the field of Policy.
        rule: the rule that asks for it.
        label: for the screen.
        low, high: the least and the largest value; the same kind of number as the default.
        why: where the default comes from, or what a change costs.
    """

    name: str
    rule: str
    label: str
    low: float
    high: float
    why: str

    @property
    def default(self) -> float:
        return float(getattr(Policy(), self.name))

    @property
    def is_whole(self) -> bool:
        """Counts, as opposed to shares."""
        return isinstance(getattr(Policy(), self.name), int)

    def check(self, value: float) -> None:
        """Raises:
        InvalidInput: the value lies outside the range.
        """
        if not self.low <= value <= self.high:
            raise InvalidInput(
                f"{self.label} ({self.rule}) must lie between {self.low:g} and {self.high:g}, not {value:g}."
            )


def _knob(rule: str, name: str, label: str, low: float, high: float, why: str) -> Knob:
    return Knob(name=name, rule=rule, label=label, low=low, high=high, why=why)


KNOBS = (
    _knob("V05", "near_identical", "Similarity of two answers", NEAR_LEAST, 1.0,
          "From here on two answers are nearly the same. The pilot found 94 % of planted copies. Less than "
          "0.90 is not measured."),
    _knob("V08", "near_prompt", "Likeness of two prompts", 0.8, 1.0,
          "Jaccard index of word 5-grams (Broder 1997). Below 0.8 candidates are found too rarely."),
    _knob("V12", "leak_warning", "Edge leak, warning", 0.05, 1.0,
          "Rate difference of an edge feature between chosen and rejected answers. An engineering choice."),
    _knob("V12", "leak_error", "Edge leak, error", 0.05, 1.0,
          "From here on one sign at an edge tells the winner, as the leading blank of orca_dpo_pairs does."),
    _knob("V12", "leak_pairs", "Edge leak, pairs needed", 10, 100_000,
          "With 50 pairs a difference of 0.30 is three standard errors or more."),
    _knob("V13", "source_leak", "Source told by the writing", 0.5, 1.0,
          "Share of held-out pairs whose winner a character classifier names. 96 % in orca_dpo_pairs."),
    _knob("V13", "source_pairs", "Source leak, pairs needed", 10, 1_000_000,
          "Five folds of ten pairs; fewer say nothing. A large number switches the rule off."),
    _knob("V14", "position_margin", "Left wins, distance from one half", 0.01, 0.5,
          "People prefer a side by a few points in any case (Wang et al. 2023)."),
    _knob("V14", "position_p", "Left wins, chance of a fair coin", 0.0001, 0.2,
          "Two-sided binomial test; 0.01 because every annotator is tested."),
    _knob("V15", "length_ratio", "Lengths differ from this ratio on", 1.01, 5.0,
          "Answers nearer in length say nothing about a preference for length."),
    _knob("V15", "length_low", "Longer answer wins, least share", 0.0, 0.5,
          "Outside the range length alone tells the winner (Park et al. 2024)."),
    _knob("V15", "length_high", "Longer answer wins, largest share", 0.5, 1.0,
          "Outside the range length alone tells the winner (Park et al. 2024)."),
    _knob("V15", "bias_pairs", "Side and length, preferences needed", 20, 1_000_000,
          "A share of 100 preferences is known to within 0.10."),
    _knob("V16", "format_difference", "Look, rate difference", 0.02, 1.0,
          "Lists, bold type and openers are rewarded by judges apart from content (Zhang et al. 2024)."),
    _knob("V16", "format_pairs", "Look, pairs needed", 20, 1_000_000, "As for length."),
    _knob("V19", "conflict_spread", "Spread of votes on the strength scale", 1, 6,
          "The scale runs from −3 to 3: more than 2 apart is more than a difference of degree."),
    _knob("V20", "agreement_warning", "Alpha, warning", -1.0, 1.0,
          "Krippendorff (2004) asks for 0.667 for tentative conclusions; this is far below it."),
    _knob("V20", "agreement_error", "Alpha, error", -1.0, 1.0, "Below 0.20 votes are close to chance."),
    _knob("V20", "agreement_overlaps", "Pairs with two votes for an error", 2, 1_000_000,
          "With 200 pairs the interval of alpha is about ±0.12."),
    _knob("V20", "agreement_least", "Pairs with two votes for a warning", 2, 1_000_000,
          "With 50 pairs the interval is so wide that the caveat is printed beside it."),
    _knob("V22", "protected_share", "Share of a protected set that is hit", 0.0, 1.0,
          "Tülu 3 (Lambert et al. 2024, arXiv 2411.15124) drops sources beyond 2 %."),
    _knob("V24", "length_coverage", "Share covered by the proposed length", 0.5, 1.0,
          "An engineering choice."),
    _knob("V25", "refusal_chars", "Refusals, longest answer compared, characters", 20, 100_000,
          "A long answer that opens with a refusal usually goes on to help."),
    _knob("V26", "language_sure", "Language, least confidence", 0.0, 1.0,
          "Of the fastText classifier (Joulin et al. 2016)."),
    _knob("V28", "loop_lines", "Loops, share of one line", 0.0, 1.0, "Rae et al. (2021), Gopher, table A1."),
    _knob("V28", "loop_grams", "Loops, share of repeated 6-grams", 0.0, 1.0,
          "Answers with lists of like sentences repeat some. An engineering choice."),
    _knob("V28", "pile_pairs", "Cut at one length, pairs needed", 2, 1_000_000,
          "Fewer answers of one length that end in mid-sentence may meet by chance. An engineering choice."),
    _knob("V28", "pile_share", "Cut at one length, share of rows", 0.0, 1.0,
          "In a large set 20 answers meet at one length by chance; then the share decides."),
    _knob("G03", "supported_share", "Rows in gold, two agreeing or majority", 0.0, 1.0,
          "With fewer the card says so in its first line."),
    _knob("G06", "removal_share", "Share removed", 0.0, 1.0,
          "Beyond it removing hurts: PrefCleanBench (arXiv 2509.23564)."),
)  # fmt: skip
BY_NAME = {knob.name: knob for knob in KNOBS}
