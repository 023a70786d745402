"""What exports of labelling tools have in common: where the two answers, the prompt and the winner stand."""

import json
from collections.abc import Collection, Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Refused
from curation.intake.shapes import duels
from curation.model import Verdict

_PROMPTS = ("prompt", "question", "instruction", "messages")
_ANSWERS = (
    ("answer_1", "answer_2"), ("answer1", "answer2"), ("answer_a", "answer_b"),
    ("response_1", "response_2"), ("response1", "response2"), ("response-1", "response-2"),
    ("response_a", "response_b"), ("text1", "text2"), ("left", "right"),
)  # fmt: skip


def prompt_of(texts: Mapping[str, object], mapping: ColumnMapping) -> object:
    """The prompt, from the column a person named or the one that is called so.

    Raises:
        Refused: there is none, or more than one.
    """
    named = mapping.columns.get(Field.PROMPT)
    found = [named] if named else [name for name in _PROMPTS if texts.get(name) is not None]
    if len(found) != 1 or found[0] not in texts:
        raise Refused(
            f"Nothing says which of {_listed(texts)} is the prompt. Name it: map prompt to its column."
        )
    return texts[found[0]]


def answers_of(texts: Collection[str], mapping: ColumnMapping) -> tuple[str, str]:
    """Names of the two answers, the left one first.

    Raises:
        Refused: nothing says which they are.
    """
    one, other = mapping.columns.get(Field.ANSWER_1), mapping.columns.get(Field.ANSWER_2)
    if one and other:
        return one, other
    found = [pair for pair in _ANSWERS if set(pair) <= set(texts)]
    if len(found) != 1:
        raise Refused(
            f"Nothing says which of {_listed(texts)} are the two answers. Name them: map answer_1 to the "
            "left one and answer_2 to the right one."
        )
    return found[0]


def verdict_of(word: object, answers: tuple[str, str], name: str) -> Verdict:
    """Who won, from the name of an answer or a word such as left, tie.

    Raises:
        Refused: it says neither.
    """
    if word in answers:
        return Verdict.ANSWER_1 if word == answers[0] else Verdict.ANSWER_2
    return duels.verdict_of(word, name)


def line(
    texts: Mapping[str, object], mapping: ColumnMapping, verdict: Verdict, annotator: object
) -> dict[str, object]:
    """A line of a votes file (vote_line.parsed), left answer first.

    Raises:
        Refused: a text is missing.
    """
    answers = answers_of(texts, mapping)
    missing = [name for name in answers if name not in texts]
    if missing:
        raise Refused(f"There is no text “{missing[0]}”. Texts are: {_listed(texts)}.")
    prompt = prompt_of(texts, mapping)
    return {
        "prompt" if isinstance(prompt, str) else "messages": prompt,
        "answer_1": texts[answers[0]],
        "answer_2": texts[answers[1]],
        "annotator": annotator,
        "verdict": verdict.value,
        **({"system": texts["system"]} if texts.get("system") else {}),
    }


def from_json(value: object) -> object:
    """A list or an object that a table keeps as text; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _listed(texts: Collection[str]) -> str:
    return ", ".join(str(name) for name in texts)[:200] or "(nothing)"
