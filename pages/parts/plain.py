"""Untrusted words inside labels and captions, which Streamlit reads as Markdown."""

_SIGNS = frozenset(r"\`*_{}[]()#+!|<>$~:&")


def plain(words: str) -> str:
    """The words with every sign escaped that Markdown would interpret."""
    return "".join("\\" + sign if sign in _SIGNS else sign for sign in words)
