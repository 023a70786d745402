"""One row of outside data as a Pair, or the sentence that says why not. Text is kept to the byte.

Prompts and answers may be text, one message, or a list of messages ({"role", "content"} as TRL writes
them, {"from", "value"} as ShareGPT does). Whatever is not understood for certain is refused.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation import text
from curation.intake import unfold
from curation.intake.fields import ColumnMapping, Field, Shape
from curation.intake.refusing import Refused
from curation.intake.shapes import duels, halves
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict

_SHORT = 100  # characters: longer is no reason
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """An answer that has no other beside it yet, with whether it is good."""

    line: int
    context: tuple[Message, ...]
    prompt: str
    answer: str
    good: bool


def pairs_from(
    values: Mapping[str, object], mapping: ColumnMapping, *, source_id: str, line: int
) -> list[Pair]:
    """The pairs that a row of any shape but the unpaired one holds; each shape but a list makes one.

    Raises:
        Refused: with the reason as a sentence.
        Aside: the row makes no pair, with the reason.
    """
    if mapping.shape is Shape.PLAIN:
        return [pair_from(values, mapping, source_id=source_id, line=line)]
    return [
        pair_from(plain, own, source_id=source_id, line=line)
        for plain, own in unfold.plain_rows(values, mapping)
    ]


def half_from(values: Mapping[str, object], mapping: ColumnMapping, *, line: int) -> Half:
    """The answer that an unpaired row holds; its prompt is every turn before the last.

    Raises:
        Refused: with the reason as a sentence.
    """
    plain = halves.plain(values, mapping)
    turns = _half_turns(plain, mapping)
    if turns[-1].speaker is not Speaker.ASSISTANT:
        raise Refused("The conversation does not end with an assistant message, so it holds no answer.")
    before = _with_system(plain, mapping, turns[:-1])
    if not before or before[-1].speaker is not Speaker.USER or is_blank(before[-1].content):
        raise Refused("No message of the user stands before the answer, so the prompt is missing.")
    return Half(
        line=line,
        context=before[:-1],
        prompt=before[-1].content,
        answer=turns[-1].content,
        good=halves.is_good(values, mapping),
    )


def _half_turns(values: Mapping[str, object], mapping: ColumnMapping) -> Conversation:
    name, answer = mapping.columns[Field.PROMPT], mapping.columns.get(Field.ANSWER)
    prompt = _cell(values, name)
    turns = (
        (Message(speaker=Speaker.USER, content=prompt),)
        if isinstance(prompt, str)
        else _messages(prompt, name)
    )
    if answer is None:
        return turns
    said = _cell(values, answer)
    if isinstance(said, str):
        return (*turns, Message(speaker=Speaker.ASSISTANT, content=said))
    return (*turns, *_messages(said, answer))


def pair_from(values: Mapping[str, object], mapping: ColumnMapping, *, source_id: str, line: int) -> Pair:
    """The pair that a plain row holds.

    Args:
        values: column to cell, as read.
        line: where the row is, from 1, as a person counts.

    Raises:
        Refused: with the reason as a sentence.
    """
    conversation, first, second = _texts(values, mapping)
    context, prompt = conversation[:-1], conversation[-1].content
    if is_blank(prompt):
        raise Refused(f"The prompt ({_label(mapping, Field.PROMPT)}) is empty. Write one, or delete the row.")
    item = _item(values, mapping)
    pair_id, place = text.canonical(context, prompt, first, second, item)
    models, finishes = _models(values, mapping), _finishes(values, mapping)
    in_order = place is Answer.ONE
    winner = _winner(values, mapping)
    return Pair(
        id=pair_id,
        source_id=source_id,
        source_row=line,
        context=context,
        prompt=prompt,
        answer_1=first if in_order else second,
        answer_2=second if in_order else first,
        origin_1=models[0] if in_order else models[1],
        origin_2=models[1] if in_order else models[0],
        prior_winner=winner if winner is None or in_order else winner.swapped,
        prior_provenance=Provenance.NONE if winner is None else Provenance.IMPORTED,
        item=item,
        finish_1=finishes[0] if in_order else finishes[1],
        finish_2=finishes[1] if in_order else finishes[0],
    )


def _winner(values: Mapping[str, object], mapping: ColumnMapping) -> Verdict | None:
    """Which answer the row says has won, in its own order; None where it says nothing."""
    if mapping.ranked:
        return Verdict.ANSWER_1
    name = mapping.columns.get(Field.WINNER)
    said = None if name is None else values.get(name)
    return None if name is None or said in (None, "") else duels.verdict_of(said, name)


def _texts(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[Conversation, str, str]:
    """The conversation up to the last user turn, and the two answers as (first, second)."""
    names = tuple(mapping.columns[key] for key in mapping.answers)
    first, second = (_cell(values, name) for name in names)
    if isinstance(first, str) != isinstance(second, str):
        raise Refused(f"“{names[0]}” and “{names[1]}” differ in kind: one is text, the other messages.")
    if isinstance(first, str) and isinstance(second, str):
        return _conversation(values, mapping, ()), first, second
    shared, one, other = _split(_messages(first, names[0]), _messages(second, names[1]), names)
    return _conversation(values, mapping, shared), one, other


def _split(first: Conversation, second: Conversation, names: Sequence[str]) -> tuple[Conversation, str, str]:
    for messages, name in ((first, names[0]), (second, names[1])):
        if messages[-1].speaker is not Speaker.ASSISTANT:
            raise Refused(f"“{name}” does not end with an assistant message, so it holds no answer.")
    if first[:-1] != second[:-1]:
        raise Refused(
            f"“{names[0]}” and “{names[1]}” differ before their last message. "
            "A pair is one conversation with two last answers: cut both to it."
        )
    return first[:-1], first[-1].content, second[-1].content


def _conversation(values: Mapping[str, object], mapping: ColumnMapping, shared: Conversation) -> Conversation:
    """Everything before the answers, system message first, last user turn last."""
    name = mapping.columns.get(Field.PROMPT)
    turns = shared if name is None else _joined(_cell(values, name), name, shared)
    if not turns:
        raise Refused("The prompt is missing: there is no prompt column, and the answers are not messages.")
    if turns[-1].speaker is not Speaker.USER:
        raise Refused(f"The prompt ends with a message of the {turns[-1].speaker}, not of the user.")
    return _with_system(values, mapping, turns)


def _joined(prompt: object, name: str, shared: Conversation) -> Conversation:
    """The prompt column, checked against the turns that both answers repeat."""
    if isinstance(prompt, str):
        turns: Conversation = (Message(speaker=Speaker.USER, content=prompt),)
        agrees = bool(shared) and shared[-1] == turns[0]
    else:
        turns = _messages(prompt, name)
        agrees = shared == turns
    if shared and not agrees:
        raise Refused(f"“{name}” and the turns inside the answers are different conversations.")
    return shared or turns


def _with_system(values: Mapping[str, object], mapping: ColumnMapping, turns: Conversation) -> Conversation:
    name = mapping.columns.get(Field.SYSTEM)
    system = None if name is None else values.get(name)
    if system is None or system == "":
        return turns
    message = Message(speaker=Speaker.SYSTEM, content=_text(system, str(name)))
    if turns[0].speaker is not Speaker.SYSTEM:
        return (message, *turns)
    if turns[0] != message:
        raise Refused(f"“{name}” and the conversation carry two different system messages. Keep one.")
    return turns


def _cell(values: Mapping[str, object], name: str) -> str | list[object]:
    """A prompt or an answer: text, or a list of messages still unread."""
    if name not in values:
        found = ", ".join(values) or "(none)"
        raise Refused(f"The column “{name}” is missing. The row has: {found}.")
    value = values[name]
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return value
    return _text(value, name)


def _messages(value: object, name: str) -> Conversation:
    if not isinstance(value, list) or not value:
        raise Refused(f"“{name}” is an empty list of messages.")
    return tuple(_message(entry, f"{name}[{number}]") for number, entry in enumerate(value, start=1))


def _message(entry: object, name: str) -> Message:
    if not isinstance(entry, Mapping):
        raise Refused(f"“{name}” is {_kind(entry)}, not a message with a role and a content.")
    role = entry.get("role", entry.get("from"))
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        raise Refused(f"“{name}” has the role {str(role)[:40]!r}. Roles are system, user and assistant.")
    if entry.get("tool_calls") or entry.get("function_call"):
        raise Refused(f"“{name}” calls a tool. Pairs of tool calls cannot be labelled as text.")
    content = entry["content"] if "content" in entry else entry.get("value")
    if isinstance(content, list):
        content = _joined_parts(content, f"{name}.content")
    return Message(speaker=speaker, content=_text(content, f"{name}.content"))


def _joined_parts(parts: list[object], name: str) -> str:
    """Content parts as chat templates join them: one after the other, nothing between."""
    texts = []
    for number, part in enumerate(parts, start=1):
        kind = part.get("type") if isinstance(part, Mapping) else None
        if not isinstance(part, Mapping) or kind != "text":
            shown = kind if isinstance(kind, str) else _kind(part)
            raise Refused(f"“{name}[{number}]” is {str(shown)[:40]}, not text. Only texts can be compared.")
        texts.append(_text(part.get("text", part.get("value")), f"{name}[{number}]"))
    return "".join(texts)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Refused(f"“{name}” is {_kind(value)}, not text. Write it as text, or delete the row.")
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


def _kind(value: object) -> str:
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


def _models(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[str, str]:
    first, second = (_named(values, mapping, key) for key in mapping.model_fields)
    return first or mapping.models[0], second or mapping.models[1]


def _finishes(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[str, str]:
    """Why each answer ended: its column, or what stands beside its last message; "" where nothing says it."""
    first, second = (
        _named(values, mapping, key) or _beside(values.get(mapping.columns[side]))
        for key, side in zip(mapping.finish_fields, mapping.answers, strict=True)
    )
    return first, second


def _beside(answer: object) -> str:
    last = answer[-1] if isinstance(answer, list) and answer else answer
    said = last.get("finish_reason", last.get("stop_reason")) if isinstance(last, Mapping) else None
    return said if isinstance(said, str) and len(said) < _SHORT and "\0" not in said else ""


def _item(values: Mapping[str, object], mapping: ColumnMapping) -> str:
    return _named(values, mapping, Field.ITEM)


def _named(values: Mapping[str, object], mapping: ColumnMapping, key: Field) -> str:
    """A short name such as a model or an item; "" where there is none."""
    name = mapping.columns.get(key)
    value = None if name is None else values.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value, str(name))


def _label(mapping: ColumnMapping, key: Field) -> str:
    return mapping.columns.get(key, "inside the answers")
