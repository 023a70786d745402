"""What makes a folder in `runs/` a merge: the run whose adapter is folded into its base model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

CHECK = "merge.json"  # how well the merged model agrees with base and adapter; merging.agreement writes it


class Kind(StrEnum):
    """Sixteen-bit numbers: bfloat16 has float32's range, float16 finer steps in a small one."""

    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The part of request.json that makes a folder a merge.

    Attributes:
        run: id of the completed run.
        adapter: its folder.
        kind: of the numbers that are written.
    """

    run: str
    adapter: str
    kind: Kind = Kind.BFLOAT16

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def from_dict(content: Mapping[str, Any] | None) -> Merge | None:
    """What request.json says; None where the folder is no merge."""
    return None if content is None else Merge(**{**content, "kind": Kind(content["kind"])})
