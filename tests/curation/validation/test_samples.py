"""The first rows in a random order, found without sorting all of them."""

import duckdb
import pytest

from curation.validation import samples

_LAST = 2**63 - 1


@pytest.mark.parametrize(
    "shuffles",
    [
        [7, 5, 6],
        [_LAST - number for number in range(4000)],
        [number * _LAST // 4000 for number in range(4000)],
    ],
    ids=["fewer than wanted", "all of them late", "even"],
)
def test_a_sample_is_the_first_rows_however_their_places_fall(shuffles: list[int]) -> None:
    with duckdb.connect() as cursor:
        cursor.execute("CREATE TABLE releasable (pair_id VARCHAR, winner VARCHAR, shuffle BIGINT)")
        cursor.execute(
            "INSERT INTO releasable SELECT 'pair ' || unnest($places), 'answer_1', unnest($places)",
            {"places": shuffles},
        )
        samples.take(cursor, 10)
        found = cursor.execute("SELECT pair_id FROM sampled").fetchall()
    assert {name for (name,) in found} == {f"pair {place}" for place in sorted(shuffles)[:10]}
