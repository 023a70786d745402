"""Code to coloured HTML without JavaScript."""

import io
from html import escape

from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from pages.parts.pair_view.deadline import Deadline

PREFIX = "c-"
CLASSES = frozenset(PREFIX + name for name in STANDARD_TYPES.values() if name)
_MAX_CHARACTERS = 20_000

# Only these: a lexer is code that runs on hostile text, and every one more is one more to trust.
_NAMES = [
    "bash",
    "c",
    "cpp",
    "csharp",
    "css",
    "dart",
    "diff",
    "docker",
    "go",
    "haskell",
    "html",
    "ini",
    "java",
    "javascript",
    "json",
    "julia",
    "kotlin",
    "latex",
    "lua",
    "make",
    "matlab",
    "perl",
    "php",
    "powershell",
    "python",
    "r",
    "ruby",
    "rust",
    "scala",
    "sql",
    "swift",
    "toml",
    "typescript",
    "xml",
    "yaml",
]
_ALSO = {
    "bash": "console sh shell zsh",
    "cpp": "c++ cc",
    "csharp": "c# cs",
    "docker": "dockerfile",
    "go": "golang",
    "haskell": "hs",
    "javascript": "js jsx",
    "kotlin": "kt",
    "latex": "tex",
    "make": "makefile",
    "python": "py python3",
    "ruby": "rb",
    "rust": "rs",
    "typescript": "ts tsx",
    "yaml": "yml",
}
_LANGUAGES = {other: name for name, others in _ALSO.items() for other in others.split()}
_LANGUAGES.update((name, name) for name in _NAMES)
_FORMATTER = HtmlFormatter(nowrap=True, classprefix=PREFIX)


def highlighted(code: str, language: str, deadline: Deadline) -> str:
    """Inner HTML of a code block; merely escaped where the language is unknown or the code is long.

    Args:
        language: what stood behind the fence, such as "python"; never copied into the output.

    Raises:
        TooSlow: the deadline has passed.
    """
    name = _LANGUAGES.get(language.strip().split(" ")[0].lower())
    if name is None or len(code) > _MAX_CHARACTERS:
        return escape(code)
    parts = io.StringIO()
    lexer: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    _FORMATTER.format(deadline.watched(lexer.get_tokens(code)), parts)
    return parts.getvalue()
