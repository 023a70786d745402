"""Values from one process of ours to another, their tables without a copy in between.

A message is a pickle with its buffers behind it. First come numbers of eight bytes: how many parts, their
sizes, and the piece of shared memory that holds them (0: they follow in the pipe). Both ends are ours:
nothing from outside is ever unpickled.
"""

import fcntl
import pickle
from contextlib import suppress
from typing import IO

import pyarrow as pa

from curation.intake.shared import Lender, Taker

_SIZE = 8
_ROOM = (
    1024 * 1024
)  # the most that Linux gives without a privilege; 64 kB wake the other end 16 times as often


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold more, where the system can; whoever writes then goes on working sooner."""
    with suppress(OSError, AttributeError):  # not Linux, or the user's pipes hold too much already
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)


def send(value: object, to: IO[bytes], lender: Lender | None = None) -> None:
    """Write one message and flush it; a `lender` takes its bytes where it can, for its `Taker`.

    Raises:
        BrokenPipeError: nobody listens.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    lent = None if lender is None else lender.lend(parts)
    numbers = (len(parts), *(part.nbytes for part in parts), 0 if lent is None else lent + 1)
    to.write(b"".join(_written(number) for number in numbers))
    for part in parts if lent is None else []:
        to.write(part)
    to.flush()


def receive(source: IO[bytes], taker: Taker | None = None) -> object:
    """The next message.

    Raises:
        EOFError: the other end has closed, or was cut off within a message.
    """
    number = _read_number(source)
    sizes = [_read_number(source) for _ in range(number)]
    lent = _read_number(source)
    if lent and taker is not None:
        head, *buffers = taker.take(lent - 1, sizes)
    else:
        head, *buffers = [_exactly(source, size) for size in sizes]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - written by our process


def _written(number: int) -> bytes:
    return number.to_bytes(_SIZE, "little")


def _read_number(source: IO[bytes]) -> int:
    return int.from_bytes(memoryview(_exactly(source, _SIZE)), "little")


def _exactly(source: IO[bytes], size: int) -> pa.Buffer:
    buffer = pa.allocate_buffer(size)
    if source.readinto(memoryview(buffer)) != size:  # type: ignore[attr-defined]
        raise EOFError
    return buffer
