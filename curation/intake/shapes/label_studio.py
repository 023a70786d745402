"""Label Studio's exports: tasks with annotations (JSON), or a row for each annotation (JSON-MIN, CSV).

A Pairwise result says left or right of the two names in `to_name`; a Choices result says a word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Aside, Refused
from curation.intake.shapes import duels, exports
from curation.model import Verdict

_OWN = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")


def task(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[dict[str, object]]:
    """Votes of one task, one for each annotation that was not skipped.

    Raises:
        Refused: an annotation does not say which answer won.
        Aside: nobody has annotated the task.
    """
    texts, given = values.get("data"), values.get("annotations")
    if not isinstance(texts, Mapping) or not isinstance(given, list):
        raise Refused("“data” or “annotations” is not what Label Studio writes there.")
    kept = [each for each in given if isinstance(each, Mapping) and not each.get("was_cancelled")]
    if not kept:
        raise Aside("Nobody has annotated the task, or everybody skipped it.")
    for annotation in kept:
        verdict, used = _chosen(annotation, texts, mapping)
        yield exports.line(texts, used, verdict, _person(annotation.get("completed_by"))) | _times(annotation)


def flat(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[dict[str, object]]:
    """The vote of one row of JSON-MIN or CSV.

    Raises:
        Refused: no column, or more than one, says which answer won.
    """
    texts = {name: cell for name, cell in values.items() if name not in _OWN}
    answers = exports.answers_of(texts, mapping)
    named = mapping.columns.get(Field.WINNER)
    candidates = [named] if named else [name for name in texts if name not in answers]
    said = {name: word for name in candidates if (word := _word(texts.get(name))) is not None}
    found = {name: word for name, word in said.items() if word in answers or duels.says_who_won(word)}
    if len(found) != 1:
        raise Refused(
            f"{len(found)} columns say which answer won. Name the one that counts: map winner to its column."
        )
    ((name, word),) = found.items()
    verdict = exports.verdict_of(word, answers, name)
    yield exports.line(texts, mapping, verdict, _person(values.get("annotator"))) | _times(values)


def _chosen(
    annotation: Mapping[str, object], texts: Mapping[str, object], mapping: ColumnMapping
) -> tuple[Verdict, ColumnMapping]:
    results = annotation.get("result")
    kept = [
        each
        for each in (results if isinstance(results, list) else [])
        if isinstance(each, Mapping) and each.get("type") in ("pairwise", "choices")
    ]
    named = mapping.columns.get(Field.WINNER)
    kept = [each for each in kept if not named or each.get("from_name") == named]
    if len(kept) != 1:
        raise Refused(
            f"Annotation {annotation.get('id')} holds {len(kept)} results that could name the winner. "
            "Where there are several, map winner to the name of the one that counts."
        )
    used = _compared(str(kept[0].get("to_name", "")), texts, mapping)
    answers = exports.answers_of(texts, used)
    return exports.verdict_of(_word(kept[0].get("value")), answers, str(kept[0].get("from_name"))), used


def _compared(to_name: str, texts: Mapping[str, object], mapping: ColumnMapping) -> ColumnMapping:
    """The mapping with the two names a Pairwise tag compares, where the task has texts called so."""
    names = tuple(to_name.split(","))
    if Field.ANSWER_1 in mapping.columns or len(names) != 2 or not set(names) <= set(texts):
        return mapping
    columns = {**mapping.columns, Field.ANSWER_1: names[0], Field.ANSWER_2: names[1]}
    return replace(mapping, columns=columns)


def _word(value: object) -> str | None:
    """left of {"selected": "left"}, [{"selected": "left"}], {"choices": ["left"]} or the bare word."""
    value = exports.from_json(value)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, Mapping):
        value = value.get("selected", value.get("choices"))
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
    return value if isinstance(value, str) else None


def _person(value: object) -> object:
    """completed_by is a number, or an object with the number and an e-mail address."""
    return value.get("email") or value.get("id") if isinstance(value, Mapping) else value


def _times(annotation: Mapping[str, object]) -> dict[str, object]:
    seconds = annotation.get("lead_time")
    try:
        told = {"seconds": float(str(seconds))} if seconds not in (None, "") else {}
    except ValueError:
        told = {}
    return {**told, "decided_at": annotation.get("created_at") or None}
