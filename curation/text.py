"""Normalisation and hashes. Pure functions; imports only the standard library.

Hashes are blake2b (stable across machines and Python versions, unlike `hash`).
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence

from curation.model import Answer, Message, Speaker

_ORDER = hashlib.blake2b(digest_size=1, person=b"order")
# What a release cuts off both ends of an answer: every white space of Unicode (all below U+3001), byte order
# marks and zero-width spaces.
TRIMMED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff\u200b\u2060"
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x180E], None)


def digest(parts: Iterable[str], size: int = 16) -> str:
    """Hash of a sequence of strings; ["ab", "c"] and ["a", "bc"] differ.

    Args:
        size: bytes of the digest, 1 to 64.
    """
    return hashlib.blake2b(framed([part.encode("utf-8") for part in parts]), digest_size=size).hexdigest()


def framed(parts: Sequence[bytes]) -> bytes:
    """The parts one after the other, each behind its length: what `digest` hashes."""
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(8, "little"), part)])


def visible(text: str) -> str:
    """NFKC without zero-width characters, trimmed: "" where a reader would see nothing (rule V02)."""
    if text.isascii():  # NFKC and the table leave it as it is
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def folded(text: str) -> str:
    """NFKC, casefold, white space folded: equal for texts a reader would call the same (rule V04)."""
    return " ".join(visible(text).casefold().split())


def canonical(
    context: Sequence[Message], prompt: str, one: str, other: str, item: str = ""
) -> tuple[str, Answer]:
    """Identity of a pair, and where `one` stands in its canonical order.

    The id does not depend on which answer was given first. The order is random by a hash of the
    id, never "imported chosen first": in an imported order a one-sided set destroys chance-corrected
    agreement (rules.md §3).

    Returns:
        id: 32 hexadecimal digits.
        place: Answer.ONE or Answer.TWO, the place of `one`.
    """
    low, high = sorted((one, other))
    pair_id = digest(["pair", context_json(context), prompt, low, high, item])
    one_is_first = (one == low) != is_flipped(pair_id)
    return pair_id, Answer.ONE if one_is_first else Answer.TWO


def is_flipped(pair_id: str) -> bool:
    """Whether the answer that sorts last stands first in the canonical order of the pair."""
    order = _ORDER.copy()
    order.update(pair_id.encode())
    return bool(order.digest()[0] & 1)


def are_flipped(pair_ids: Iterable[str]) -> list[bool]:
    """`is_flipped` of many, in half of the time."""
    begin = _ORDER.copy
    orders = []
    for pair_id in pair_ids:
        order = begin()
        order.update(pair_id.encode())
        orders.append(order.digest())
    return [bool(byte & 1) for byte in b"".join(orders)]


def content_hash(context: Sequence[Message], prompt: str, one: str, other: str) -> str:
    """Equal for pairs whose texts are equal whatever their order or item (rules V06, V07)."""
    low, high = sorted((one, other))
    return digest(["pair", context_json(context), prompt, low, high, ""])


def context_json(context: Sequence[Message]) -> str:
    """Messages as JSON: [{"role": …, "content": …}]."""
    if not context:
        return "[]"
    rows = [{"role": message.speaker.value, "content": message.content} for message in context]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def context_from_json(text: str) -> tuple[Message, ...]:
    """The inverse of context_json."""
    return tuple(Message(speaker=Speaker(row["role"]), content=row["content"]) for row in json.loads(text))


def left_answer(annotator_id: str, pair_id: str, round_number: int) -> Answer:
    """Which answer stands left for this person, this pair and this round: random, yet stable on reload.

    Every round swaps the sides of the one before, so that a hidden repeat tells taste from habit.
    """
    seed = digest(["side", annotator_id, pair_id, "0"], size=8)
    first = Answer.ONE if int(seed, 16) & 1 else Answer.TWO
    return first.other if round_number % 2 else first
