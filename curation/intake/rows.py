"""One row of outside data as a Pair, or the sentence that says why not.

Whatever is not understood for certain is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation import text
from curation.intake import cells, endings, unfold
from curation.intake.cells import Conversation
from curation.intake.fields import ColumnMapping, Field, Shape
from curation.intake.refusing import Refused
from curation.intake.shapes import duels, halves
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """An answer that has no other beside it yet, with whether it is good."""

    line: int
    context: tuple[Message, ...]
    prompt: str
    answer: str
    good: bool
    finish: str = ""


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
    if not before or before[-1].speaker is not Speaker.USER or cells.is_blank(before[-1].content):
        raise Refused("No message of the user stands before the answer, so the prompt is missing.")
    return Half(
        line=line,
        context=before[:-1],
        prompt=before[-1].content,
        answer=turns[-1].content,
        good=halves.is_good(values, mapping),
        finish=_half_finish(values, mapping),
    )


def _half_finish(values: Mapping[str, object], mapping: ColumnMapping) -> str:
    """Why the answer ended, as its last message says, or the row, which has one answer only."""
    turns = values.get(mapping.columns.get(Field.ANSWER, mapping.columns[Field.PROMPT]))
    return endings.beside(turns) or endings.beside(values)


def _half_turns(values: Mapping[str, object], mapping: ColumnMapping) -> Conversation:
    name, answer = mapping.columns[Field.PROMPT], mapping.columns.get(Field.ANSWER)
    prompt = cells.cell(values, name)
    turns = (
        (Message(speaker=Speaker.USER, content=prompt),)
        if isinstance(prompt, str)
        else cells.messages(prompt, name)
    )
    if answer is None:
        return turns
    said = cells.cell(values, answer)
    if isinstance(said, str):
        return (*turns, Message(speaker=Speaker.ASSISTANT, content=said))
    return (*turns, *cells.messages(said, answer))


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
    if cells.is_blank(prompt):
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
    first, second = (cells.cell(values, name) for name in names)
    if isinstance(first, str) != isinstance(second, str):
        raise Refused(f"“{names[0]}” and “{names[1]}” differ in kind: one is text, the other messages.")
    if isinstance(first, str) and isinstance(second, str):
        return _conversation(values, mapping, ()), first, second
    shared, one, other = _split(cells.messages(first, names[0]), cells.messages(second, names[1]), names)
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
    turns = shared if name is None else _joined(cells.cell(values, name), name, shared)
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
        turns = cells.messages(prompt, name)
        agrees = shared == turns
    if shared and not agrees:
        raise Refused(f"“{name}” and the turns inside the answers are different conversations.")
    return shared or turns


def _with_system(values: Mapping[str, object], mapping: ColumnMapping, turns: Conversation) -> Conversation:
    name = mapping.columns.get(Field.SYSTEM)
    system = None if name is None else values.get(name)
    if system is None or system == "":
        return turns
    message = Message(speaker=Speaker.SYSTEM, content=cells.text_of(system, str(name)))
    if turns[0].speaker is not Speaker.SYSTEM:
        return (message, *turns)
    if turns[0] != message:
        raise Refused(f"“{name}” and the conversation carry two different system messages. Keep one.")
    return turns


def _models(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[str, str]:
    first, second = (_named(values, mapping, key) for key in mapping.model_fields)
    return first or mapping.models[0], second or mapping.models[1]


def _finishes(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[str, str]:
    """Why each answer ended: its column, or what stands beside its last message; "" where nothing says it."""
    first, second = (
        _named(values, mapping, key) or endings.beside(values.get(mapping.columns[side]))
        for key, side in zip(mapping.finish_fields, mapping.answers, strict=True)
    )
    return first, second


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
    return cells.text_of(value, str(name))


def _label(mapping: ColumnMapping, key: Field) -> str:
    return mapping.columns.get(key, "inside the answers")
