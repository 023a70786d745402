"""The model that a run starts from: the demo model, a folder, or a name on the Hub."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from curation import text
from training import errors

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")


class ModelKind(StrEnum):
    """Where a base model comes from."""

    DEMO = "demo"
    PATH = "path"
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """A base model as request.json names it.

    Attributes:
        name: what a reader sees: "demo", the folder's name, or the Hub's name.
        path: the folder on this machine; "" where the worker finds or makes it.
        revision: commit of the Hub's repository; "" where it is not resolved or does not apply.
    """

    kind: ModelKind
    name: str
    path: str = ""
    revision: str = ""

    @property
    def label(self) -> str:
        """A name that tells this model from others; two folders of one name differ by their place."""
        mark = self.revision or (text.digest([self.path], size=3) if self.path else "")
        return f"{self.name}@{mark}" if mark else self.name

    def to_dict(self) -> dict[str, str]:
        return {"kind": self.kind.value, "name": self.name, "path": self.path, "revision": self.revision}


def from_dict(content: dict[str, Any]) -> BaseModel:
    """The inverse of BaseModel.to_dict."""
    return BaseModel(
        kind=ModelKind(content["kind"]),
        name=content["name"],
        path=content.get("path") or "",
        revision=content.get("revision") or "",
    )


def parse(typed: str) -> BaseModel:
    """What somebody typed: `demo`, a folder, `hub:NAME` or the Hub's `owner/name`, also with @revision.

    Raises:
        ModelMissing: it is none of these.
    """
    typed = typed.strip()
    if typed == "demo":
        return BaseModel(kind=ModelKind.DEMO, name="demo")
    if typed.startswith("hub:"):
        return _on_hub(typed.removeprefix("hub:"))
    folder = Path(typed).expanduser()
    if typed and folder.is_dir():
        return BaseModel(kind=ModelKind.PATH, name=folder.resolve().name, path=str(folder.resolve()))
    if _HUB_NAME.fullmatch(typed) and not typed.startswith("."):
        return _on_hub(typed)
    raise errors.ModelMissing(
        f"There is no model folder {typed!r}. Give demo, a folder, or a Hub name such as owner/name."
    )


def _on_hub(typed: str) -> BaseModel:
    name, _, revision = typed.partition("@")
    if not name.strip():
        raise errors.ModelMissing("The Hub name of the model is empty. Write it as hub:owner/name.")
    return BaseModel(kind=ModelKind.HUB, name=name.strip(), revision=revision.strip())
