"""What a setting says about itself: name, unit, range, reason and source, read by form, table and checks.

Imports only the standard library. Knows no recipe in particular.
"""

import dataclasses
import difflib
import typing
from collections.abc import Iterable
from dataclasses import MISSING, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a knob's value is made of."""

    INTEGER = "integer"
    NUMBER = "number"
    SWITCH = "switch"  # True or False
    CHOICE = "choice"  # one member of a StrEnum
    CHOICES = "choices"  # several members of a StrEnum
    WORDS = "words"  # several free words
    NUMBERS = "numbers"  # several numbers


class Level(StrEnum):
    """Who changes it."""

    BEGINNER = "beginner"  # in most runs
    EXPERT = "expert"  # with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One setting as the form, the table and the checks see it.

    Attributes:
        low, high: ends of the allowed range, both included; None where the kind has no range.
        choices: the allowed words; empty where any value in range will do.
        why: why the default is what it is, in one sentence.
        source: the paper or the documentation that says so.
    """

    key: str
    label: str
    group: str
    level: Level
    kind: Kind
    default: Any
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    why: str
    source: str

    def parsed(self, value: object) -> Any:
        """The value in the knob's own type, from JSON, a form or the text after `--set key=`.

        Raises:
            ValueError: one sentence that names the knob, what it was given and what it takes.
        """
        try:
            return _PARSERS[self.kind](self, value)
        except _Unfit:
            raise ValueError(f"{self.key} is {value!r}, but takes {self.takes}.") from None

    @property
    def takes(self) -> str:
        """What may be given, in words."""
        if self.choices:
            many = "one or more of " if self.kind is Kind.CHOICES else "one of "
            return many + ", ".join(self.choices)
        if self.kind is Kind.SWITCH:
            return "true or false"
        if self.kind is Kind.WORDS:
            return "words separated by commas"
        noun = {Kind.INTEGER: "a whole number", Kind.NUMBER: "a number", Kind.NUMBERS: "numbers"}[self.kind]
        return f"{noun} from {self.low:g} to {self.high:g}"


def read(cls: type) -> tuple[Knob, ...]:
    """The knobs of a dataclass whose fields carry knob metadata, in order."""
    hints = typing.get_type_hints(cls)
    return tuple(_knob_of(field, hints[field.name]) for field in dataclasses.fields(cls))


def plain(value: object) -> object:
    """A knob's value as JSON can hold it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def text(value: object) -> str:
    """A knob's value as `--set key=` takes it; `parsed` gives exactly this value back."""
    if isinstance(value, tuple):
        return ",".join(text(item) for item in value)
    return str(plain(value)).lower() if isinstance(value, bool) else str(plain(value))


def unknown(key: str, known: Iterable[str]) -> str:
    """What to say of a knob that there is not."""
    near = difflib.get_close_matches(key, sorted(known), n=1)
    advice = f"Did you mean {near[0]}?" if near else "`python -m training recipe show trl` lists them all."
    return f"There is no setting {key!r}. {advice}"


class _Unfit(Exception):
    """The value does not fit; `parsed` turns it into a sentence."""


def _knob_of(field: "dataclasses.Field[Any]", hint: Any) -> Knob:
    kind, words = _kind(hint)
    default = field.default if field.default is not MISSING else None
    return Knob(key=field.name, kind=kind, default=default, choices=words, **field.metadata)


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        if isinstance(inner, type) and issubclass(inner, StrEnum):
            return Kind.CHOICES, tuple(inner)
        return (Kind.NUMBERS if inner is float else Kind.WORDS), ()
    if issubclass(hint, StrEnum):
        return Kind.CHOICE, tuple(hint)
    return {int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.SWITCH}[hint], ()


def _integer(knob: Knob, value: object) -> int:
    number = _number(knob, value)
    if number != int(number):
        raise _Unfit
    return int(number)


def _number(knob: Knob, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Unfit
    try:
        number = float(value)
    except ValueError:
        raise _Unfit from None
    # Written so that nan, which compares false with everything, is refused too.
    if not (knob.low is not None and knob.high is not None and knob.low <= number <= knob.high):
        raise _Unfit
    return number


def _switch(_: Knob, value: object) -> bool:
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return answers[str(value).strip().lower()]
    except KeyError:
        raise _Unfit from None


def _choice(knob: Knob, value: object) -> str:
    for word in knob.choices:
        if isinstance(value, str) and word == value.strip():
            return word
    raise _Unfit


def _several(value: object) -> Iterable[object]:
    if isinstance(value, str):
        return [part.strip() for part in value.strip("[]()").split(",") if part.strip()]
    if isinstance(value, list | tuple):
        return value
    raise _Unfit


def _choices(knob: Knob, value: object) -> tuple[str, ...]:
    words = tuple(_choice(knob, item) for item in _several(value))
    if not words or len(set(words)) != len(words):
        raise _Unfit
    return words


def _words(_: Knob, value: object) -> tuple[str, ...]:
    words = tuple(_several(value))
    if not words or not all(isinstance(word, str) and word for word in words):
        raise _Unfit
    return tuple(str(word) for word in words)


def _numbers(knob: Knob, value: object) -> tuple[float, ...]:
    numbers = tuple(_number(knob, item) for item in _several(value))
    if not numbers:
        raise _Unfit
    return numbers


_PARSERS = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.SWITCH: _switch,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.WORDS: _words,
    Kind.NUMBERS: _numbers,
}
