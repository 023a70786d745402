"""Prompts of a benchmark file, to be protected (rule V22): the questions and nothing else."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from curation.errors import InvalidInput
from curation.intake import containers

# What benchmarks call their questions, most telling first: GSM8K, HumanEval, IFEval, MT-Bench, chats …
_COLUMNS = ("question", "prompt", "instruction", "problem", "turns", "messages", "input", "text")


def read(path: Path) -> list[str]:
    """The prompts of a file of rows, in its order; of a conversation every user turn.

    Raises:
        UnreadableSource: no file, or none that holds rows.
        InvalidInput: no column that holds prompts.
    """
    container = containers.recognise(path)
    columns = container.columns()
    name = next((column for column in _COLUMNS if column in columns), None)
    if name is None:
        raise InvalidInput(
            f"{path.name} has no column of prompts. It has {', '.join(columns)}; wanted is one of "
            f"{', '.join(_COLUMNS)}."
        )
    found = [prompt for row in container.rows((name,)) for prompt in _prompts((row.values or {}).get(name))]
    if not found:
        raise InvalidInput(f"The column {name} of {path.name} holds no text. Choose another file.")
    return found


def _prompts(cell: object) -> Iterator[str]:
    if isinstance(cell, str) and cell.strip():
        # A database takes no lone surrogates.
        yield cell.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "")
    elif isinstance(cell, list):
        for turn in cell:
            yield from _prompts(turn)
    elif isinstance(cell, Mapping) and cell.get("role") == "user":
        yield from _prompts(cell.get("content"))
