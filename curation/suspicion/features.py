"""What the suspicion model sees of a pair: the style of both answers, and how their words differ.

Every column is a property of an answer in its prompt, so that exchanging the answers exchanges what is seen
of them and nothing else. Pure functions of the texts.
"""

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curation.validation import texts

BUCKETS = 2**18
STYLE = (
    "log length", "shortness", "variety", "repetition", "line breaks", "list items", "mark-up",
    "exclamation marks", "question marks", "digits", "ends a sentence", "eager opening", "refuses",
)  # fmt: skip
OVERLAP = (
    "prompt covered", "copied words", "copied word pairs", "new words",
    "part of the prompt",
)  # fmt: skip
LENGTH = STYLE.index("log length")

_LONGEST = 8000  # characters of an answer that are read; its length counts whole
_SHORT = 60  # characters; below it every character less is a sign of its own
_KNOWN_WORDS = 500_000  # hashes kept at once
# Chinese, Japanese and Korean are read sign by sign, for they put no space between words.
_WORD = re.compile(
    "[\u2e80-\u9fff\uac00-\ud7af]|[^\\W\u2e80-\u9fff\uac00-\ud7af]+|[^\\w\\s]",
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
_EAGER = re.compile(r"\s*(?:sure|certainly|of course|absolutely|great)\b")
_REFUSAL = re.compile(r"i'm sorry|i am sorry|sorry,|as an ai|cannot|can't|unable|unfortunately")
_MARKS = ("**", "`", "\n#")
_ENDS = frozenset(".!?)\"'”’`。！？）")


class Seen(NamedTuple):
    """Both answers of n pairs.

    Attributes:
        styles: (n, 2, len(STYLE) + len(OVERLAP)) float64; answer 1, then answer 2.
        words: (n, BUCKETS) sparse float64, answer 1 less answer 2; hashed words and pairs of neighbouring
            words, log counts, each answer of length 1.
    """

    styles: npt.NDArray[np.float64]
    words: Any


def seen(pairs: Sequence[tuple[str, str, str]]) -> Seen:
    """What the model sees of pairs.

    Args:
        pairs: (prompt, answer 1, answer 2). Answers are trimmed as a release trims them: edges tell nothing.
    """
    known = _Hashes()
    styles = np.zeros((len(pairs), 2, len(STYLE) + len(OVERLAP)))
    ones: list[npt.NDArray[np.uint32]] = []
    others: list[npt.NDArray[np.uint32]] = []
    for row, (prompt, *answers) in enumerate(pairs):
        asked = _Prompt.of(prompt)
        for place, (answer, side) in enumerate(zip(answers, (ones, others), strict=True)):
            styles[row, place], hashes = _measured(asked, texts.trimmed(answer), known)
            side.append(hashes)
    return Seen(styles=styles, words=_counted(ones) - _counted(others))


class _Hashes(dict[str, int]):
    """crc32 of words: the same on every machine, unlike `hash`."""

    def __missing__(self, word: str) -> int:
        if len(self) > _KNOWN_WORDS:
            self.clear()
        value = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return value


class _Prompt(NamedTuple):
    bare: str
    words: frozenset[str]
    couples: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, prompt: str) -> "_Prompt":
        words = _WORD.findall(prompt[:_LONGEST].lower())
        return cls(prompt.lower(), frozenset(words), frozenset(pairwise(words)))


def _measured(asked: _Prompt, answer: str, known: _Hashes) -> tuple[list[float], npt.NDArray[np.uint32]]:
    read = answer[:_LONGEST].lower()
    words = _WORD.findall(read)
    distinct, couples = frozenset(words), frozenset(pairwise(words))
    number, start = max(1, len(words)), read[:200]
    found = [
        math.log1p(len(answer)),
        min(len(answer), _SHORT) / _SHORT,
        len(distinct) / number,
        1 - len(couples) / max(1, len(words) - 1),
        math.log1p(read.count("\n")),
        math.log1p(sum(1 for _ in _ITEM.finditer(read))),
        float(any(mark in read for mark in _MARKS)),
        math.log1p(read.count("!")),
        math.log1p(read.count("?")),
        _digits(read) / max(1, len(read)),
        float(answer[-1:] in _ENDS),
        float(_EAGER.match(start) is not None),
        float(_REFUSAL.search(start) is not None),
        len(asked.words & distinct) / max(1, len(asked.words)),
        len(asked.words & distinct) / max(1, len(distinct)),
        len(asked.couples & couples) / max(1, len(couples)),
        math.log1p(len(distinct - asked.words)),
        float(read in asked.bare),
    ]
    return found, _buckets(words, known)


def _digits(read: str) -> int:
    return sum(map(read.count, "0123456789"))


def _buckets(words: Iterable[str], known: _Hashes) -> npt.NDArray[np.uint32]:
    """Places of the words and of the pairs of neighbours, in [0, BUCKETS)."""
    single = np.fromiter((known[word] for word in words), dtype=np.uint32)
    couples = single[:-1] * np.uint32(0x9E3779B1) + single[1:] * np.uint32(0x85EBCA6B)
    spread = np.concatenate([single, couples ^ (couples >> np.uint32(15))])
    return (spread % np.uint32(BUCKETS)).astype(np.uint32)


def _counted(answers: Sequence[npt.NDArray[np.uint32]]) -> Any:
    """Log counts of the places, each row of Euclidean length 1; (n, BUCKETS) sparse."""
    from scipy.sparse import csr_matrix, diags

    ends = np.cumsum([0, *(len(each) for each in answers)])
    places = np.concatenate(answers) if answers else np.zeros(0, dtype=np.uint32)
    counts = csr_matrix(
        (np.ones(len(places)), places.astype(np.int32), ends), shape=(len(answers), BUCKETS), dtype=np.float64
    )
    counts.sum_duplicates()
    counts.data = np.log1p(counts.data)
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return diags(1 / np.maximum(lengths, 1e-12)) @ counts
