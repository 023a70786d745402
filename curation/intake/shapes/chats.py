"""Dialogues in one text, instruction and history apart, OpenAI's preference rows, rated pairs."""

import math
import re
from collections.abc import Iterator, Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Refused
from curation.model import Verdict

Plain = tuple[Mapping[str, object], ColumnMapping]

_TURN = re.compile(r"\n\n(Human|Assistant): ?")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_STATUS = {"tie": Verdict.TIE, "unchanged": Verdict.ANSWER_1, "swapped": Verdict.ANSWER_1}


def transcript(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """Anthropic HH: `\\n\\nHuman: … \\n\\nAssistant: …`, whole in both sides or as the prompt alone."""
    turned = dict(values)
    if Field.PROMPT in mapping.columns:
        name = mapping.columns[Field.PROMPT]
        turned[name] = turns(values.get(name), name, open_end=True)
    else:
        for name in mapping.columns.values():
            turned[name] = turns(values.get(name), name)
    yield turned, mapping


def turns(value: object, name: str, *, open_end: bool = False) -> list[dict[str, str]]:
    """The messages of a transcript.

    Args:
        open_end: it ends with an empty turn of the assistant, which is still to be answered.
    """
    if not isinstance(value, str) or not value.startswith("\n\nHuman:"):
        raise Refused(
            f"“{name}” does not begin with a blank line and “Human:”, as dialogues of this kind do."
        )
    parts = _TURN.split(value)[1:]
    said = [{"role": _ROLES[who], "content": text} for who, text in zip(parts[::2], parts[1::2], strict=True)]
    if open_end:
        last = said.pop()
        if last["role"] != "assistant" or last["content"].strip():
            raise Refused(f"“{name}” does not end with “Assistant:”, so nothing says what is to be answered.")
    return said


def is_open_transcript(value: object) -> bool:
    """A text that is a dialogue with the assistant's turn still to come."""
    return (
        isinstance(value, str)
        and value.startswith("\n\nHuman:")
        and value.rstrip(" ").endswith("\n\nAssistant:")
    )


def alpaca(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """Instruction and input are one user turn, joined as LLaMA-Factory joins them; history comes before."""
    name = mapping.columns[Field.PROMPT]
    yield {**values, name: instruction(values, name)}, mapping


def instruction(values: Mapping[str, object], name: str) -> object:
    """The prompt: instruction, a line feed and the input; messages where there is a history."""
    asked, more, history = values.get(name), values.get("input"), values.get("history")
    if not isinstance(asked, str) or not (more is None or isinstance(more, str)):
        raise Refused(f"“{name}” or “input” is no text. Write it as text, or delete the row.")
    prompt = f"{asked}\n{more}" if more else asked
    if not history:
        return prompt
    if not isinstance(history, list) or not all(
        isinstance(turn, list) and len(turn) == 2 for turn in history
    ):
        raise Refused("“history” is no list of [question, answer].")
    before = [
        {"role": role, "content": text}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    return [*before, {"role": "user", "content": prompt}]


def preferred(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """OpenAI and Azure: the messages lie in input.messages."""
    name = mapping.columns[Field.PROMPT]
    asked = values.get(name)
    if not isinstance(asked, Mapping) or not isinstance(asked.get("messages"), list):
        raise Refused(f"“{name}” has no list “messages”.")
    if asked.get("tools"):
        raise Refused(f"“{name}.tools” offers tools. Pairs of tool calls cannot be labelled as text.")
    yield {**values, name: asked["messages"]}, mapping


def rated(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """Chosen and rejected beside a status or two ratings; level ratings are a tie, not a preference."""
    verdict = _by_status(values, mapping) if Field.WINNER in mapping.columns else _by_ratings(values)
    columns: dict[Field, str] = {
        key: name
        for key, name in mapping.columns.items()
        if key in (Field.PROMPT, Field.SYSTEM) and name in values
    }
    for ours, theirs in (
        (Field.ANSWER_1, Field.CHOSEN),
        (Field.ANSWER_2, Field.REJECTED),
        (Field.MODEL_1, Field.CHOSEN_MODEL),
        (Field.MODEL_2, Field.REJECTED_MODEL),
        (Field.FINISH_1, Field.CHOSEN_FINISH),
        (Field.FINISH_2, Field.REJECTED_FINISH),
    ):
        if theirs in mapping.columns:
            columns[ours] = mapping.columns[theirs]
    told = {**values, "(winner)": verdict.value}
    yield told, ColumnMapping(layout=mapping.layout, columns={**columns, Field.WINNER: "(winner)"})


def _by_status(values: Mapping[str, object], mapping: ColumnMapping) -> Verdict:
    name = mapping.columns[Field.WINNER]
    verdict = _STATUS.get(str(values.get(name)))
    if verdict is None:
        raise Refused(
            f"“{name}” is {str(values.get(name))[:40]!r}; known are tie, unchanged and swapped. Correct it, "
            "or choose another layout."
        )
    return verdict


def _by_ratings(values: Mapping[str, object]) -> Verdict:
    chosen, rejected = number(values.get("chosen-rating")), number(values.get("rejected-rating"))
    if chosen is None or rejected is None:
        raise Refused("“chosen-rating” or “rejected-rating” is no number.")
    if chosen < rejected:
        raise Refused(
            f"“chosen” is rated {chosen:g} and “rejected” {rejected:g}: the row says two things. "
            "Correct it, or delete the row."
        )
    return Verdict.TIE if chosen == rejected else Verdict.ANSWER_1


def number(value: object) -> float | None:
    """A score as it stands in JSON or in a CSV cell; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
