"""Potato's exports: one row a person and item. An export holds ids, so the texts must be joined to it.

A pairwise scheme says {"selection": "A" | "B" | "tie"}, or {"scale_value": "-2"}, below 0 for the left one.
"""

from collections.abc import Iterator, Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Aside, Refused
from curation.intake.shapes import chats, duels, exports
from curation.model import Verdict

_LISTS = ("responses", "candidates", "items", "text", "texts")
_OWN = ("instance_id", "user_id", "annotator_origin", "annotator_origin_detail")


def row(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[dict[str, object]]:
    """The vote of one row.

    Raises:
        Refused: no scheme, or more than one, says which answer won, or the texts are not there.
        Aside: a tool or a model has annotated, not a person.
    """
    origin = exports.from_json(values.get("annotator_origin"))
    kind = origin.get("kind") if isinstance(origin, Mapping) else origin
    if kind not in (None, "", "human"):
        raise Aside(f"A {kind} has annotated, not a person.")
    texts = _texts(values)
    schemes = _schemes(values)
    named = mapping.columns.get(Field.WINNER)
    found = {name: said for name, said in schemes.items() if not named or name == named}
    if len(found) != 1:
        raise Refused(
            f"{len(found)} schemes say which answer won ({', '.join(schemes)[:200]}). "
            "Map winner to the one that counts."
        )
    ((_, verdict),) = found.items()
    yield exports.line(texts, mapping, verdict, values.get("user_id"))


def _texts(values: Mapping[str, object]) -> dict[str, object]:
    """The item's texts; a list of two becomes left and right."""
    texts = {name: cell for name, cell in values.items() if name not in _OWN}
    lists = [
        found
        for name in _LISTS
        if isinstance(found := exports.from_json(values.get(name)), list) and len(found) == 2
    ]
    if len(lists) == 1:
        texts |= {"left": lists[0][0], "right": lists[0][1]}
    elif "left" not in values and not any(
        isinstance(cell, str) and len(cell) > 60 for cell in texts.values()
    ):
        raise Refused(
            "The row holds an id and no texts. Join the export with items.parquet on instance_id "
            "and import that."
        )
    return texts


def _schemes(values: Mapping[str, object]) -> dict[str, Verdict]:
    """Pairwise schemes of the row, in its own columns or under label_annotations."""
    nested = exports.from_json(values.get("label_annotations"))
    cells = {**values, **nested} if isinstance(nested, Mapping) else dict(values)
    found: dict[str, Verdict] = {}
    for name, cell in cells.items():
        scheme, _, part = name.rpartition(".")
        said = {part: cell} if scheme and part in ("selection", "scale_value") else exports.from_json(cell)
        verdict = _verdict(said) if name not in _OWN else None
        if verdict is not None:
            found[scheme or name] = verdict
    return found


def _verdict(said: object) -> Verdict | None:
    if isinstance(said, str) and said in ("A", "B", "tie"):
        return duels.verdict_of(said, "selection")
    if not isinstance(said, Mapping):
        return None
    if duels.says_who_won(said.get("selection")):
        return duels.verdict_of(said["selection"], "selection")
    scale = chats.number(said.get("scale_value"))
    if scale is None:
        return None
    return Verdict.TIE if scale == 0 else Verdict.ANSWER_1 if scale < 0 else Verdict.ANSWER_2
