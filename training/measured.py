"""What a child process has measured of a release with a tokenizer: plain values that both sides know.

`training.probe` makes them, `training.text_findings` puts them into sentences; neither tokenizers nor
tensors here.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from training.flaws import Flaw

EXAMPLES = 5  # ids of pairs that a finding names


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How many pairs something touches, and the ids of the first of them."""

    count: int = 0
    first: tuple[str, ...] = ()

    def with_pair(self, pair_id: str) -> "Touched":
        """One more."""
        kept = self.first if len(self.first) >= EXAMPLES else (*self.first, pair_id)
        return Touched(count=self.count + 1, first=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokenizer and its template, as they are used.

    Attributes:
        folds_system: the template refuses or leaves out a system turn; its text goes into the user's.
        pads_with_end: padding and the end of an answer are one token.
        known: tokens of the tokenizer.
        embedded: embeddings of the model; 0 where its files do not say.
        end: the mark the tokenizer calls its end.
    """

    folds_system: bool
    pads_with_end: bool
    known: int
    embedded: int
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Every pair of a release, rendered and measured.

    Attributes:
        pairs: of both splits.
        flaws: pairs with each flaw; none where nobody has it.
        prompts_cut: pairs whose prompt loses turns or its start.
        with_system: pairs that begin with a system turn.
        longest, mean: tokens of prompt and the longer answer together, before cutting.
        longest_pair, mean_pair: tokens of prompt and both answers together, after cutting.
    """

    pairs: int
    flaws: dict[Flaw, Touched] = field(default_factory=dict)
    prompts_cut: Touched = field(default_factory=Touched)
    with_system: int = 0
    longest: int = 0
    mean: float = 0.0
    longest_pair: int = 0
    mean_pair: float = 0.0
    tokens: Tokens

    def touched(self, flaw: Flaw) -> Touched:
        return self.flaws.get(flaw, Touched())

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def from_dict(content: dict[str, Any]) -> Measured:
    """The inverse of Measured.to_dict, after a way through JSON."""
    flaws = {Flaw(name): _touched(one) for name, one in content["flaws"].items()}
    again = {
        "flaws": flaws, "prompts_cut": _touched(content["prompts_cut"]), "tokens": Tokens(**content["tokens"])
    }  # fmt: skip
    return Measured(**{**content, **again})


def _touched(content: dict[str, Any]) -> Touched:
    return Touched(count=content["count"], first=tuple(content["first"]))
