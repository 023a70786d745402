"""Text of prompts and answers to HTML that is safe to put into a page.

Three walls: Markdown is rendered with raw HTML switched off, so tags in a text are shown as text; links and
images become text, so nothing can be loaded or followed; and what comes out passes a sanitiser that knows
neither links nor images nor styles. The page's own content security policy is the fourth.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pages.parts.pair_view import highlighting, mathematics
from pages.parts.pair_view.deadline import Deadline, TooSlow
from pages.parts.pair_view.rendered_texts import RenderedTexts

_MAX_CHARACTERS = 100_000
_CACHE_BYTES = 64 * 2**20
_MAX_HTML = 600_000
_MAX_NESTING = 20
_SECONDS = 1.0
_MAX_URL = 300
_BLOCKS = (
    "paragraph",
    "heading",
    "blockquote",
    "bullet_list",
    "ordered_list",
    "list_item",
    "table",
    "th",
    "td",
)

_HTML_TAGS = {
    *("p", "br", "hr", "div", "span", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
# Without maction, semantics, annotation-xml (doors back into HTML), mglyph (images), mphantom (unseen text).
_MATH_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "menclose"),
}
_WORDS = {"true", "false"}
_ATTRIBUTE_VALUES = {
    **{tag: {"dir": {"auto"}} for tag in ("p", "blockquote", "ul", "ol", "li", "table", "th", "td")},
    **{f"h{level}": {"dir": {"auto"}} for level in range(1, 7)},
    "math": {"display": {"inline", "block"}},
    "mstyle": {"displaystyle": _WORDS},
    "mtable": {"displaystyle": _WORDS},
    "mtd": {"columnalign": {"left", "center", "right"}},
    "mover": {"accent": _WORDS},
    "mo": dict.fromkeys(("stretchy", "fence", "separator", "movablelimits", "symmetric", "largeop"), _WORDS),
    "mi": {"mathvariant": {"normal"}},
    "menclose": {"notation": {"box", "updiagonalstrike", "downdiagonalstrike"}},
}
_CLASSES = {
    "span": {
        *highlighting.CLASSES,
        "math-display",
        "math-inline",
        "link",
        "url",
        "image",
        "sign",
        "language",
    },
    "code": {"math-source"},
    "pre": {"code"},
    "div": {"plain"},
    "ol": {f"digits-{number}" for number in range(3, 10)},
}
_CLEANER = nh3.Cleaner(
    tags=_HTML_TAGS | _MATH_TAGS,
    clean_content_tags={"script", "style"},
    attributes={"ol": {"start"}, "th": {"style"}, "td": {"style"}},
    tag_attribute_values=_ATTRIBUTE_VALUES,
    allowed_classes=_CLASSES,
    filter_style_properties={"text-align"},
    url_schemes=set(),
    link_rel=None,
)

# Signs that reorder or hide what follows them: shown by name instead of being obeyed.
_SIGNS = {
    chr(code): f'<span class="sign">U+{code:04X}</span>'
    for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
}
_SHOW_SIGNS = str.maketrans(_SIGNS)
_EDGE_SIGNS = {" ": "␣", "\n": "↵", "\r": "↵", "\t": "⇥"}
_MAX_EDGE = 12


class TooDeep(Exception):
    """Blocks inside blocks beyond what the parser follows; the text is shown without formatting."""


def render(text: str) -> str:
    """HTML of one text: Markdown, code and LaTeX, sanitised; escaped plain text where that takes too long.

    Args:
        text: anything at all. Up to 100,000 characters are formatted.
    """
    return _CACHE.of(text, _rendered)


def plain(text: str) -> str:
    """The text as it is, escaped, with its line breaks."""
    return f'<div class="plain">{escaped(text)}</div>'


def escaped(text: str) -> str:
    """The text as HTML that shows every sign of it and obeys none; signs that would hide others by name."""
    return escape(text).translate(_SHOW_SIGNS)


def edges(text: str) -> tuple[str, str]:
    """The white space at the beginning and the end of a text, made visible: (" a", …) gives ("␣", "")."""
    inner = text.strip()
    if not inner:
        return _visible(text), ""
    start = text.index(inner)
    return _visible(text[:start]), _visible(text[start + len(inner) :])


def _rendered(text: str) -> str:
    if len(text) > _MAX_CHARACTERS:
        return plain(text)
    try:
        html = str(_MARKDOWN.render(text, {"deadline": Deadline(_SECONDS), "links": []}))
    except (TooSlow, TooDeep, RecursionError):
        return plain(text)
    if len(html) > _MAX_HTML:
        return plain(text)
    return _CLEANER.clean(html).translate(_SHOW_SIGNS)


def _visible(blanks: str) -> str:
    signs = [_EDGE_SIGNS.get(sign) or f"U+{ord(sign):04X}" for sign in blanks[:_MAX_EDGE]]
    return "".join(signs) + (f"… ({len(blanks)})" if len(blanks) > _MAX_EDGE else "")


def _parser() -> MarkdownIt:
    # breaks: answers of models rely on single line breaks, which plain Markdown would fold away.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": _MAX_NESTING})
    # reference: "[1]: text" would vanish, and what an answer says must not.
    markdown.enable(["table", "strikethrough"]).disable(["html_inline", "html_block", "reference"])
    mathematics.plugin(markdown)
    markdown.inline.ruler.before("text", "deadline", _watch_inline)
    markdown.block.ruler.before("table", "deadline", _watch_block, {"alt": ["paragraph", "list", "table"]})
    markdown.core.ruler.after("block", "depth", _refuse_depth)
    markdown.core.ruler.push("direction", _mark_directions)
    markdown.core.ruler.push("digits", _mark_wide_numbers)
    for name, rule in _RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _watch_inline(state: Any, _silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    state.env["deadline"].check()
    return False


def _watch_block(state: Any, _start: int, _end: int, _silent: bool) -> bool:  # noqa: FBT001
    state.env["deadline"].check()
    return False


def _refuse_depth(state: Any) -> None:
    # At its limit the parser drops what lies deeper, without a word.
    if any(token.level >= _MAX_NESTING - 1 for token in state.tokens):
        raise TooDeep


def _mark_directions(state: Any) -> None:
    """Each block finds its own direction, so Arabic inside an English answer reads right."""
    for token in state.tokens:
        if token.nesting == 1 and token.type.removesuffix("_open") in _BLOCKS:
            token.attrSet("dir", "auto")


def _mark_wide_numbers(state: Any) -> None:
    """A list that counts beyond 99 needs more room before its lines: text.css gives it by digits."""
    opened: list[tuple[Token, int]] = []
    for token in state.tokens:
        if token.type == "ordered_list_open":
            opened.append((token, int(token.attrGet("start") or 1) - 1))
        elif token.type == "list_item_open" and opened and token.level == opened[-1][0].level + 1:
            opened[-1] = (opened[-1][0], opened[-1][1] + 1)
        elif token.type == "ordered_list_close":
            ordered, last = opened.pop()
            if len(str(last)) > 2:
                ordered.attrSet("class", f"digits-{min(9, len(str(last)))}")


def _link_open(_self: object, tokens: Sequence[Token], index: int, _options: object, env: Any) -> str:
    env["links"].append(_address(tokens[index], "href"))
    return '<span class="link">'


def _link_close(_self: object, tokens: Sequence[Token], index: int, _options: object, env: Any) -> str:
    url = env["links"].pop()
    shown = tokens[index - 1].content if index else ""
    return "</span>" if shown == url else f'</span> <span class="url">({_short(url)})</span>'


def _address(token: Token, name: str) -> str:
    url, title = str(token.attrGet(name) or ""), str(token.attrGet("title") or "")
    return f"{url} {title}".strip()


def _image(_self: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    token = tokens[index]
    url = _short(_address(token, "src"))
    return f'<span class="image">Image, not loaded: {escape(token.content)} ({url})</span>'


def _fence(_self: object, tokens: Sequence[Token], index: int, _options: object, env: Any) -> str:
    token = tokens[index]
    inner = highlighting.highlighted(token.content, token.info, env["deadline"])
    language = f'<span class="language">{_short(token.info.strip())}</span>' if token.info.strip() else ""
    return f'<pre class="code">{language}<code>{inner}</code></pre>\n'


def _short(url: str) -> str:
    return escape(url if len(url) <= _MAX_URL else f"{url[:_MAX_URL]}…")


_RULES = {
    "link_open": _link_open,
    "link_close": _link_close,
    "image": _image,
    "fence": _fence,
    "code_block": _fence,
}
_MARKDOWN = _parser()
_CACHE = RenderedTexts(_CACHE_BYTES)
