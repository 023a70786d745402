"""What the project asks of its annotators. The only writer of the table project, whose rows are versions."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events

MOST_VOTES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The version in effect; version 0 until somebody has changed anything.

    Attributes:
        votes_per_pair: how many people judge each pair, 1 to 25.
        one_more_on_disagreement: ask one more person where those votes have no majority. Two votes and a
            third on disagreement make as few errors as always three, at 2.3 votes a pair (rules.md §3).
    """

    version: int = 0
    name: str = "Pairloom"
    votes_per_pair: int = 1
    one_more_on_disagreement: bool = False


def current(database: Database) -> Project:
    """The version in effect."""
    with database.reading() as cursor:
        return read(cursor)


def read(cursor: duckdb.DuckDBPyConnection) -> Project:
    """The version in effect, on a cursor that is open already."""
    row = cursor.execute(
        """
        SELECT version, name, votes_per_pair, one_more_on_disagreement
        FROM project ORDER BY version DESC LIMIT 1
        """
    ).fetchone()
    if row is None:
        return Project()
    return Project(version=row[0], name=row[1], votes_per_pair=row[2], one_more_on_disagreement=bool(row[3]))


def ask_for(
    database: Database, *, votes_per_pair: int, one_more_on_disagreement: bool, actor: str, now: datetime
) -> Project:
    """Ask for so many votes a pair from now on. Votes that are there stay; asking for less loses none.

    Raises:
        InvalidInput: the number is not between 1 and 25.
    """
    if not 1 <= votes_per_pair <= MOST_VOTES:
        raise InvalidInput(f"Ask for 1 to {MOST_VOTES} votes a pair, not {votes_per_pair}.")
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO project (version, name, votes_per_pair, one_more_on_disagreement, answer_scale,
                                 changed_by, changed)
            SELECT coalesce(max(version), 0) + 1, coalesce(arg_max(name, version), $name), $votes, $more,
                   coalesce(arg_max(answer_scale, version), 'verdict'), $actor, $now
            FROM project
            """,
            {
                "name": Project().name,
                "votes": votes_per_pair,
                "more": one_more_on_disagreement,
                "actor": actor,
                "now": now,
            },
        )
        detail = {"votes": votes_per_pair, "one_more_on_disagreement": one_more_on_disagreement}
        events.record(tx, actor=actor, action="ask for votes", now=now, detail=detail)
        return read(tx)
