"""Two answers with the words marked that only one of them has. Made of escaped text and marks alone."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from pages.parts.pair_view import markup

MAX_CHARACTERS = 100_000
# A word with the blanks behind it; Chinese and Japanese signs one by one, for they stand without blanks.
_SIGN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"(?:[{_SIGN}]|[^\W{_SIGN}]+|[^\w\s])\s*|\s+")

# Blanks by themselves: in one text that says both, the word before a change is no part of it.
_PIECE = re.compile(rf"[{_SIGN}]|[^\W{_SIGN}]+|[^\w\s]|\s+")


def html(one: str, other: str) -> tuple[str, str]:
    """HTML of both texts; what stands in one alone is inside <mark>.

    Args:
        one, other: anything; beyond MAX_CHARACTERS together nothing is marked.
    """
    if len(one) + len(other) > MAX_CHARACTERS:
        return markup.plain(one), markup.plain(other)
    left, right = _WORD.findall(one), _WORD.findall(other)
    # autojunk stays on: without it the frequent words of two long answers take seconds.
    same = SequenceMatcher(None, left, right).get_matching_blocks()
    return (
        _marked(left, [(block.a, block.a + block.size) for block in same]),
        _marked(right, [(block.b, block.b + block.size) for block in same]),
    )


def merged(before: str, after: str) -> str:
    """HTML of one text that says both: what was taken away inside <del>, what came inside <ins>.

    Args:
        before, after: anything; beyond MAX_CHARACTERS together the one stands below the other.
    """
    if len(before) + len(after) > MAX_CHARACTERS:
        return f"<del>{markup.plain(before)}</del><ins>{markup.plain(after)}</ins>"
    left, right = _PIECE.findall(before), _PIECE.findall(after)
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
        old, new = markup.escaped("".join(left[a:b])), markup.escaped("".join(right[c:d]))
        if kind == "equal":
            parts.append(old)
            continue
        parts += [f"<del>{old}</del>" if old else "", f"<ins>{new}</ins>" if new else ""]
    return f'<div class="plain">{"".join(parts)}</div>'


def _marked(words: Sequence[str], shared: Sequence[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in shared:
        if done < start:
            parts.append(f"<mark>{markup.escaped(''.join(words[done:start]))}</mark>")
        parts.append(markup.escaped("".join(words[start:end])))
        done = end
    return f'<div class="plain">{"".join(parts)}</div>'
