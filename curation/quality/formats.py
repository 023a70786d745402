"""Which outward signs winners carry more often than losers: lists, bold, links and so on (rule V16)."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from curation.database import Database
from curation.quality import ballots

# rules.md §2, V16; the number of votes is that of V12. (choice)
TELLING = 0.15
ENOUGH = 50
# Votes looked at, in the queue's random order: a share of 20,000 is within 0.7 points, and texts are large.
SAMPLE = 20_000

# RE2. A sign, and what a text that carries it matches.
SIGNS: Mapping[str, str] = {
    "list": r"(?m)^\s*([-*•]|\d+[.)])\s+\S",
    "bold": r"\*\*\S|__\S",
    "link": r"https?://|\]\(",
    "code": r"`[^`]+`",
    "emoji": r"[\x{2600}-\x{27BF}\x{1F300}-\x{1FAFF}]",
    "exclamation mark": r"!",
    "eager opening": r"(?i)^\s*(sure|certainly|of course|absolutely|great question|happy to)\b",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How often winners and losers of the same preferences carry a sign.

    Attributes:
        n: preferences looked at.
        winners, losers: of these, how many winners and how many losers carry it.
    """

    name: str
    n: int
    winners: int
    losers: int

    @property
    def difference(self) -> float | None:
        """Share of winners less share of losers, in [-1, 1]; None without a preference."""
        return (self.winners - self.losers) / self.n if self.n else None

    @property
    def is_telling(self) -> bool:
        """The sign goes far in saying which answer wins."""
        return self.n >= ENOUGH and abs(self.winners - self.losers) >= TELLING * self.n


def measured(database: Database) -> tuple[Sign, ...]:
    """Every sign, in the order of SIGNS; one that occurs nowhere is there with zeros."""
    with ballots.gathered(database) as cursor:
        contrast(cursor)
        return counted(cursor)


def by_person(database: Database) -> Mapping[str, tuple[Sign, ...]]:
    """The same for everybody who has preferred an answer, by pseudonym."""
    with ballots.gathered(database) as cursor:
        contrast(cursor)
        people = [
            who for (who,) in cursor.execute("SELECT DISTINCT who FROM contrast ORDER BY who").fetchall()
        ]
        signs = {name: _carried_by(cursor, pattern) for name, pattern in SIGNS.items()}
    return {
        who: tuple(
            Sign(name=name, n=carried[who][0], winners=carried[who][1], losers=carried[who][2])
            for name, carried in signs.items()
        )
        for who in people
    }


def contrast(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make a table `contrast` (pair_id, who, won, lost) of the preferences that are looked at."""
    cursor.execute(
        """
        CREATE TEMP TABLE contrast AS
        SELECT b.pair_id, b.annotator_id AS who,
               CASE b.winner WHEN 'answer_1' THEN p.answer_1 ELSE p.answer_2 END AS won,
               CASE b.winner WHEN 'answer_1' THEN p.answer_2 ELSE p.answer_1 END AS lost
        FROM ballot AS b JOIN pair AS p ON p.id = b.pair_id
        WHERE b.winner IN ('answer_1', 'answer_2')
        ORDER BY p.shuffle, b.annotator_id LIMIT $sample
        """,
        {"sample": SAMPLE},
    )


def counted(cursor: duckdb.DuckDBPyConnection) -> tuple[Sign, ...]:
    """The same over a table `contrast` of texts (won, lost) that is there already."""
    found = {
        name: cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE regexp_matches(won, $pattern)),
                   count(*) FILTER (WHERE regexp_matches(lost, $pattern))
            FROM contrast
            """,
            {"pattern": pattern},
        ).fetchone()
        or (0, 0, 0)
        for name, pattern in SIGNS.items()
    }
    return tuple(Sign(name=name, n=n, winners=won, losers=lost) for name, (n, won, lost) in found.items())


def _carried_by(cursor: duckdb.DuckDBPyConnection, pattern: str) -> dict[str, tuple[int, int, int]]:
    rows = cursor.execute(
        """
        SELECT who, count(*), count(*) FILTER (WHERE regexp_matches(won, $pattern)),
               count(*) FILTER (WHERE regexp_matches(lost, $pattern))
        FROM contrast GROUP BY who
        """,
        {"pattern": pattern},
    ).fetchall()
    return {who: (n, won, lost) for who, n, won, lost in rows}
