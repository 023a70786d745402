"""What a preflight finds: values, and the refusal that follows from them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from training import base_model, errors


class Severity(StrEnum):
    """What a finding does to a start."""

    ERROR = "E"  # the run is refused
    WARNING = "W"  # shown, and recorded with who went on
    INFORMATION = "I"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        id: words joined by hyphens, stable, such as "pairs-cut".
        value, threshold: what was found and where it begins to matter, in the unit the message names;
            None where there is no number.
        message: one sentence for the screen: what, and what to do.
        pairs: ids of the first pairs that it is about; empty where it is about none.
    """

    id: str
    severity: Severity
    message: str
    value: float | None = None
    threshold: float | None = None
    pairs: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Everything that was found before a start.

    Attributes:
        key: digest of release, model and recipe; another key means that the findings are out of date.
        model: the base model with its resolved path and revision.
        findings: worst first.
        memory_bytes: estimated peak of the worker, on the device it computes on.
        memory: the same by what takes it, in bytes.
        measured: memory and time rest on two real steps, not on the estimate alone.
        seconds: estimated duration from the start to the end.
    """

    key: str
    model: base_model.BaseModel
    findings: tuple[Finding, ...]
    memory_bytes: int
    seconds: float
    memory: Mapping[str, int] = field(default_factory=dict)
    measured: bool = False

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)

    def raise_for_errors(self, *, but: str = "") -> None:
        """Refuse the start if there is a finding of severity E.

        Args:
            but: id of a finding that does not count.

        Raises:
            PreflightRefused: with the sentences of all of them.
        """
        stopping = [one.message for one in self.errors if one.id != but]
        if stopping:
            raise errors.PreflightRefused(" ".join(stopping))

    def to_dict(self) -> dict[str, Any]:
        return {
            "findings": [one.to_dict() for one in self.findings],
            "memory_bytes": self.memory_bytes,
            "memory": dict(self.memory),
            "measured": self.measured,
            "seconds": self.seconds,
        }
