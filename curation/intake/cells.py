"""Cells of a row as texts and messages, kept to the byte, or the sentence that says why not.

Prompts and answers may be text, one message, or a list of messages ({"role", "content"} as TRL writes them,
{"from", "value"} as ShareGPT does).
"""

import math
import re
from collections.abc import Mapping

from curation import text
from curation.intake.refusing import Refused
from curation.model import Message, Speaker

MAX_CHARACTERS = 5_000_000  # of one text: beyond it no screen shows it and no model reads it

_SPEAKERS = {
    "system": Speaker.SYSTEM,
    "developer": Speaker.SYSTEM,  # what OpenAI's newer models call it
    "user": Speaker.USER,
    "human": Speaker.USER,
    "assistant": Speaker.ASSISTANT,
    "gpt": Speaker.ASSISTANT,
}
_SURROGATE = re.compile("[\ud800-\udfff]")

Conversation = tuple[Message, ...]


def cell(values: Mapping[str, object], name: str) -> str | list[object]:
    """A prompt or an answer: text, or a list of messages still unread."""
    if name not in values:
        found = ", ".join(values) or "(none)"
        raise Refused(f"The column “{name}” is missing. The row has: {found}.")
    value = values[name]
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return value
    return text_of(value, name)


def messages(value: object, name: str) -> Conversation:
    """The turns of a list of messages, at least one.

    Args:
        name: of the column, for the sentence that refuses it.
    """
    if not isinstance(value, list) or not value:
        raise Refused(f"“{name}” is an empty list of messages.")
    return tuple(_message(entry, f"{name}[{number}]") for number, entry in enumerate(value, start=1))


def _message(entry: object, name: str) -> Message:
    if not isinstance(entry, Mapping):
        raise Refused(f"“{name}” is {kind(entry)}, not a message with a role and a content.")
    role = entry.get("role", entry.get("from"))
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        raise Refused(f"“{name}” has the role {str(role)[:40]!r}. Roles are system, user and assistant.")
    if entry.get("tool_calls") or entry.get("function_call"):
        raise Refused(f"“{name}” calls a tool. Pairs of tool calls cannot be labelled as text.")
    content = entry["content"] if "content" in entry else entry.get("value")
    if isinstance(content, list):
        content = _joined_parts(content, f"{name}.content")
    return Message(speaker=speaker, content=text_of(content, f"{name}.content"))


def _joined_parts(parts: list[object], name: str) -> str:
    """Content parts as chat templates join them: one after the other, nothing between."""
    texts = []
    for number, part in enumerate(parts, start=1):
        said = part.get("type") if isinstance(part, Mapping) else None
        if not isinstance(part, Mapping) or said != "text":
            shown = said if isinstance(said, str) else kind(part)
            raise Refused(f"“{name}[{number}]” is {str(shown)[:40]}, not text. Only texts can be compared.")
        texts.append(text_of(part.get("text", part.get("value")), f"{name}[{number}]"))
    return "".join(texts)


def text_of(value: object, name: str) -> str:
    """A text as it is, unless a database or a screen could not hold it."""
    if not isinstance(value, str):
        raise Refused(f"“{name}” is {kind(value)}, not text. Write it as text, or delete the row.")
    if len(value) > MAX_CHARACTERS:
        raise Refused(
            f"“{name}” holds {len(value):,} characters; the limit is {MAX_CHARACTERS:,}. Shorten it."
        )
    if "\0" in value:
        raise Refused(f"“{name}” holds a NUL character at position {value.index(chr(0)) + 1}. Remove it.")
    if not value.isascii() and (broken := _surrogate(value)) is not None:
        raise Refused(
            f"“{name}” is not valid Unicode at character {broken.start() + 1} "
            "(half a surrogate pair, or a byte in another encoding). Save the source as UTF-8."
        )
    return value


def _surrogate(value: str) -> re.Match[str] | None:
    try:
        value.encode()  # a fifth of the time of a search, and nearly every text passes
    except UnicodeEncodeError:
        return _SURROGATE.search(value)
    return None


def kind(value: object) -> str:
    """What a value is instead of a text, in words."""
    if value is None:
        return "null"
    if isinstance(value, float) and math.isnan(value):
        return "NaN (an empty cell of another program)"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"of type {type(value).__name__}"


def is_blank(prompt: str) -> bool:
    """A reader would see nothing."""
    # NFKC of a long text is slow, and nearly every text shows something within its first characters.
    return not prompt[:1].isalnum() and text.visible(prompt[:100]) == "" and text.visible(prompt) == ""
