"""V24: which part of a conversation training would cut, as near as lengths can be told without a tokenizer.

Follows training.rendering: of a prompt that is too long the oldest turns go first and then the beginning of
the last one; of the answers whatever stands beyond max_length. Counts are texts.tokens, so a mark may stand
off by a factor of two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from curation.validation import texts
from curation.validation.evidence import Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A conversation with what would be cut marked.

    Attributes:
        prompt_tokens: of prompt and earlier turns together, estimated.
        answers: in the order given.
    """

    prompt_tokens: int
    earlier: tuple[Marked, ...]
    prompt: Marked
    answers: tuple[Marked, ...]


def marked(
    earlier: Sequence[str], prompt: str, answers: Sequence[str], *, max_length: int, max_prompt_length: int
) -> Cut:
    """Mark what would be cut.

    Args:
        earlier: system message and turns before the prompt, in order.
        max_length, max_prompt_length: tokens, as of the policy.
    """
    lengths = [texts.tokens(each) + texts.TURN_OVERHEAD for each in (*earlier, prompt)]
    over = sum(lengths) - max_prompt_length
    turns = []
    for content, length in zip(earlier, lengths, strict=False):
        turns.append(_from_start(content, len(content) if over > 0 else 0))
        over -= length
    room = max_length - min(sum(lengths), max_prompt_length) - texts.TURN_OVERHEAD
    return Cut(
        prompt_tokens=sum(lengths),
        earlier=tuple(turns),
        prompt=_from_start(prompt, _reach(prompt, over)),
        answers=tuple(_to_end(each, _reach(each, room)) for each in answers),
    )


def _reach(content: str, tokens: int) -> int:
    """How many characters from the start make so many tokens; all where there are fewer."""
    low, high = 0, len(content)
    while low < high:  # the estimate never falls as a text grows
        middle = (low + high + 1) // 2
        if texts.tokens(content[:middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return low


def _from_start(content: str, end: int) -> Marked:
    return Marked(content=content, spans=((0, end),) if end else ())


def _to_end(content: str, start: int) -> Marked:
    return Marked(content=content, spans=((start, len(content)),) if start < len(content) else ())
