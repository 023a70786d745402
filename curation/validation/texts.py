"""What the rules need to know of the texts of one pair. Pure functions of the texts and nothing else.

A pair's id is a hash of its texts, so these facts never change while the pair's id does not: they may
be kept by pair id, and computed for many pairs in a pool of processes.
"""

import json
import math
import re
import unicodedata
from typing import NamedTuple

from curation import text

# Edge features that trimming removes; a test holds `trimmed` to it.
LEADING_SPACE = "leading white space"
TRAILING_SPACE = "trailing white space"
EDGE_MARK = "a byte order mark or zero-width character at an edge"
REMOVED_BY_TRIMMING = (LEADING_SPACE, TRAILING_SPACE, EDGE_MARK)

SENTENCE_END = "the end of a sentence at the end"
TURN_OVERHEAD = 5  # tokens a chat template adds to a message, about
_INVISIBLE = "\ufeff\u200b\u2060"
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"\w{1,24}")
_FIRST_WIDE = "\u2e80"
_OPENING_TOKENS = (
    "<s>",
    "<bos>",
    "<|begin_of_text|>",
    "<|startoftext|>",
    "<|im_start|>",
    "<|begin▁of▁sentence|>",
)
_CLOSING_TOKENS = (
    "</s>",
    "<eos>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<|im_end|>",
    "<|end▁of▁sentence|>",
)
_SENTENCE_ENDS = frozenset(".!?…。！？؟।")
_QUOTES = frozenset("\"'”’»")
_CATEGORIES = {"L": "a letter", "M": "a letter", "N": "a digit", "P": "other punctuation", "S": "a symbol"}


class TextFacts(NamedTuple):
    """One pair's texts, measured. `same` and the counts are of the trimmed answers, as a release writes them.

    Attributes:
        fault: what is wrong with the conversation (rule V01), None where nothing is.
        empty_prompt, empty_1, empty_2: nothing that a reader would see (V02).
        same: a reader would call the two answers equal (V04).
        edges_1, edges_2: names of the edge features the answer has (V12).
        prompt_tokens, tokens_1, tokens_2: estimated (V24); the context counts with the prompt.
        shared_tokens: estimated length of the beginning that both answers share.
        opening, prompt: hashes of the first and the last user turn, folded; 16 hexadecimal digits.
    """

    pair_id: str
    fault: str | None
    empty_prompt: bool
    empty_1: bool
    empty_2: bool
    same: bool
    edges_1: list[str]
    edges_2: list[str]
    prompt_tokens: int
    tokens_1: int
    tokens_2: int
    shared_tokens: int
    opening: str
    prompt: str


def facts(pair_id: str, context: str, prompt: str, answer_1: str, answer_2: str) -> TextFacts:
    """Measure one pair.

    Args:
        context: JSON as in the pair table.
    """
    turns = [] if context == "[]" else _turns(context)
    first_user = next((content for role, content in turns or () if role == "user"), prompt)
    one, two = trimmed(answer_1), trimmed(answer_2)
    before = sum(tokens(content) + TURN_OVERHEAD for _, content in turns or ())
    key = text_key(prompt)
    return TextFacts(
        pair_id=pair_id,
        fault="its context is not a list of messages" if turns is None else _turn_fault(turns),
        empty_prompt=_is_empty(prompt),
        empty_1=_is_empty(one),
        empty_2=_is_empty(two),
        same=_same(one, two),
        edges_1=edges(answer_1),
        edges_2=edges(answer_2),
        prompt_tokens=before + tokens(prompt) + TURN_OVERHEAD,
        tokens_1=tokens(one) + TURN_OVERHEAD,
        tokens_2=tokens(two) + TURN_OVERHEAD,
        shared_tokens=tokens(_shared_beginning(one, two)),
        opening=key if first_user is prompt else text_key(first_user),
        prompt=key,
    )


def earlier(context: str) -> tuple[str, ...]:
    """What is said before the prompt, in order; empty where the JSON is no list of messages (V01)."""
    return () if context == "[]" else tuple(content for _, content in _turns(context) or ())


def trimmed(answer: str) -> str:
    """The answer as a release writes it: no white space, byte order mark or zero-width space at its edges."""
    while True:
        shorter = answer.strip().strip(_INVISIBLE)
        if len(shorter) == len(answer):
            return answer
        answer = shorter


