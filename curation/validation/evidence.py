"""Where in a pair's texts a rule finds what it finds, and what the offered fix would make of them.

Pure functions of texts, for people who look at examples. A release trims both answers (rule V12) and leaves
rows out; every other fix is a proposal that a person takes over by editing the pair.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from curation.quality import formats
from curation.validation import private, protected, residue, substance, texts

Span = tuple[int, int]  # characters, from and before
_LINE = re.compile(r"[^\n]+")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)

# The signs are RE2, where a character's number is written otherwise.
_NUMBERED = re.compile(r"\\x\{([0-9A-F]+)\}")
_SIGNS = [
    re.compile(_NUMBERED.sub(lambda found: f"\\U{found[1]:>08}", sign)) for sign in formats.SIGNS.values()
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One text with what a rule found in it.

    Attributes:
        spans: in order, without overlaps.
        fixed: the text as the offered fix would leave it; None where the fix is no change of a text.
    """

    content: str
    spans: tuple[Span, ...]
    fixed: str | None = None


def marked(rule: str, content: str, *, prompt: str = "") -> Marked:
    """What the rule finds in a text; no spans where it finds nothing there.

    Args:
        rule: V09 to V28; other rules are not about a part of a text.
        prompt: what an echo would repeat (V11), in whose language an answer should be (V26), or the
            protected prompt that a prompt may hold (V22); "" where there is none.
    """
    spans = tuple(_SPANS[rule](content, prompt)) if rule in _SPANS else ()
    fixed = _FIXES[rule](content, spans) if spans and rule in _FIXES else None
    return Marked(content=content, spans=spans, fixed=None if fixed == content else fixed)


def _template_token(content: str, _prompt: str) -> list[Span]:
    return residue.token_spans(content)


def _garbled(content: str, _prompt: str) -> list[Span]:
    return residue.garbled_spans(content)


def _echo(content: str, prompt: str) -> list[Span]:
    end = residue.echo_end(prompt, content) if prompt else 0
    return [(0, end)] if end else []


def _edge(content: str, _prompt: str) -> list[Span]:
    bare = texts.trimmed(content)
    start = content.find(bare) if bare else len(content)
    edges = [(0, start), (start + len(bare), len(content))]
    return [(first, last) for first, last in edges if first < last]


def _refusal(content: str, _prompt: str) -> list[Span]:
    end = substance.refusal_end(content)
    return [(0, end)] if end else []


def _private(content: str, _prompt: str) -> list[Span]:
    return [span for span, _ in private.found(content)]


def _loop(content: str, _prompt: str) -> list[Span]:
    """Where the most common line stands again; else the fence that stays open; else repeated words."""
    lines = [(substance.unnumbered(found[0]).strip(), found.span()) for found in _LINE.finditer(content)]
    common = Counter(said for said, _ in lines if said).most_common(1)
    if common and substance.line_share(content):
        return [span for said, span in lines if said == common[0][0]][1:]
    if substance.has_open_fence(content):
        start = content.rfind("```")
        return [(start, start + 3)]
    return substance.repeated_spans(content)


def _language(content: str, prompt: str) -> list[Span]:
    """The beginning that a language is told from, where it is not the prompt's."""
    name, sure = substance.language(content)
    asked, _ = substance.language(prompt) if prompt else ("", 0.0)
    if not name or not asked or name == asked or not substance.sure_of(content, name, sure):
        return []
    return [(0, min(len(content), substance.READ))]


def _look(content: str, _prompt: str) -> list[Span]:
    """Every outward sign that rule V16 counts."""
    found = [each.span() for sign in _SIGNS for each in sign.finditer(content)]
    apart: list[Span] = []
    for start, end in sorted(found):
        if end > start and (not apart or start >= apart[-1][1]):
            apart.append((start, end))
    return apart


def _without_end_tokens(content: str, spans: tuple[Span, ...]) -> str | None:
    """Tokens at the ends go; one in the middle needs a person."""
    left = content
    for start, end in reversed(spans):
        if not content[end:].strip() or not content[:start].strip():
            left = left[:start] + left[end:]
    return left.strip()


def _repaired(content: str, _spans: tuple[Span, ...]) -> str | None:
    import ftfy  # a quarter of a second, and most processes never ask

    parts, done = [], 0
    for fence in _FENCE.finditer(content):
        parts += [ftfy.fix_text(content[done : fence.start()]), fence[0]]
        done = fence.end()
    return "".join([*parts, ftfy.fix_text(content[done:])])


def _cut(content: str, spans: tuple[Span, ...]) -> str | None:
    return (
        content[spans[0][1] :].lstrip() or None
    )  # an answer that is the prompt and nothing else needs a person


def _placeholders(content: str, _spans: tuple[Span, ...]) -> str | None:
    return private.placeholders([content])[0]


def _trimmed(content: str, _spans: tuple[Span, ...]) -> str | None:
    return texts.trimmed(content)


_SPANS: dict[str, Callable[[str, str], list[Span]]] = {
    "V09": _template_token,
    "V10": _garbled,
    "V11": _echo,
    "V12": _edge,
    "V16": _look,
    "V22": lambda content, prompt: protected.held_spans(content, prompt) if prompt else [],
    "V25": _refusal,
    "V26": _language,
    "V27": _private,
    "V28": _loop,
}
_FIXES: dict[str, Callable[[str, tuple[Span, ...]], str | None]] = {
    "V09": _without_end_tokens,
    "V10": _repaired,
    "V11": _cut,
    "V12": _trimmed,
    "V27": _placeholders,
}
