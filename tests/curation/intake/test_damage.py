"""Whatever bytes a file holds: rows, refusals or one sentence, never a crash and never a made-up row."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.errors import PairloomError
from curation.intake import blocks, containers, ingest
from curation.intake.sources import Refusal
from curation.model import Pair, Verdict

ROWS = [
    {"question": f'q{number}\n, "é"', "chosen": f"a[{number}]", "rejected": f' b"{number}'}
    for number in range(8)
]


def json_lines() -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


def json_list() -> bytes:
    return json.dumps(ROWS, indent=1).encode("utf-16")


def table() -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, ROWS[0].keys())
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue().encode()


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return sink.getvalue()


WHOLE = {"JSON lines": json_lines(), "JSON list": json_list(), "CSV": table(), "Parquet": parquet()}
DAMAGE = st.tuples(
    st.floats(0, 1), st.integers(0, 3), st.binary(max_size=2) | st.sampled_from([b'"', b"\n", b"]", b","])
)


def damaged(content: bytes, where: float, length: int, put: bytes) -> bytes:
    """`length` bytes at the share `where` replaced by `put`."""
    start = int(where * len(content))
    return content[:start] + put + content[start + length :]


def texts(pair: Pair) -> tuple[str, str, str]:
    answers = (pair.answer_1, pair.answer_2)
    return (pair.prompt, *(answers if pair.prior_winner is Verdict.ANSWER_1 else reversed(answers)))


@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE)
def test_one_damage_spoils_the_rows_it_touches_and_no_others(
    kind: str, tmp_path: Path, damage: tuple[float, int, bytes]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(damaged(WHOLE[kind], *damage))
    try:
        container = containers.recognise(path)
        mapping = ingest.mapping_of(container, "file", None)
        found = [each for row in container.rows() for each in blocks.read(row, mapping, "s")]
    except PairloomError:
        return  # one sentence for the file
    true = {(row["question"], row["chosen"], row["rejected"]) for row in ROWS}
    strange = [each for each in found if isinstance(each, Pair) and texts(each) not in true]
    # Three neighbouring bytes touch two rows at most; Parquet shares bytes between rows.
    assert len(strange) <= (len(ROWS) if kind == "Parquet" else 2)
    for refusal in found:
        if isinstance(refusal, Refusal):
            assert refusal.reason
            assert len(refusal.excerpt) <= 200


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_arbitrary_bytes_are_no_pairs(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(PairloomError):
        ingest.mapping_of(containers.recognise(path), "file", None)
