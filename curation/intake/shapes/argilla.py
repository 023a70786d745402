"""Argilla's exports: a record with the responses of each user, as version 2 and version 1 write them.

Version 2: `question.responses`, `question.responses.users`, `question.responses.status`. Version 1: a column
per question with [{user_id, value, status}] or {user_id: […], value: […], status: […]}.
"""

from collections.abc import Collection, Iterator, Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Aside, Refused
from curation.intake.shapes import duels, exports
from curation.model import Verdict

_RESPONSES = ".responses"
_KEYS = ("user_id", "value", "status")

Response = tuple[object, object, object]  # user, value, status


def is_record(columns: Collection[str], rows: Collection[Mapping[str, object]]) -> bool:
    """Whether these are Argilla's columns: of version 2 by name, of version 1 by what a question holds."""
    if any(name.endswith(_RESPONSES) and f"{name}.users" in columns for name in columns):
        return True
    return any(_first(cell) is not None for row in rows for cell in row.values())


def record(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[dict[str, object]]:
    """Votes of one record, one for each user who submitted.

    Raises:
        Refused: no question, or more than one, says which answer won.
        Aside: nobody has submitted a response.
    """
    questions = _questions(values)
    texts = {
        name: cell
        for name, cell in values.items()
        if isinstance(cell, str | list) and name not in questions and ".responses" not in name
    }
    answers = exports.answers_of(texts, mapping)
    name, responses = _question(questions, answers, mapping)
    submitted = [each for each in responses if each[2] in ("submitted", None)]
    if not submitted:
        raise Aside("Nobody has submitted a response; drafts and discarded records are left out.")
    for user, value, _ in submitted:
        verdict = _verdict(value, answers, name)
        yield exports.line(texts, mapping, verdict, "unknown user" if user is None else user)


def _question(
    questions: Mapping[str, list[Response]], answers: tuple[str, str], mapping: ColumnMapping
) -> tuple[str, list[Response]]:
    named = mapping.columns.get(Field.WINNER)
    found = {
        name: responses
        for name, responses in questions.items()
        if (name == named if named else any(_decides(value, answers) for _, value, _ in responses))
    }
    if not found and all(not responses for responses in questions.values()):
        raise Aside("Nobody has responded.")
    if len(found) != 1:
        raise Refused(
            f"{len(found)} of the questions {', '.join(questions)} say which answer won. A number does not: "
            "it may mean either. Map winner to the question that counts."
        )
    return next(iter(found.items()))


def _questions(values: Mapping[str, object]) -> dict[str, list[Response]]:
    found: dict[str, list[Response]] = {}
    for name, cell in values.items():
        if name.endswith(_RESPONSES) and f"{name}.users" in values:
            found[name.removesuffix(_RESPONSES)] = _second(values, name)
        elif (first := _first(cell)) is not None:
            found[name] = first
    return found


def _second(values: Mapping[str, object], name: str) -> list[Response]:
    users, given, status = (
        exports.from_json(values.get(column)) or [] for column in (f"{name}.users", name, f"{name}.status")
    )
    if not (isinstance(users, list) and isinstance(given, list) and isinstance(status, list)):
        raise Refused(f"“{name}” is no list of responses.")
    if len(users) != len(given) or len(status) not in (0, len(given)):
        raise Refused(f"“{name}” has {len(given)} responses of {len(users)} users.")
    return list(zip(users, given, status or [None] * len(given), strict=True))


def _first(cell: object) -> list[Response] | None:
    cell = exports.from_json(cell)
    if (
        isinstance(cell, Mapping)
        and set(_KEYS) == set(cell)
        and all(isinstance(cell[key], list) for key in _KEYS)
    ):
        return list(zip(*(cell[key] for key in _KEYS), strict=False))
    if isinstance(cell, list) and cell and all(isinstance(e, Mapping) and set(_KEYS) <= set(e) for e in cell):
        return [(each["user_id"], each["value"], each["status"]) for each in cell]
    return None


def _decides(value: object, answers: tuple[str, str]) -> bool:
    return (
        value in answers
        if isinstance(value, str) and value in answers
        else (duels.says_who_won(value) or _ranking(value, answers) is not None)
    )


def _verdict(value: object, answers: tuple[str, str], name: str) -> Verdict:
    ranks = _ranking(value, answers)
    if ranks is None:
        return exports.verdict_of(value, answers, name)
    if ranks[0] == ranks[1]:
        return Verdict.TIE
    return Verdict.ANSWER_1 if ranks[0] < ranks[1] else Verdict.ANSWER_2


def _ranking(value: object, answers: tuple[str, str]) -> tuple[int, int] | None:
    """Ranks of the two answers, 1 is best, from [{"rank": 1, "value": "response-2"}, …]."""
    if not isinstance(value, list):
        return None
    ranks = {
        each.get("value"): each.get("rank")
        for each in value
        if isinstance(each, Mapping) and isinstance(each.get("value"), str)
    }
    one, other = ranks.get(answers[0]), ranks.get(answers[1])
    if isinstance(one, int) and isinstance(other, int) and len(ranks) == 2:
        return one, other
    return None
