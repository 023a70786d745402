"""The fingerprint by columns and by rows is one and the same."""

import math

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curation.release import columns, fingerprint

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MESSAGES = st.lists(st.fixed_dictionaries({"role": TEXTS, "content": TEXTS}), max_size=3)
NUMBERS = st.none() | st.floats(allow_nan=False)
ROWS = st.fixed_dictionaries(
    {
        "prompt": MESSAGES,
        "chosen": MESSAGES | st.none(),
        "rejected": MESSAGES,
        "pair_id": TEXTS | st.none(),
        "tier": TEXTS,
        "n_votes": st.integers(-(2**63), 2**63 - 1) | st.none(),
        "agreement": NUMBERS,
        "strength": NUMBERS,
        "p_chosen": NUMBERS,
        "source": TEXTS,
        "origins": st.none() | st.fixed_dictionaries({"chosen": TEXTS | st.none(), "rejected": TEXTS}),
    }
)
ODD = '\x00\x1f\x7f"\\/\b\f\n\r\t\u2028é😀%s'


@settings(deadline=None)
@given(st.lists(ROWS, max_size=4))
@example([])
def test_a_table_has_the_digests_of_its_rows(rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows, schema=columns.PREFERENCE)
    assert fingerprint.of_table(table) == [fingerprint.of_row(row) for row in rows]


def test_a_slice_of_a_table_has_the_digests_of_its_own_rows() -> None:
    rows = [{"a": [{"b": f"{n}{ODD}"}] * n, "%": None if n % 2 else math.pi * n} for n in range(6)]
    table = pa.Table.from_pylist(rows)
    assert fingerprint.of_table(table.slice(2, 3)) == [fingerprint.of_row(row) for row in rows[2:5]]
