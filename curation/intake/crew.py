"""Several processes that read one file: parsing a row costs more than inserting it.

Large JSON lines are cut at line feeds into stretches dealt out in turn, so blocks come back in file order.
Other large files are read by one process of their own. Small ones are read here and now.
"""

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from curation.errors import PairloomError
from curation.intake import blocks, pipe, plain_columns, reading, shared
from curation.intake.blocks import Block
from curation.intake.containers import Container, Kind
from curation.intake.fields import ColumnMapping
from curation.intake.reading import Stretch

_ROOT = Path(__file__).resolve().parents[2]
_HERE_AND_NOW = 64 * 1024 * 1024  # bytes up to which a process costs more than it saves
_ROW_BY_ROW = 1024 * 1024  # bytes up to which nothing is saved by reading rows all at once
_STRETCH = 8 * 1024 * 1024
_MOST = 4  # more readers than one writer can keep busy
ONE_BYTE_FEEDS = ("utf-8", "utf-8-sig")

Job = tuple[Container, ColumnMapping, str, datetime]
Order = tuple[Job, list[Stretch | None]]  # what a reading process is sent


def read(
    container: Container, mapping: ColumnMapping, source_id: str, now: datetime
) -> Generator[Block, None, None]:
    """Every block of a file in its order.

    Raises:
        PairloomError: a reading process ended, or the file is damaged.
    """
    size = container.path.stat().st_size
    stretches: list[Stretch | None] = [None] if size <= _ROW_BY_ROW else _stretches(container, mapping)
    if size <= _HERE_AND_NOW:
        yield from _here((container, mapping, source_id, now), stretches)
        return
    number = max(1, min(_MOST, os.cpu_count() or 1, len(stretches)))
    with ExitStack() as stack:
        readers = []
        for first in range(number):
            readers.append(_Reader((container, mapping, source_id, now), stretches[first::number]))
            stack.callback(readers[-1].close)
        yield from _ahead(blocks.together(_in_turn(readers, len(stretches))))


def _ahead(found: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, each fetched while the one before it is stored."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        waiting = beside.submit(next, found, None)
        while (block := waiting.result()) is not None:
            waiting = beside.submit(next, found, None)
            yield block


def _here(job: Job, stretches: list[Stretch | None]) -> Iterator[Block]:
    lines = 0
    for stretch in stretches:
        for block in reading.of(*job, stretch):
            moved = block.moved(lines)
            yield moved
        lines = moved.lines


def _in_turn(readers: list["_Reader"], stretches: int) -> Iterator[Block]:
    lines = 0
    for number in range(stretches):
        reader, ends = readers[number % len(readers)], False
        while not ends:
            block = reader.next().moved(lines)
            ends = block.ends
            yield block
        lines = block.lines


def in_stretches(container: Container, mapping: ColumnMapping) -> bool:
    """Whether the file can be read otherwise than row by row."""
    if container.kind is Kind.JSON_LINES:
        return container.encoding in ONE_BYTE_FEEDS
    known = container.kind is Kind.TABLE and container.encoding in ONE_BYTE_FEEDS
    return (known or not container.kind.is_text) and plain_columns.can_read(mapping)


def _stretches(container: Container, mapping: ColumnMapping) -> list[Stretch | None]:
    size = container.path.stat().st_size
    if not in_stretches(container, mapping):
        return [None]
    if (
        container.kind is not Kind.JSON_LINES
    ):  # one process: a row's line is known when all before it are read
        return [(0, size)]
    cuts = [0]
    with container.path.open("rb") as file:
        while cuts[-1] + _STRETCH < size:
            cuts.append(_after_feed(file, cuts[-1] + _STRETCH, size))
    bounds = [*dict.fromkeys(cuts), size] if cuts[-1] < size else list(dict.fromkeys(cuts))
    return list(itertools.pairwise(bounds))


def _after_feed(file: BinaryIO, start: int, size: int) -> int:
    """The first place from `start` on at which a line begins; `size` where none does."""
    file.seek(start)
    place = start
    while chunk := file.read(1024 * 1024):
        found = chunk.find(b"\n")
        if found >= 0:
            return int(place + found + 1)
        place += len(chunk)
    return size


class _Reader:
    """A process that reads its stretches one after the other and sends their blocks."""

    def __init__(self, job: Job, stretches: list[Stretch | None]) -> None:
        self._side, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "curation.intake.crew_worker", str(theirs.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # numpy's threads would only spin: a reader multiplies no matrices
                env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                process_group=0,  # a Ctrl-C is for us; a reader ends when nobody listens
            )
        self._taker = shared.Taker(self._side) if shared.is_there() else None
        pipe.widen(self._pipe(self._process.stdout))
        pipe.send((job, stretches), self._pipe(self._process.stdin))
        self._pipe(self._process.stdin).close()

    def next(self) -> Block:
        """The next block; raises what the process met with."""
        try:
            found = pipe.receive(self._pipe(self._process.stdout), self._taker)
        except EOFError as error:
            raise PairloomError(
                f"A process that reads the file has ended ({self._process.wait()}), perhaps for want of "
                "memory. Nothing was imported; import it again."
            ) from error
        if isinstance(found, PairloomError):
            raise found
        if not isinstance(found, Block):
            raise TypeError(f"a reader sent {type(found)}")
        return found

    def close(self) -> None:
        self._process.kill()  # it holds nothing that could be lost
        self._process.wait()
        self._pipe(self._process.stdout).close()
        self._side.close()
        if self._taker is not None:
            self._taker.close()

    @staticmethod
    def _pipe(found: IO[bytes] | None) -> IO[bytes]:
        if found is None:
            raise TypeError("the process was started without a pipe")
        return found
