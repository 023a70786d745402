"""What a validation has found out that the next one need not: V13's classifier, and near prompts (V08).

Both are functions of what was looked at, whose hash stands beside them, so that keeping them changes no
finding. During a validation they stand in the temporary tables `learnt` and `learnt_link`; when it is over
they are kept in the workspace.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from curation.database import Database

TABLES = """
CREATE TEMP TABLE learnt (looked_at VARCHAR, pairs BIGINT, separated BIGINT);
CREATE TEMP TABLE learnt_link (looked_at VARCHAR, one VARCHAR, other VARCHAR);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Rows for the tables source_leak and near_link."""

    separated: list[tuple[str, int, int]]
    links: pa.Table


def taken(cursor: duckdb.DuckDBPyConnection) -> Learnt:
    """Read it, and empty the tables."""
    found = Learnt(
        separated=cursor.execute("SELECT looked_at, pairs, separated FROM learnt").fetchall(),
        links=cursor.sql("SELECT looked_at, one, other FROM learnt_link").to_arrow_table(),
    )
    cursor.execute("DELETE FROM learnt; DELETE FROM learnt_link")
    return found


def remember(db: Database, found: Learnt) -> None:
    """Keep it."""
    for looked_at, pairs, separated in found.separated:
        _keep(db, looked_at, pairs, separated)
    if found.links.num_rows:
        _keep_links(db, found.links)


def _keep(db: Database, looked_at: str, pairs: int, separated: int) -> None:
    with db.writing() as tx:
        tx.execute(
            "INSERT OR IGNORE INTO source_leak (looked_at, pairs, separated)"
            " VALUES ($looked_at, $pairs, $separated)",
            {"looked_at": looked_at, "pairs": pairs, "separated": separated},
        )


def _keep_links(db: Database, links: pa.Table) -> None:  # noqa: ARG001 - DuckDB finds it by name
    with db.writing() as tx:
        tx.execute("DELETE FROM near_link")
        tx.execute("INSERT INTO near_link BY NAME SELECT * FROM links")
