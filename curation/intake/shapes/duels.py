"""Two answers and who won: Chatbot Arena's conversations, one column an outcome, and a word in a column."""

import json
from collections.abc import Iterator, Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Refused
from curation.intake.shapes.chats import Plain
from curation.model import Verdict

_WORDS: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.ANSWER_1: (
        "answer_1", "answer1", "model_a", "response_a", "response_1", "response-1", "a", "left", "first",
    ),
    Verdict.ANSWER_2: (
        "answer_2", "answer2", "model_b", "response_b", "response_2", "response-2", "b", "right", "second",
    ),
    Verdict.TIE: ("tie", "equal", "same", "no preference"),
    Verdict.BOTH_BAD: ("both_bad", "both bad", "bothbad", "tie (bothbad)", "neither"),
}  # fmt: skip
_VERDICTS = {word: verdict for verdict, words in _WORDS.items() for word in words}
_TRUE, _FALSE = ("1", "1.0", "true"), ("0", "0.0", "false", "")


def verdict_of(value: object, name: str) -> Verdict:
    """Which answer a word says has won.

    Raises:
        Refused: it is no word of the table. Numbers are none: 1 is the first answer or the second.
    """
    found = _VERDICTS.get(value.strip().casefold()) if isinstance(value, str) else None
    if found is None:
        raise Refused(
            f"“{name}” is {str(value)[:40]!r}, which does not say for certain who won. "
            "Write answer_1, answer_2, tie or both_bad."
        )
    return found


def says_who_won(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold() in _VERDICTS


def arena(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """Conversations may be JSON in a cell of a table. Those that part before the last answer are refused."""
    told = dict(values)
    for key in (Field.ANSWER_1, Field.ANSWER_2):
        told[mapping.columns[key]] = from_json(values.get(mapping.columns[key]))
    yield told, mapping


def one_hot(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """winner_model_a, winner_model_b, winner_tie: exactly one of them is 1."""
    prompt, one, other = (
        _texts(values.get(mapping.columns[key])) for key in (Field.PROMPT, Field.ANSWER_1, Field.ANSWER_2)
    )
    names: dict[Field, str] = {key: mapping.columns[key] for key in (Field.ANSWER_1, Field.ANSWER_2)}
    told: dict[str, object] = {
        **values,
        names[Field.ANSWER_1]: _conversation(prompt, one),
        names[Field.ANSWER_2]: _conversation(prompt, other),
        "(winner)": _hot(values).value,
    }
    models: dict[Field, str] = {
        key: name for key, name in mapping.columns.items() if key in (Field.MODEL_1, Field.MODEL_2)
    }
    columns = {**names, **models, Field.WINNER: "(winner)"}
    yield told, ColumnMapping(layout=mapping.layout, columns=columns)


def from_json(value: object) -> object:
    """A list that a table keeps as text; anything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _texts(value: object) -> list[object]:
    found = from_json(value)
    return found if isinstance(found, list) else [found]


def _conversation(prompt: list[object], answers: list[object]) -> list[dict[str, object]]:
    if len(prompt) != len(answers):
        raise Refused(f"The prompt has {len(prompt)} turns and an answer has {len(answers)}.")
    return [
        {"role": role, "content": text}
        for turn in zip(prompt, answers, strict=True)
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]


def _hot(values: Mapping[str, object]) -> Verdict:
    columns = {
        "winner_model_a": Verdict.ANSWER_1,
        "winner_model_b": Verdict.ANSWER_2,
        "winner_tie": Verdict.TIE,
    }
    said = {name: str(values.get(name)).strip().casefold() for name in columns}
    unknown = [name for name, word in said.items() if word not in (*_TRUE, *_FALSE)]
    if unknown:
        raise Refused(f"“{unknown[0]}” is {said[unknown[0]][:40]!r}; it must be 0 or 1.")
    won = [columns[name] for name, word in said.items() if word in _TRUE]
    if len(won) != 1:
        raise Refused(f"{len(won)} of {', '.join(columns)} are 1, so nothing says who won. Set exactly one.")
    return won[0]
