"""One line of a votes file as a vote, or the sentence that says why not."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from curation.intake import rows
from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Refused
from curation.model import Answer, Pair, Verdict

MAX_NAME = 200  # characters of an annotator or a reason

_COLUMNS = {
    Field.ANSWER_1: "answer_1",
    Field.ANSWER_2: "answer_2",
    Field.SYSTEM: "system",
    Field.MODEL_1: "model_1",
    Field.MODEL_2: "model_2",
    Field.ITEM: "item",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one person said about one pair.

    Attributes:
        annotator: as the file names the person.
        verdict: in canonical order: which answer won.
        first: the canonical answer that the file calls answer_1.
        seconds: on screen, ≥ 0; None where the file does not say.
        decided: naive UTC; None where the file does not say.
    """

    pair: Pair
    annotator: str
    verdict: Verdict
    first: Answer
    strength: int | None
    reasons: tuple[str, ...]
    seconds: float | None
    decided: datetime | None

    @property
    def as_given(self) -> Verdict:
        """The verdict in the file's order."""
        return self.verdict if self.first is Answer.ONE else self.verdict.swapped


def parsed(values: Mapping[str, object], *, source_id: str, line: int) -> Vote:
    """The vote that a line holds.

    The file's answer_1 and answer_2 are the file's order; what comes out says which answer won.

    Raises:
        Refused: with the reason as a sentence.
    """
    values = dict(values) | {
        name: _spelt(values[name]) for name in ("answer_1", "answer_2") if name in values
    }
    given = _verdict(values)
    pair = rows.pair_from(values, _mapping(values), source_id=source_id, line=line)
    first = Answer.ONE if pair.answer_1 == values["answer_1"] else Answer.TWO
    return Vote(
        pair=pair,
        annotator=_annotator(values),
        verdict=given if first is Answer.ONE else given.swapped,
        first=first,
        strength=_strength(values, given),
        reasons=_reasons(values.get("reason")),
        seconds=_seconds(values.get("seconds")),
        decided=_decided(values.get("decided_at")),
    )


def _spelt(value: object) -> object:
    # Spreadsheets turn an answer "True" or "42" into a truth value or a number. It was a text.
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return value


def _mapping(values: Mapping[str, object]) -> ColumnMapping:
    given = [name for name in ("prompt", "messages") if values.get(name) is not None]
    if len(given) != 1:
        found = "both “prompt” and “messages”" if given else "neither “prompt” nor “messages”"
        raise Refused(f"The line has {found}. Give one of them.")
    return ColumnMapping(layout="votes", columns={Field.PROMPT: given[0], **_COLUMNS})


def _verdict(values: Mapping[str, object]) -> Verdict:
    value = values.get("verdict")
    if isinstance(value, str) and value in list(Verdict):
        return Verdict(value)
    known = ", ".join(Verdict)
    if value is None:
        raise Refused(f"The line has no “verdict”. Give one of {known}.")
    raise Refused(f"The verdict is {str(value)[:40]!r}. It must be one of {known}.")


def _annotator(values: Mapping[str, object]) -> str:
    value = values.get("annotator")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise Refused(
            "“annotator” is missing or empty. Name who voted; any word that is always the same will do."
        )
    return _name(value.strip(), "annotator")


def _strength(values: Mapping[str, object], given: Verdict) -> int | None:
    value = values.get("strength")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in (1, 2, 3):
        raise Refused(f"The strength is {str(value)[:40]!r}. It must be 1 (slightly), 2 or 3 (much better).")
    if not given.is_preference:
        raise Refused(
            f"The strength says how much better an answer is, but the verdict is {given}. Drop one."
        )
    return int(value)


def _reasons(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    kept = [each for each in given if each not in (None, "")]
    if not all(isinstance(each, str) for each in kept):
        raise Refused("“reason” must be a text or a list of texts.")
    return tuple(_name(str(each), "reason") for each in kept)


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise Refused(f"“seconds” is {str(value)[:40]!r}. It must be a number from 0 on, or be left out.")
    return float(value)


def _decided(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Refused(
            f"“decided_at” is {str(value)[:40]!r}. Write it as 2026-11-22T09:30:00Z, or leave it out."
        ) from None


def _name(value: str, column: str) -> str:
    if len(value) > MAX_NAME:
        raise Refused(f"“{column}” holds {len(value)} characters; the limit is {MAX_NAME}. Shorten it.")
    if "\0" in value or not value.isprintable():
        raise Refused(f"“{column}” holds a character that cannot be shown. Remove it.")
    return value
