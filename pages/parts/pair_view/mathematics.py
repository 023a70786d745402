r"""LaTeX to MathML on the server: $…$, $$…$$, \(…\), \[…\] and amsmath environments.

What cannot be converted is shown as its source. latex2mathml's own text output unescapes `&lt;`, so
the tree is taken instead and serialised here, where markup in `\text{…}` stays text.
"""

import re
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

_MAX_CHARACTERS = 2_000
_MAX_DEPTH = 40
_INLINE = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)


def formula(latex: str, *, display: bool) -> str:
    """One formula as HTML; its source in a code element where it cannot be converted.

    Args:
        display: on a line of its own.
    """
    if len(latex) > _MAX_CHARACTERS or _depth(latex) > _MAX_DEPTH:
        return _source(latex)
    try:
        tree = Converter(display="block" if display else "inline").convert_to_element(latex)
    except Exception:  # latex2mathml raises whatever its parser stumbles over; its input is hostile
        return _source(latex)
    _plain_text(tree)
    name = "math-display" if display else "math-inline"
    return f'<span class="{name}">{tostring(tree, encoding="unicode")}</span>'


def plugin(markdown: MarkdownIt) -> None:
    """Teach the parser the five ways of writing mathematics."""
    # "$5 and $10" is money: no blank inside the dollars, no digit outside of them.
    dollarmath_plugin(markdown, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    amsmath_plugin(markdown)
    markdown.inline.ruler.before("escape", "math_bracket", _bracket_inline)
    markdown.block.ruler.before(
        "fence",
        "math_bracket_block",
        _bracket_block,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    for name, display in _TOKENS.items():
        markdown.add_render_rule(name, _renderer(display=display))


_TOKENS = {
    "math_inline": False,
    "math_inline_double": True,
    "math_block": True,
    "math_bracket": False,
    "math_bracket_display": True,
    "amsmath": True,
}


def _renderer(*, display: bool) -> Any:
    def rule(_self: object, tokens: Any, index: int, _options: object, env: Any) -> str:
        env["deadline"].check()
        html = formula(tokens[index].content.strip(), display=display)
        return f"<div>{html}</div>\n" if tokens[index].block else html

    return rule


def _bracket_inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if not state.src.startswith(("\\(", "\\["), state.pos):
        return False
    found = _INLINE.match(state.src, state.pos, min(state.posMax, state.pos + _MAX_CHARACTERS))
    if found is None:
        return False
    if not silent:
        name = "math_bracket" if found[1] is not None else "math_bracket_display"
        token = state.push(name, "", 0)
        token.content = found[1] if found[1] is not None else found[2]
    state.pos = found.end()
    return True


def _bracket_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    r"""A display formula that begins a line: without this rule "- b" inside it would become a list."""
    if state.is_code_block(start) or not _line(state, start).startswith("\\["):
        return False
    begin = state.bMarks[start]
    closing = state.src.find("\\]", begin, min(begin + _MAX_CHARACTERS, state.eMarks[end - 1]))
    if closing < 0:
        return False
    last = next(number for number in range(start, end) if state.eMarks[number] > closing)
    if state.src[closing + 2 : state.eMarks[last]].strip():
        return False
    if not silent:
        token = state.push("math_bracket_display", "", 0)
        token.block = True
        token.content = state.getLines(start, last + 1, state.blkIndent, keepLastLF=False).strip()[2:-2]
        token.map = [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _depth(latex: str) -> int:
    deepest = depth = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest + latex.count("\\left") + latex.count("\\begin")


def _plain_text(tree: Element) -> None:
    # The library writes "&#x0003D;" into text nodes and unescapes the whole document afterwards.
    for element in tree.iter():
        if element.text:
            element.text = unescape(element.text)


def _source(latex: str) -> str:
    return f'<code class="math-source">{escape(latex)}</code>'
