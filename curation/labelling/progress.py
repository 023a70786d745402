"""How far a person and the project are. Only reads."""

from dataclasses import dataclass
from datetime import datetime

from curation.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of pairs; a skip is no decision.

    Attributes:
        today, mine: pairs this person has decided since the start of their day, and ever.
        skipped: pairs this person has skipped and not decided.
        decided: pairs that have all the votes the project asks for.
        pairs: all pairs of the project.
        votes_per_pair: how many votes the project asks for.
    """

    today: int
    mine: int
    skipped: int
    decided: int
    pairs: int
    votes_per_pair: int


def of(database: Database, annotator_id: str, *, day_start: datetime) -> Progress:
    """This person's counts and the project's.

    Args:
        day_start: naive UTC; when the person's day began, which is theirs to say.
    """
    with database.reading() as cursor:
        today, mine, skipped = cursor.execute(
            """
            WITH latest AS (
                SELECT pair_id, bool_or(verdict <> 'skip') AS decided,
                       max(server_time) FILTER (WHERE verdict <> 'skip') AS newest
                FROM decision AS d
                WHERE annotator_id = $annotator_id AND verdict IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM decision AS later WHERE later.supersedes = d.id)
                GROUP BY pair_id
            )
            SELECT count(*) FILTER (WHERE decided AND newest >= $day_start),
                   count(*) FILTER (WHERE decided), count(*) FILTER (WHERE NOT decided)
            FROM latest
            """,
            {"annotator_id": annotator_id, "day_start": day_start},
        ).fetchone() or (0, 0, 0)
        decided, pairs, wanted = cursor.execute(
            """
            WITH wanted AS (
                SELECT coalesce(
                    (SELECT votes_per_pair FROM project ORDER BY version DESC LIMIT 1), 1) AS votes
            )
            SELECT (SELECT count(*) FROM tally WHERE votes >= (SELECT votes FROM wanted)),
                   (SELECT count(*) FROM pair), (SELECT votes FROM wanted)
            """
        ).fetchone() or (0, 0, 1)
    return Progress(
        today=today, mine=mine, skipped=skipped, decided=decided, pairs=pairs, votes_per_pair=wanted
    )
