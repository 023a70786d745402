"""What a command shows on a terminal: a progress bar while it works, its result in words at the end."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tqdm import tqdm

# Called with what is done and what there is to do, in any one unit (bytes, rows); both ≥ 0.
Progress = Callable[[int, int], None]


@contextmanager
def bar(words: str) -> Iterator[Progress]:
    """A progress bar on stderr, silent where stderr is not a terminal.

    Args:
        words: what is being done, such as "import".
    """
    with tqdm(desc=words, file=sys.stderr, disable=not sys.stderr.isatty(), unit_scale=True) as meter:

        def show(done: int, total: int) -> None:
            meter.total = total
            meter.update(done - meter.n)

        yield show


def in_words(result: Mapping[str, object]) -> str:
    """The JSON object of a command as lines for a person: `key: value`, lists one entry a line."""
    return "\n".join(line for key, value in result.items() for line in _lines(key, value))


def _lines(key: str, value: object) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{key}: {value}"
        return
    yield f"{key}: {len(value)}"
    for entry in value:
        yield "  " + (_entry(entry) if isinstance(entry, Mapping) else str(entry))


def _entry(entry: Mapping[str, object]) -> str:
    return " · ".join(f"{key} {value}" for key, value in entry.items())
