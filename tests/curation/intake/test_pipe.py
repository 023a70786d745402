"""What one process sends, the other receives, or learns that it was cut off."""

import fcntl
import io
import os
from pathlib import Path

import pyarrow as pa
import pytest

from curation.errors import PairloomError
from curation.intake import pipe


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
