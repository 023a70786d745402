"""What a validation excludes, read from its snapshot."""

from collections.abc import Callable

import pytest

from curation.database import Database
from curation.model import Pair
from curation.validation import runner, snapshot
from curation.validation.policy import Policy


@pytest.fixture
def reasons(db: Database) -> Callable[[Pair], str]:
    """All reasons for which a pair stays out, joined."""

    def of(pair: Pair) -> str:
        with snapshot.opened(db) as cursor:
            runner.run(cursor, Policy())
            rows = cursor.execute(
                "SELECT rule || ': ' || reason FROM exclusion WHERE pair_id = $id ORDER BY 1", {"id": pair.id}
            ).fetchall()
        return "; ".join(row[0] for row in rows)

    return of
