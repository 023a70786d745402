"""The pairs of a split as TRL takes them, and how many had to be cut or left out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from training import errors
from training.flaws import Flaw
from training.release_pairs import PreferencePair
from training.rendering import Rendered, Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSet:
    """Rendered pairs that can teach something.

    Attributes:
        kept: in the release's order.
        prompts_cut: pairs whose prompt lost turns or its start.
        flaws: how many pairs have each flaw, those left out among them.
        left_out: ids of pairs that teach nothing.
    """

    kept: tuple[Rendered, ...]
    prompts_cut: int
    flaws: dict[Flaw, int]
    left_out: tuple[str, ...]

    def sentences(self, split: str) -> list[str]:
        """What happened to the text, one sentence each; empty where nothing did."""
        found = []
        if self.prompts_cut:
            found.append(
                f"{self.prompts_cut} {split} prompts were cut to max_prompt_length: "
                "oldest turns first, then the start of the last turn."
            )
        for flaw, count in sorted(self.flaws.items()):
            ending = " They are left out." if flaw.excludes else ""
            found.append(f"{count} {split} pairs: {flaw.sentence}{ending}")
        return found


def render(renderer: Renderer, pairs: Iterable[PreferencePair]) -> PairSet:
    """Render every pair and leave out those that teach nothing.

    Raises:
        UnusableRelease: the template refuses a conversation.
        ModelMissing: the tokenizer does not belong to the model.
    """
    kept, left_out, flaws, cut = [], [], Counter[Flaw](), 0
    for pair in pairs:
        one = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
        flaws.update(one.flaws)
        cut += one.prompt_was_cut
        if any(flaw.breaks_training for flaw in one.flaws):
            raise errors.ModelMissing(Flaw.BEYOND_VOCABULARY.sentence)
        if one.excluded:
            left_out.append(pair.pair_id)
        else:
            kept.append(one)
    return PairSet(kept=tuple(kept), prompts_cut=cut, flaws=dict(flaws), left_out=tuple(left_out))
