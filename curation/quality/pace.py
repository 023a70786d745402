"""How long people take. For noticing who cannot have read the answers; never for ranking anybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from curation.database import Database
from curation.quality import ballots

# Seconds at which a bar of the picture begins; the last has no end.
EDGES = (0.0, 1.5, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds a vote took one person: a quarter of the timed votes took less, half, three quarters did."""

    timed: int
    quarter: float
    median: float
    three_quarters: float


def by_person(database: Database) -> Mapping[str, Pace]:
    """Everybody whose votes were timed, by pseudonym."""
    with ballots.gathered(database) as cursor:
        rows = cursor.execute(
            """
            SELECT annotator_id, count(seconds), quantile_cont(seconds, [0.25, 0.5, 0.75])
            FROM ballot WHERE seconds IS NOT NULL GROUP BY annotator_id ORDER BY annotator_id
            """
        ).fetchall()
    return {
        row[0]: Pace(timed=row[1], quarter=row[2][0], median=row[2][1], three_quarters=row[2][2])
        for row in rows
    }


def of_team(database: Database) -> tuple[int, ...]:
    """How many timed votes fall into each stretch of EDGES, over everybody."""
    with ballots.gathered(database) as cursor:
        rows = cursor.execute(
            """
            SELECT len(list_filter($edges::DOUBLE[], lambda edge: edge <= seconds)) AS stretch, count(*)
            FROM ballot WHERE seconds IS NOT NULL GROUP BY stretch
            """,
            {"edges": list(EDGES)},
        ).fetchall()
    counts = {int(stretch): int(number) for stretch, number in rows}
    return tuple(counts.get(stretch, 0) for stretch in range(1, len(EDGES) + 1))
