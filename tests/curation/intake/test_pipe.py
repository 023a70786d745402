"""What one process sends, the other receives, or learns that it was cut off."""

import fcntl
import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from curation.errors import PairloomError
from curation.intake import pipe, shared


def test_messages_arrive_whole_and_in_turn() -> None:
    wire = io.BytesIO()
    table = pa.table({"text": ["a", None, "漢" * 1000], "empty": pa.array([None] * 3, pa.string())})
    pipe.send({"table": table, "lines": 3}, wire)
    pipe.send(PairloomError("It is damaged."), wire)
    wire.seek(0)
    assert pipe.receive(wire) == {"table": table, "lines": 3}
    assert str(pipe.receive(wire)) == "It is damaged."


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_a_message_cut_off_is_no_message(share: float) -> None:
    wire = io.BytesIO()
    pipe.send(pa.table({"text": ["a" * 1000]}), wire)
    with pytest.raises(EOFError):
        pipe.receive(io.BytesIO(wire.getvalue()[: int(share * len(wire.getvalue()))]))


def test_anything_that_is_no_pipe_stays_as_it_is(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        pipe.widen(file)


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="only Linux tells how much a pipe holds")
def test_a_widened_pipe_takes_half_a_megabyte_before_anybody_reads() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"), os.fdopen(writing, "wb") as end:
        pipe.widen(end)
        os.set_blocking(writing, False)
        assert os.write(writing, b"a" * 512 * 1024) == 512 * 1024


LARGE = pa.table({"text": ["漢" * 400_000, None, "a"], "number": [1, 2, 3]})


@pytest.fixture
def ends() -> Iterator[tuple[shared.Lender, shared.Taker]]:
    if not shared.is_there():
        pytest.skip("this system has no memory that two processes share without a name")
    one, other = socket.socketpair()
    with one, other:
        taker = shared.Taker(other)
        yield shared.Lender(one), taker
        taker.close()


def passed(value: object, ends: tuple[shared.Lender, shared.Taker]) -> tuple[object, int]:
    """The value as it arrives, and how many bytes of it went through the pipe."""
    wire = io.BytesIO()
    pipe.send(value, wire, ends[0])
    wire.seek(0)
    return pipe.receive(wire, ends[1]), len(wire.getvalue())


def test_a_large_message_goes_through_memory_and_a_small_one_through_the_pipe(
    ends: tuple[shared.Lender, shared.Taker],
) -> None:
    found, in_pipe = passed(LARGE, ends)
    assert found == LARGE
    assert in_pipe < 200
    assert passed("small", ends)[0] == "small"


def test_memory_is_written_again_only_when_nobody_reads_it(ends: tuple[shared.Lender, shared.Taker]) -> None:
    tables = [LARGE.append_column("turn", pa.array([turn] * 3)) for turn in range(30)]
    kept = [
        passed(table, ends)[0] for table in tables[:10]
    ]  # more than there are pieces: the rest by the pipe
    for table in tables[10:]:
        assert passed(table, ends)[0] == table
    assert kept == tables[:10]
    kept.clear()
    assert passed(tables[3], ends)[1] < 200


def test_a_larger_message_fits_into_memory_that_was_used_before(
    ends: tuple[shared.Lender, shared.Taker],
) -> None:
    larger = pa.concat_tables([LARGE] * 3)
    for table in (LARGE, larger, LARGE):
        found, in_pipe = passed(table, ends)
        assert found == table
        assert in_pipe < 300


@pytest.mark.skipif(not shared.is_there(), reason="this system has no such memory")
def test_what_was_taken_outlives_the_process_that_wrote_it() -> None:
    one, other = socket.socketpair()
    taker = shared.Taker(other)
    with other:
        with one:
            found, _ = passed(LARGE, (shared.Lender(one), taker))
        taker.close()
        assert found == LARGE
        del found  # gives its piece back to nobody


def test_where_a_sandbox_forbids_such_memory_all_goes_through_the_pipe(
    ends: tuple[shared.Lender, shared.Taker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "memfd_create", lambda _: os.open("/nowhere", os.O_RDONLY))
    found, in_pipe = passed(LARGE, ends)
    assert found == LARGE
    assert in_pipe > 1_000_000
