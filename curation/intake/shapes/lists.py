"""Several answers to one prompt with a score or a rank each: the pairs that a person's rule makes of them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from curation.intake import endings
from curation.intake.fields import ColumnMapping, Field, Rule
from curation.intake.refusing import Aside, Refused
from curation.intake.shapes import chats
from curation.intake.shapes.chats import Plain
from curation.intake.shapes.duels import from_json

MAX_ANSWERS = 100  # every two of them are 4,950 pairs; a longer list is no list of answers
_NO_SCORE = ("", "n/a", "nan", "none", "null")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    column: str
    text: object
    model: object
    ending: str


def unfold(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """Pairs of one row under `mapping.rule`; one without a score takes no part, level ones no pair.

    Raises:
        Refused: the lists are none, differ in length, or a score is no number.
        Aside: fewer than two answers have a score, or all are level.
    """
    answers = _list(values, mapping.columns[Field.ANSWERS])
    goodness = _goodness(values, mapping, len(answers))
    models = _models(values, mapping, len(answers))
    order = sorted(
        (i for i, good in enumerate(goodness) if good is not None), key=lambda i: -(goodness[i] or 0)
    )
    if len(order) < 2:
        raise Aside("Fewer than two answers have a score, so they make no pair.")
    found = list(pairs_of([goodness[i] or 0.0 for i in order], mapping.rule or Rule.BEST_WORST))
    if not found:
        raise Aside("All answers are level, so they make no pair.")
    name = mapping.columns[Field.ANSWERS]
    ends = _endings(values, name, len(answers))
    each = [
        _Answer(column=f"{name} {place + 1}", text=answers[place], model=models[place], ending=ends[place])
        for place in range(len(answers))
    ]
    for better, worse in found:
        yield _plain(values, mapping, each[order[better]], each[order[worse]])


def pairs_of(goodness: Sequence[float], rule: Rule) -> Iterator[tuple[int, int]]:
    """(better, worse) as positions, for answers sorted from the best to the worst.

    Args:
        goodness: falling; at least two.
    """
    last = len(goodness) - 1
    if rule is Rule.BEST_WORST:
        candidates: Iterator[tuple[int, int]] = iter([(0, last)])
    elif rule is Rule.BEST_REST:
        candidates = ((0, j) for j in range(1, last + 1))
    elif rule is Rule.NEIGHBOURS:
        candidates = (
            (i, next((j for j in range(i + 1, last + 1) if goodness[j] < goodness[i]), i))
            for i in range(last)
        )
    else:
        candidates = itertools.combinations(range(last + 1), 2)
    return ((i, j) for i, j in candidates if goodness[i] > goodness[j])


def _plain(
    values: Mapping[str, object],
    mapping: ColumnMapping,
    better: _Answer,
    worse: _Answer,
) -> Plain:
    prompt = mapping.columns[Field.PROMPT]
    asked = values.get(prompt)
    told = {
        **values,
        prompt: chats.turns(asked, prompt, open_end=True) if chats.is_open_transcript(asked) else asked,
        better.column: better.text,
        worse.column: worse.text,
        "(better model)": better.model,
        "(worse model)": worse.model,
        "(better ending)": better.ending,
        "(worse ending)": worse.ending,
    }
    columns = {
        Field.PROMPT: prompt,
        Field.CHOSEN: better.column,
        Field.REJECTED: worse.column,
        Field.CHOSEN_MODEL: "(better model)",
        Field.REJECTED_MODEL: "(worse model)",
        Field.CHOSEN_FINISH: "(better ending)",
        Field.REJECTED_FINISH: "(worse ending)",
    }
    if Field.SYSTEM in mapping.columns:
        columns[Field.SYSTEM] = mapping.columns[Field.SYSTEM]
    return told, ColumnMapping(layout=mapping.layout, columns=columns)


def _list(values: Mapping[str, object], name: str) -> list[object]:
    """The entries of a list; of `a[].b` the key b of every entry of the list a."""
    column, nested, key = name.partition("[].")
    found = from_json(values.get(column))
    if not isinstance(found, list):
        raise Refused(f"“{column}” is no list of answers and scores.")
    if len(found) > MAX_ANSWERS:
        raise Refused(f"“{column}” holds {len(found):,} entries; the limit is {MAX_ANSWERS}.")
    if not nested:
        return found
    if not all(isinstance(entry, Mapping) for entry in found):
        raise Refused(f"“{column}” holds something that is no object with “{key}”.")
    return [entry.get(key) for entry in found]


def _goodness(values: Mapping[str, object], mapping: ColumnMapping, count: int) -> list[float | None]:
    """Higher is better, whether the file gives scores or ranks; None where an answer has neither."""
    ranked = Field.RANKS in mapping.columns
    name = mapping.columns[Field.RANKS if ranked else Field.SCORES]
    given = _list(values, name)
    if len(given) != count:
        raise Refused(f"There are {count} answers and {len(given)} values in “{name}”.")
    found = [_score(value, name) for value in given]
    return [None if value is None else -value for value in found] if ranked else found


def _score(value: object, name: str) -> float | None:
    if value is None or value != value or (isinstance(value, str) and value.strip().casefold() in _NO_SCORE):
        return None
    found = chats.number(value)
    if found is None:
        raise Refused(f"“{name}” holds {str(value)[:40]!r}, which is no number.")
    return found


def _models(values: Mapping[str, object], mapping: ColumnMapping, count: int) -> Sequence[object]:
    name = mapping.columns.get(Field.MODELS)
    if name is None or name.partition("[].")[0] not in values:
        return [None] * count
    found = _list(values, name)
    return found if len(found) == count else [None] * count


def _endings(values: Mapping[str, object], answers: str, count: int) -> Sequence[str]:
    """Why each answer ended, as its own entry says: `a[].b` stands beside `a[].finish_reason`."""
    column, nested, _ = answers.partition("[].")
    entries = from_json(values.get(column)) if nested else None
    return [endings.beside(entry) for entry in entries] if isinstance(entries, list) else [""] * count
