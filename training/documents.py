"""JSON documents that are replaced as a whole, so a reader never sees half of one.

Imports only the standard library and the errors: the supervisor process reads this module.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import errors


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Replace `path` atomically; the content is on disk before the name points to it.

    Raises:
        ValueError: a number is not finite, which JSON cannot hold.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    # Two writers (two pages starting at once) must not share the temporary file.
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The document.

    Raises:
        DamagedFile: there is no such file, or it is not one JSON object.
    """
    content = read_or_none(path)
    if content is None:
        raise errors.DamagedFile(f"{path} cannot be read as a JSON object. Restore it from a backup.")
    return content


def read_or_none(path: Path) -> dict[str, Any] | None:
    """The document, or None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # ValueError: neither UTF-8 nor JSON
        return None
    return content if isinstance(content, dict) else None