def tokens(content: str) -> int:
    """Estimated number of tokens: 4 ASCII characters, 2 of another alphabet or 1 wide character make one.

    Right within a factor of two for the usual tokenizers (English prose comes out about right, digits
    and code too low, other alphabets too high on a tokenizer trained for them). Exact counts need the
    tokenizer and are handed in (runner.TokenCount).
    """
    if content.isascii():
        return math.ceil(len(content) / 4)
    wide = sum(map(len, _WIDE.findall(content)))
    beyond = sum(map(len, _BEYOND_ASCII.findall(content)))
    return math.ceil((len(content) - beyond) / 4 + (beyond - wide) / 2 + wide)


def edges(answer: str) -> list[str]:
    """One-bit features at the two ends of an answer that a model could learn instead of its content.

    White space and byte order marks are looked for in the raw text; tokens, words and character classes
    in the trimmed one, because they are what stays after a release has trimmed both sides.
    """
    found = []
    bare = answer.strip()
    if answer[:1].isspace():
        found.append(LEADING_SPACE)
    if answer[-1:].isspace():
        found.append(TRAILING_SPACE)
    if bare[:1] and (bare[0] in _INVISIBLE or bare[-1] in _INVISIBLE):
        found.append(EDGE_MARK)
    return found + _inner_edges(trimmed(bare))


def text_key(content: str) -> str:
    """Equal for texts a reader would call the same; 16 hexadecimal digits."""
    return text.digest(["prompt", text.folded(content)], size=8)


def _inner_edges(answer: str) -> list[str]:
    if not answer:
        return []
    found = [f"the first word “{_first_word(answer)}”", f"{_last_class(answer)} at the end"]
    if answer.startswith(_OPENING_TOKENS):
        found.append("a beginning-of-text token at the start")
    if answer.endswith(_CLOSING_TOKENS):
        found.append("an end-of-text token at the end")
    return found


def _first_word(answer: str) -> str:
    # Wide scripts put no blanks between words: a run would be a whole sentence.
    word = _WORD.match(answer)
    return answer[0] if word is None or answer[0] >= _FIRST_WIDE else word[0]


def _last_class(answer: str) -> str:
    last = answer[-1]
    if last in _SENTENCE_ENDS:
        return "the end of a sentence"
    if last == "`":
        return "a back-tick"
    category = unicodedata.category(last)
    if last in _QUOTES or category in ("Pe", "Pf"):
        return "a closing bracket or quote"
    return _CATEGORIES.get(category[0], "a control character")


def _turns(context: str) -> list[tuple[str, str]] | None:
    """Messages as (role, content); None where the JSON is no list of messages."""
    try:
        rows = json.loads(context)
        return [(row["role"], _string(row["content"])) for row in rows] if isinstance(rows, list) else None
    except (ValueError, TypeError, KeyError):
        return None


def _string(content: object) -> str:
    if not isinstance(content, str):
        raise TypeError(content)
    return content


def _turn_fault(turns: list[tuple[str, str]]) -> str | None:
    """Why these messages cannot stand before a user's turn; None where they can."""
    spoken = turns[1:] if turns and turns[0][0] == "system" else turns
    expected = "user"
    for number, (role, content) in enumerate(spoken, start=1):
        if role != expected:
            return f"turn {number} is the {role}'s, where the {expected}'s was due"
        if _is_empty(content):
            return f"turn {number} is empty"
        expected = "assistant" if role == "user" else "user"
    return None if expected == "user" else "its last earlier turn is the user's, so that an answer is missing"


def _is_empty(content: str) -> bool:
    # The first printable ASCII character settles it without normalising the whole text.
    return not (
        content[:1].isascii() and content[:1].isprintable() and content[:1].strip()
    ) and not text.visible(content)


def _same(one: str, other: str) -> bool:
    """text.folded(one) == text.folded(other), most often without folding the whole of both."""
    if one == other:
        return True
    if one.isascii() and other.isascii():
        # ASCII folds character by character, so two beginnings that differ settle it.
        start, begin = text.folded(one[:96]), text.folded(other[:96])
        sure = min(len(start), len(begin))
        if start[:sure] != begin[:sure]:
            return False
    return text.folded(one) == text.folded(other)


def _shared_beginning(one: str, other: str) -> str:
    if one[:1] != other[:1]:
        return ""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return one[:low]
