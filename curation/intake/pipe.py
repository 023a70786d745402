"""Values from one process of ours to another, their tables without a copy in between.

A message is a pickle with its buffers behind it: sizes first, eight bytes each, then the bytes. Both ends are
ours: nothing from outside is ever unpickled.
"""

import fcntl
import pickle
from contextlib import suppress
from typing import IO

import pyarrow as pa

_SIZE = 8
_ROOM = (
    1024 * 1024
)  # the most that Linux gives without a privilege; 64 kB wake the other end 16 times as often


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold more, where the system can; whoever writes then goes on working sooner."""
    with suppress(OSError, AttributeError):  # not Linux, or the user's pipes hold too much already
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)


def send(value: object, to: IO[bytes]) -> None:
    """Write one message and flush it."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    to.write(b"".join(_written(number) for number in (len(parts), *(part.nbytes for part in parts))))
    for part in parts:
        to.write(part)
    to.flush()


def receive(source: IO[bytes]) -> object:
    """The next message.

    Raises:
        EOFError: the other end has closed, or was cut off within a message.
    """
    number = _read_number(source)
    head, *buffers = [_exactly(source, size) for size in [_read_number(source) for _ in range(number)]]
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
