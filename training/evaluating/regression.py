"""The lead's own prompts, asked of every model: the same ones each time, so that a loss is seen."""

from curation.workspace import Workspace
from training import errors
from training.evaluating import rows
from training.evaluating.rows import Prompt

ORIGIN = "regression"
_NAME = "regression_prompts.txt"


def text(space: Workspace) -> str:
    """What the lead has written down, one prompt a line; "" where nothing."""
    try:
        return (space.home / _NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def keep(space: Workspace, written: str) -> int:
    """Write them down instead of the earlier ones.

    Returns:
        How many there are.

    Raises:
        UnusableRelease: a line is no prompt; the earlier ones stay.
    """
    count = len(rows.parse_prompts(written, origin=ORIGIN))
    beside = space.home / f".{_NAME}"
    beside.write_text(written, encoding="utf-8")
    beside.replace(space.home / _NAME)
    return count


def prompts(space: Workspace) -> list[Prompt]:
    """The set.

    Raises:
        UnusableRelease: none has been written down.
    """
    written = text(space)
    if not written.strip():
        raise errors.UnusableRelease("There is no regression set yet. Write its prompts first, one a line.")
    return rows.parse_prompts(written, origin=ORIGIN)
