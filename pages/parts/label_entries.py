"""What a client says, checked field by field before anything believes it.

Every message names the field that is wrong: it reaches the person beside the words "could not be saved".
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from curation.errors import InvalidInput
from curation.model import Answer, Arm, Decision, Verdict

_ID = re.compile(r"[0-9a-f]{16,64}")
_SAME = {verdict.value: verdict.value for verdict in Verdict if not verdict.is_preference}


def decision_from(entry: object, *, annotator_id: str, now: datetime) -> Decision:
    """What the client says as a decision: the side it chose becomes the answer that stood there.

    Round and arm are not the client's to say; queue.assignment knows them.

    Args:
        entry: {"id", "pair", "choice": left | right | tie | both_bad | skip | cannot_judge, "left": the
            answer that stood left, "round", "guideline", "supersedes", "seconds_shown", "seconds_active",
            "client_time": ms}, and where they were given "strength", "reasons", "comment", "rewrite", "flag",
            "text_seen".

    Raises:
        InvalidInput: a field is missing or is not what it must be.
    """
    said = fields(entry)
    left = _member(Answer, said, "left")
    chosen = {"left": Verdict(left.value), "right": Verdict(left.other.value)}
    choice = str(said.get("choice"))
    return Decision(
        id=identity(said, "id"),
        pair_id=identity(said, "pair"),
        annotator_id=annotator_id,
        verdict=chosen.get(choice) or _member(Verdict, {"choice": _SAME.get(choice)}, "choice"),
        left=left,
        round=_count(said, "round"),
        arm=Arm.RANDOM,
        strength=None if said.get("strength") is None else _count(said, "strength"),
        reasons=_words(said, "reasons"),
        comment=_text(said, "comment") or "",
        rewrite=_text(said, "rewrite"),
        flag=_text(said, "flag"),
        guideline_version=_count(said, "guideline"),
        seconds_shown=_seconds(said, "seconds_shown"),
        seconds_active=_seconds(said, "seconds_active"),
        client_time=moment(said.get("client_time")),
        server_time=now,
        supersedes=None if said.get("supersedes") is None else identity(said, "supersedes"),
        text_seen=identity(said, "text_seen") if said.get("text_seen") else _text(said, "text_seen"),
    )


def fields(entry: object) -> Mapping[str, object]:
    """The names and values of a JSON object, or InvalidInput."""
    if not isinstance(entry, dict):
        raise InvalidInput("A decision must be a JSON object.")
    return entry


def identity(said: Mapping[str, object], name: str) -> str:
    """An id of a pair or a decision, or InvalidInput."""
    value = said.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInput(f"{name} must be 16 to 64 hexadecimal digits.")
    return value


def moment(milliseconds: object) -> datetime | None:
    """Milliseconds since 1970 as naive UTC; None for what is no such number, for a clock decides nothing."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def version_seen(said: Mapping[str, object]) -> int | None:
    """The version of the project that the person was shown; None where the client does not say."""
    return None if said.get("project") is None else _count(said, "project")


def _text(said: Mapping[str, object], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text.")
    return value


def _words(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = said.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise InvalidInput(f"{name} must be a list of texts.")
    return tuple(value)


def _member(kind: type[Any], said: Mapping[str, object], name: str) -> Any:
    try:
        return kind(said.get(name))
    except ValueError as error:
        raise InvalidInput(f"{name} is not one of the choices.") from error


def _count(said: Mapping[str, object], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise InvalidInput(f"{name} must be a whole number, 0 or more.")
    return value


def _seconds(said: Mapping[str, object], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InvalidInput(f"{name} must be seconds, 0 or more.")
    return float(value)
