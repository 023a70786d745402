"""What a rule reports."""

from dataclasses import dataclass
from enum import StrEnum

EXAMPLES = 20  # pair ids a finding carries at most


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    ERROR = "E"  # keeps its rows out of a release, or blocks the whole release (Scope)
    WARNING = "W"  # needs a person's acknowledgement, which the card repeats
    NOTE = "I"  # is reported


class Scope(StrEnum):
    """What a finding is about."""

    ROW = "row"  # single pairs: an error moves them out of the release, and is resolved by that
    SET = "set"  # the whole release: an error blocks it


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule found.

    Attributes:
        rule: V01 to V28; G03, G06 for conditions of the release gate.
        count: pairs it concerns, at least 1; `unit` where it counts something else.
        share: count as a share of those that the rule looked at, in [0, 1].
        examples: ids of up to 20 such pairs, smallest first.
        message: one sentence or two, ready for the screen.
        fix: what is offered, "" where there is nothing.
        threshold, value: the limit of the policy and what was measured; None where the rule has none.
    """

    rule: str
    severity: Severity
    scope: Scope
    count: int
    share: float
    examples: tuple[str, ...]
    message: str
    fix: str = ""
    threshold: float | None = None
    value: float | None = None
    unit: str = "pair"

    @property
    def counted(self) -> str:
        """The count in words."""
        many = f"{self.unit[:-1]}ies" if self.unit.endswith("y") else f"{self.unit}s"
        return f"1 {self.unit}" if self.count == 1 else f"{self.count:,} {many}"

    @property
    def blocks(self) -> bool:
        """No acknowledgement helps: the data or the policy must change."""
        return self.severity is Severity.ERROR and self.scope is Scope.SET

    @property
    def needs_acknowledgement(self) -> bool:
        return self.severity is Severity.WARNING
