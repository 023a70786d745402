"""Memory that two processes of ours both see: what one has written, the other reads where it lies.

A few pieces of it (files without a name, gone with their last user) go round: a socket beside the pipes
carries each over once, and its number back whenever nobody reads it any more. New memory for each message
cost as much as a copy through a pipe. Linux only: elsewhere `is_there` says no, and all takes the pipe.
"""

import mmap
import os
import socket
from collections.abc import Sequence
from contextlib import suppress

import pyarrow as pa

_PIECES = 14  # of a writer: so far it may be ahead while the other end is busy
_WORTH = 1024 * 1024  # bytes below which a pipe is as good
_GRAIN = 64  # bytes: where Arrow likes its buffers to begin


def is_there() -> bool:
    """Whether this system has memory of this kind."""
    return hasattr(os, "memfd_create") and hasattr(socket, "send_fds")


class Lender:
    """The end that writes."""

    def __init__(self, side: socket.socket) -> None:
        self._side = side
        self._pieces: list[int] = []
        self._free: list[int] = []

    def lend(self, parts: Sequence[memoryview]) -> int | None:
        """Hand over a copy of these bytes.

        Returns:
            The number of their piece; None where they are few, or the other end still reads all pieces.
        """
        starts = _starts([part.nbytes for part in parts])
        number = self._a_free_one() if starts[-1] >= _WORTH else None
        if number is None:
            return None
        file = self._pieces[number]
        if os.fstat(file).st_size < starts[-1]:
            os.ftruncate(file, starts[-1])
        for part, start in zip(parts, starts, strict=False):
            _write(file, part, start)
        return number

    def _a_free_one(self) -> int | None:
        with suppress(BlockingIOError):
            self._free += self._side.recv(_PIECES, socket.MSG_DONTWAIT)
        if self._free:
            return self._free.pop()
        if len(self._pieces) == _PIECES:
            return None
        try:
            self._pieces.append(os.memfd_create("pairloom"))
        except OSError:  # too many open files, or a sandbox forbids it
            return None
        socket.send_fds(self._side, [b"."], self._pieces[-1:])
        return len(self._pieces) - 1


class Taker:
    """The end that reads."""

    def __init__(self, side: socket.socket) -> None:
        self._side = side
        self._pieces: list[int] = []
        self._maps: dict[int, pa.Buffer] = {}

    def take(self, number: int, sizes: Sequence[int]) -> list[pa.Buffer]:
        """The bytes lent in this piece, in parts of these sizes; it is free again when nobody holds one.

        Raises:
            EOFError: the other end is gone.
        """
        starts = _starts(sizes)
        whole = self._mapped(number, starts[-1])
        loan = _Loan(self._side, number, whole)
        return [
            pa.foreign_buffer(whole.address + start, size, loan)
            for start, size in zip(starts, sizes, strict=False)
        ]

    def close(self) -> None:
        """Let go of the files; what was taken stays readable."""
        for file in self._pieces:
            os.close(file)
        self._pieces.clear()

    def _mapped(self, number: int, size: int) -> pa.Buffer:
        if number == len(self._pieces):
            _, files, _, _ = socket.recv_fds(self._side, 1, 1)
            if not files:
                raise EOFError
            self._pieces += files
        if number not in self._maps or self._maps[number].size < size:
            length = os.fstat(self._pieces[number]).st_size
            self._maps[number] = pa.py_buffer(mmap.mmap(self._pieces[number], length, prot=mmap.PROT_READ))
        return self._maps[number]


class _Loan:
    """Says at its end that its piece may be written again; Arrow's buffers hold it."""

    __slots__ = ("_number", "_side", "_whole")

    def __init__(self, side: socket.socket, number: int, whole: pa.Buffer) -> None:
        self._side, self._number, self._whole = side, number, whole

    def __del__(self) -> None:
        with suppress(OSError):  # the other end may have ended
            self._side.send(bytes([self._number]))


def _starts(sizes: Sequence[int]) -> list[int]:
    """Where each part begins, and at last where all end."""
    starts = [0]
    for size in sizes:
        starts.append(-(-(starts[-1] + size) // _GRAIN) * _GRAIN)
    return starts


def _write(file: int, part: memoryview, start: int) -> None:
    while part.nbytes:
        written = os.pwrite(file, part, start)
        part, start = part[written:], start + written
