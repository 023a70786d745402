"""Which pairs have a defect of themselves, decided by definitions instead of by whoever reads them.

A definition knows no threshold of the rule that it judges and shares no code with it:
    V05  side by side, word by word, at most one word in ten of the longer answer differs
    V10  a replacement character (U+FFFD), a control character, or a stretch beyond ASCII whose Windows-1252
         bytes are whole UTF-8
    V28  more than 30 % of the phrases of the chosen answer were said before in it, of five at least: the
         share of repeated lines of Rae et al. (2021, table A1), asked of what stands between two marks
They were written after the alarms of the seen split had been read, and without a look at the held-out split.
Where a rule has no definition here, audit_read says what a person read.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from benchmarks.audit_texts import Texts

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s*", re.MULTILINE)
_MARKS = re.compile(r"[\n.!?;:,|。！？；：，、]+")
_CHANGED_MOST, _SAID_BEFORE_MOST, _PHRASES_LEAST = 0.1, 0.3, 5


def nearly_equal(row: Texts) -> bool:
    """At most one word in ten of the longer answer is not in its place in the other (V05)."""
    one, other = _WORD.findall(row.chosen.casefold()), _WORD.findall(row.rejected.casefold())
    longer = max(len(one), len(other))
    if abs(len(one) - len(other)) > _CHANGED_MOST * longer:
        return False
    changes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal") <= _CHANGED_MOST * longer


def misread(row: Texts) -> bool:
    """Bytes were lost or read in a wrong encoding (V10)."""
    return any(_damaged(each) for each in (row.prompt, row.chosen, row.rejected))


def circles(row: Texts) -> bool:
    """The chosen answer says again what it has said (V28)."""
    phrases = [_folded(each) for each in _MARKS.split(_ITEM.sub("", row.chosen)) if _WORD.search(each)]
    if len(phrases) < _PHRASES_LEAST:
        return False
    return 1 - len(set(phrases)) / len(phrases) > _SAID_BEFORE_MOST


def _folded(phrase: str) -> str:
    return " ".join(_WORD.findall(phrase.casefold()))


def _damaged(content: str) -> bool:
    if "\ufffd" in content or any(unicodedata.category(c) == "Cc" and not c.isspace() for c in content):
        return True
    return any(_reads_as_utf8(stretch) for stretch in _BEYOND_ASCII.findall(content))


def _reads_as_utf8(stretch: str) -> bool:
    try:
        stretch.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


DEFINED: Mapping[str, Callable[[Texts], bool]] = {
    "V05": nearly_equal,
    "V10": misread,
    "V28": circles,
}
