"""What the rules about content need to know of one pair: costly to work out, so it is kept (measuring).

Pure functions of the texts. Only measuring and its workers import this module, because detectors of
encodings and languages take a second to load.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Indel
from rensa import RMinHash

from curation import text
from curation.validation import private, residue, substance

NEAR_LEAST = 0.90  # a similarity below it is not told apart from 0
_NEAR_LENGTHS = 0.80
GRAM = 5  # words
_BANDS, _ROWS = 20, 5  # finds a Jaccard of 0.8 with 1 - (1 - 0.8^5)^20 = 0.9996
_SEED = 1


class Traits(NamedTuple):
    """One pair's content, measured. None and "" mean that nothing was found.

    Attributes:
        near: similarity of the two answers in [0.9, 1]; 0 below that, or where lengths differ by 20 %.
        token_prompt, token_1, token_2: the first chat-template token or role marker (V09).
        garbled_prompt, garbled_1, garbled_2: what shows a wrong encoding (V10). For both the earlier turns
            count with the prompt.
        echo_1, echo_2: the answer begins with the prompt (V11).
        refuses_1, refuses_2: it opens with a refusal (V25).
        language_prompt, language_1, language_2: ISO 639 codes, with sure_*: confidence in [0, 1] (V26).
        asks_language: the prompt names a language or asks for a translation.
        secret, personal: the kind of secret or personal data in any text, earlier turns included (V27).
        line_1, line_2: share of the most common line; gram_1, gram_2: share of repeated 6-grams (V28).
        fence_1, fence_2: a code fence stays open.
        bands: 20 hashes of the prompt's 5-grams of words; prompts that share one may be alike (V08).
    """

    near: float
    token_prompt: str | None
    token_1: str | None
    token_2: str | None
    garbled_prompt: str | None
    garbled_1: str | None
    garbled_2: str | None
    echo_1: bool
    echo_2: bool
    refuses_1: bool
    refuses_2: bool
    language_prompt: str
    sure_prompt: float
    language_1: str
    sure_1: float
    language_2: str
    sure_2: float
    asks_language: bool
    secret: str | None
    personal: str | None
    line_1: float
    line_2: float
    gram_1: float
    gram_2: float
    fence_1: bool
    fence_2: bool
    bands: list[int]


class _Remains(NamedTuple):
    """What a pipeline or a person has left in one text."""

    token: str | None
    garbled: str | None
    secret: str | None
    personal: str | None


def read(prompt: str, answer_1: str, answer_2: str, earlier: Sequence[str] = ()) -> Traits:
    """Measure one pair.

    Args:
        earlier: system message and turns before the prompt.
    """
    asked = [_remains(prompt), *map(_remains_of_turn, earlier)]
    one, two = _remains(answer_1), _remains(answer_2)
    every = [*asked, one, two]
    languages = _languages(prompt, answer_1, answer_2)
    return Traits(
        near=_similarity(answer_1.strip(), answer_2.strip()),
        token_prompt=_first(each.token for each in asked),
        token_1=one.token,
        token_2=two.token,
        garbled_prompt=_first(each.garbled for each in asked),
        garbled_1=one.garbled,
        garbled_2=two.garbled,
        echo_1=residue.echoes(prompt, answer_1),
        echo_2=residue.echoes(prompt, answer_2),
        refuses_1=substance.refuses(answer_1),
        refuses_2=substance.refuses(answer_2),
        language_prompt=languages[0][0],
        sure_prompt=languages[0][1],
        language_1=languages[1][0],
        sure_1=languages[1][1],
        language_2=languages[2][0],
        sure_2=languages[2][1],
        asks_language=substance.asks_for_language(prompt),
        secret=_first(each.secret for each in every),
        personal=_first(each.personal for each in every),
        line_1=substance.line_share(answer_1),
        line_2=substance.line_share(answer_2),
        gram_1=substance.gram_share(answer_1),
        gram_2=substance.gram_share(answer_2),
        fence_1=substance.has_open_fence(answer_1),
        fence_2=substance.has_open_fence(answer_2),
        bands=bands(prompt),
    )


def _remains(content: str) -> _Remains:
    return _Remains(
        token=residue.template_token(content),
        garbled=residue.garbled(content),
        secret=private.secret(content),
        personal=private.personal(content),
    )


@lru_cache(maxsize=256)
def _remains_of_turn(content: str) -> _Remains:
    """Kept, because most sets have a handful of system messages."""
    return _remains(content)


def _languages(prompt: str, *answers: str) -> list[tuple[str, float]]:
    """Language and confidence of each; an answer in another language than the prompt is read twice."""
    asked, *said = (substance.language(each) for each in (prompt, *answers))
    for place, (answer, (name, sure)) in enumerate(zip(answers, said, strict=True)):
        if name and asked[0] and name != asked[0]:
            said[place] = name, substance.sure_of(answer, name, sure)
    return [asked, *said]


def grams(prompt: str) -> set[str]:
    """5-grams of folded words; the whole prompt where it is shorter."""
    words = text.folded(prompt).split()
    if len(words) < GRAM:
        return {" ".join(words)}
    return {" ".join(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)}


def bands(prompt: str) -> list[int]:
    """Hashes below 2^32; prompts whose 5-grams have a Jaccard index of 0.8 share one with chance 0.9996.

    Source: Broder (1997), min-wise hashing; Indyk and Motwani (1998), banding.
    """
    signature = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    signature.update(sorted(grams(prompt)))
    digest = signature.digest()
    return [_hash(digest[start : start + _ROWS]) for start in range(0, _BANDS * _ROWS, _ROWS)]


def _hash(values: list[int]) -> int:
    data = b"".join(int(value).to_bytes(8, "little") for value in values)
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "little")


def _similarity(one: str, other: str) -> float:
    short, long = sorted((len(one), len(other)))
    if not short or short < _NEAR_LENGTHS * long:
        return 0.0
    return round(float(Indel.normalized_similarity(one, other, score_cutoff=NEAR_LEAST)), 4)


def _first(found: Iterable[str | None]) -> str | None:
    return next((each for each in found if each is not None), None)
