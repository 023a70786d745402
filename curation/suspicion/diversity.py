"""How different the prompts are: near-duplicate clusters, sources and languages, and the pairs of each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from curation.database import Database

SURE = 0.6  # confidence below which a language is not named (as rule V26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pairs that have something in common.

    Attributes:
        key: what Browse is asked for.
        words: what a person reads: a prompt, the place of a source, a language code.
    """

    key: str
    words: str
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """What a look has found.

    Attributes:
        pairs: different contents.
        clusters: of prompts that are the same or nearly so.
        effective: number of equally large clusters that would be as diverse, in [1, clusters].
        largest: clusters of several pairs, the biggest first.
        sources, languages: all of them, the biggest first.
        tenth: share of the pairs that the largest tenth of the clusters holds, in (0, 1].
        measured: naive UTC.
    """

    pairs: int
    clusters: int
    effective: float
    tenth: float
    largest: tuple[Group, ...]
    sources: tuple[Group, ...]
    languages: tuple[Group, ...]
    measured: datetime


def effective_number(sizes: Sequence[int]) -> float | None:
    """exp of the entropy of the shares: how many equally large groups are as diverse; None without one.

    The Vendi score of a similarity that is 1 within a group and 0 between groups.

    Args:
        sizes: pairs of each group, 1 or more.

    Source: Hill (1973), order 1; Friedman and Dieng (2023), The Vendi Score, arXiv 2210.02410.
    """
    total = sum(sizes)
    return math.exp(-sum(size / total * math.log(size / total) for size in sizes)) if total else None


def gathered(cursor: duckdb.DuckDBPyConnection) -> pa.Table:
    """Cluster and language of every candidate of a snapshot on which clusters are built."""
    return cursor.sql(
        """
        SELECT c.pair_id, c.cluster,
               CASE WHEN f.sure_prompt >= $sure THEN f.language_prompt ELSE '' END AS language
        FROM cluster AS c JOIN fact AS f ON f.pair_id = c.pair_id ORDER BY c.pair_id
        """,
        params={"sure": SURE},
    ).to_arrow_table()


def keep(database: Database, groups: pa.Table, now: datetime) -> None:  # noqa: ARG001
    """Put them in the place of what an earlier look found; DuckDB finds `groups` by its name."""
    with database.writing() as tx:
        tx.execute("DELETE FROM prompt_group")
        tx.execute(
            "INSERT INTO prompt_group (pair_id, cluster, language, measured)"
            " SELECT pair_id, cluster, language, $now FROM groups",
            {"now": now},
        )


def latest(database: Database, largest: int = 15) -> Diversity | None:
    """What the last look found; None where nobody has looked, or there was nothing.

    Args:
        largest: how many clusters to name.
    """
    with database.reading() as cursor:
        sizes = [
            int(size)
            for (size,) in cursor.execute(
                "SELECT count(*) FROM prompt_group GROUP BY cluster ORDER BY count(*) DESC"
            ).fetchall()
        ]
        effective = effective_number(sizes)
        if effective is None:
            return None
        (measured,) = cursor.execute("SELECT max(measured) FROM prompt_group").fetchone() or (None,)
        return Diversity(
            pairs=sum(sizes),
            clusters=len(sizes),
            effective=effective,
            tenth=sum(sizes[: -(-len(sizes) // 10)]) / sum(sizes),
            largest=_largest(cursor, largest),
            sources=_sources(cursor),
            languages=_languages(cursor),
            measured=measured,
        )


def _largest(cursor: duckdb.DuckDBPyConnection, limit: int) -> tuple[Group, ...]:
    rows = cursor.execute(
        """
        WITH big AS (
            SELECT cluster, count(*) AS pairs, min(pair_id) AS example FROM prompt_group
            GROUP BY cluster HAVING count(*) > 1 ORDER BY count(*) DESC, cluster LIMIT $limit
        )
        SELECT b.cluster, p.prompt, b.pairs FROM big AS b JOIN pair AS p ON p.id = b.example
        ORDER BY b.pairs DESC, b.cluster
        """,
        {"limit": limit},
    ).fetchall()
    return _groups(rows)


def _sources(cursor: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    rows = cursor.execute(
        """
        SELECT p.source_id, coalesce(any_value(s.location), p.source_id), count(*)
        FROM prompt_group AS g JOIN pair AS p ON p.id = g.pair_id LEFT JOIN source AS s ON s.id = p.source_id
        GROUP BY p.source_id ORDER BY count(*) DESC, p.source_id
        """
    ).fetchall()
    return _groups(rows)


def _languages(cursor: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    rows = cursor.execute(
        "SELECT language, language, count(*) FROM prompt_group GROUP BY language"
        " ORDER BY count(*) DESC, language"
    ).fetchall()
    return _groups(rows)


def _groups(rows: Sequence[tuple[str, str, int]]) -> tuple[Group, ...]:
    return tuple(Group(key=key, words=words, pairs=int(pairs)) for key, words, pairs in rows)
