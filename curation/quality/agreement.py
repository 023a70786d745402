"""How far people agree: every figure of one moment. The arithmetic is in coefficients."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import duckdb
import numpy as np

from curation.database import Database
from curation.model import Verdict
from curation.quality import ballots, coefficients, tallies
from curation.quality.coefficients import Counts, Patterns, Scale

# Labels in the order of a row of counts; ties and "both bad" are labels like the others.
LABELS = (Verdict.ANSWER_1, Verdict.ANSWER_2, Verdict.TIE, Verdict.BOTH_BAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two annotators and the pairs both judged.

    Attributes:
        confusion: pairs by (verdict of one, verdict of other); combinations that occur.
        kappa: Cohen's, None where undefined.
    """

    one: str
    other: str
    pairs: int
    kappa: float | None
    confusion: Mapping[tuple[Verdict, Verdict], int]

    @property
    def turned(self) -> "Couple":
        """The same, told from the other's side."""
        turned = {(other, one): pairs for (one, other), pairs in self.confusion.items()}
        return replace(self, one=self.other, other=self.one, confusion=turned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the blind votes of a workspace say about each other. Shares in [0, 1]; None: undefined.

    Attributes:
        pairs, votes: pairs with at least one vote, and their votes; a skip is no vote.
        overlaps: pairs that two or more people judged.
        raw, raw_decisive: chance that two people agree about a pair; decisive counts preferences only.
        alpha, alpha_interval: Krippendorff's, nominal, with its 95 % interval.
        strength_alpha, strength_interval: ordinal, on the scale -3 … +3 where strength was asked.
        majority: pairs by the verdict that more than half of their votes gave; None where there is none.
        implied_error: chance that one label is wrong, from raw_decisive.
    """

    pairs: int
    votes: int
    overlaps: int
    raw: float | None
    raw_decisive: float | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    strength_alpha: float | None
    strength_interval: tuple[float, float] | None
    ac1: float | None
    fleiss: float | None
    couples: tuple[Couple, ...]
    majority: Mapping[Verdict | None, int]
    implied_error: float | None

    def couples_of(self, annotator_id: str) -> tuple[Couple, ...]:
        """Everybody who judged a pair with this person, told from this person's side."""
        own = tuple(couple for couple in self.couples if couple.one == annotator_id)
        return own + tuple(couple.turned for couple in self.couples if couple.other == annotator_id)


class Slice(StrEnum):
    """What agreement is looked at by."""

    SOURCE = "source"
    WEEK = "week"
    GUIDELINES = "guidelines"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Agreement within one source, week (its Monday) or guideline version, or on the pairs of one person.

    Attributes:
        alpha_interval: the 95 % interval of alpha; None where undefined.
    """

    name: str
    pairs: int
    votes: int
    overlaps: int
    raw: float | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None


def measured(database: Database, *, seed: int = 0) -> Agreement:
    """Every figure of agreement, of one moment.

    Args:
        seed: of the bootstrap, so that the same votes give the same interval.
    """
    with ballots.gathered(database) as cursor:
        patterns = verdict_patterns(cursor)
        strengths = _strengths(cursor)
        couples = _couples(cursor)
    decisive = coefficients.raw_agreement(patterns.only(0, 1))
    return Agreement(
        pairs=int(patterns.pairs.sum()),
        votes=int(patterns.people @ patterns.pairs),
        overlaps=int(patterns.shared.pairs.sum()),
        raw=coefficients.raw_agreement(patterns),
        raw_decisive=decisive,
        alpha=coefficients.krippendorff_alpha(patterns),
        alpha_interval=coefficients.alpha_interval(patterns, seed=seed),
        strength_alpha=coefficients.krippendorff_alpha(strengths, Scale.ORDINAL),
        strength_interval=coefficients.alpha_interval(strengths, Scale.ORDINAL, seed=seed),
        ac1=coefficients.gwet_ac1(patterns),
        fleiss=coefficients.fleiss_kappa(patterns),
        couples=couples,
        majority=_majority(patterns),
        implied_error=coefficients.implied_error(decisive),
    )


def parts(database: Database, by: Slice) -> tuple[Part, ...]:
    """Agreement within each part, by name; votes are dealt out one by one, and those on the pairs of a person
    to everybody who judged the pair."""
    with ballots.gathered(database) as cursor:
        rows = cursor.execute(
            """
            WITH dealt AS (
                SELECT CASE $by WHEN 'source' THEN o.location
                                WHEN 'week' THEN CAST(CAST(date_trunc('week', b.decided) AS DATE) AS VARCHAR)
                                ELSE CAST(b.guideline_version AS VARCHAR) END AS name,
                       b.pair_id, b.coded
                FROM ballot AS b
                LEFT JOIN pair AS p ON p.id = b.pair_id
                LEFT JOIN source AS o ON o.id = p.source_id
                WHERE $by <> 'person'
                UNION ALL
                SELECT one.annotator_id, b.pair_id, b.coded
                FROM ballot AS one JOIN ballot AS b ON b.pair_id = one.pair_id
                WHERE $by = 'person'
            ),
            counted AS (
                SELECT name, pair_id, count(*) FILTER (WHERE coded = 'answer_1') AS n1,
                       count(*) FILTER (WHERE coded = 'answer_2') AS n2,
                       count(*) FILTER (WHERE coded = 'tie') AS n3,
                       count(*) FILTER (WHERE coded = 'both_bad') AS n4
                FROM dealt GROUP BY name, pair_id
            )
            SELECT coalesce(name, ''), n1, n2, n3, n4, count(*)
            FROM counted GROUP BY name, n1, n2, n3, n4 ORDER BY name, n1, n2, n3, n4
            """,
            {"by": by.value},
        ).fetchall()
    names = sorted({str(row[0]) for row in rows})
    return tuple(_part(name, _from_rows([row[1:] for row in rows if row[0] == name])) for name in names)


def verdict_patterns(cursor: duckdb.DuckDBPyConnection) -> Patterns:
    """How the votes of each pair fall, in the order of LABELS, read from the table `ballot`."""
    rows = tallies.summed(
        cursor,
        """
        WITH counted AS (
            SELECT pair_id, count(*) FILTER (WHERE coded = 'answer_1') AS n1,
                   count(*) FILTER (WHERE coded = 'answer_2') AS n2,
                   count(*) FILTER (WHERE coded = 'tie') AS n3,
                   count(*) FILTER (WHERE coded = 'both_bad') AS n4
            FROM ballot GROUP BY pair_id
        )
        SELECT n1, n2, n3, n4, count(*) FROM counted GROUP BY n1, n2, n3, n4
        """,
        keys=len(LABELS),
    )
    return _from_rows(rows)


def _strengths(cursor: duckdb.DuckDBPyConnection) -> Patterns:
    """Patterns over -3 … +3, from "answer 1 much better" to "answer 2 much better".

    Nobody prefers either in a tie or in "both bad": 0. A preference without a strength is left out.
    """
    rows = cursor.execute(
        """
        WITH signed AS (
            SELECT pair_id,
                   CASE coded WHEN 'answer_1' THEN -strength WHEN 'answer_2' THEN strength ELSE 0 END AS s
            FROM ballot
            WHERE EXISTS (SELECT 1 FROM ballot WHERE strength IS NOT NULL)
        ),
        counted AS (
            SELECT pair_id, count(*) FILTER (WHERE s = -3) AS n1, count(*) FILTER (WHERE s = -2) AS n2,
                   count(*) FILTER (WHERE s = -1) AS n3, count(*) FILTER (WHERE s = 0) AS n4,
                   count(*) FILTER (WHERE s = 1) AS n5, count(*) FILTER (WHERE s = 2) AS n6,
                   count(*) FILTER (WHERE s = 3) AS n7
            FROM signed WHERE s IS NOT NULL GROUP BY pair_id
        )
        SELECT n1, n2, n3, n4, n5, n6, n7, count(*) FROM counted
        GROUP BY n1, n2, n3, n4, n5, n6, n7 ORDER BY n1, n2, n3, n4, n5, n6, n7
        """
    ).fetchall()
    return _from_rows(rows, labels=7)


def _couples(cursor: duckdb.DuckDBPyConnection) -> tuple[Couple, ...]:
    rows = cursor.execute(
        """
        SELECT a.annotator_id, b.annotator_id, a.coded, b.coded, count(*)
        FROM ballot AS a JOIN ballot AS b ON b.pair_id = a.pair_id AND b.annotator_id > a.annotator_id
        GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    found: dict[tuple[str, str], dict[tuple[Verdict, Verdict], int]] = {}
    for one, other, left, right, number in rows:
        found.setdefault((one, other), {})[Verdict(left), Verdict(right)] = int(number)
    return tuple(_couple(one, other, confusion) for (one, other), confusion in found.items())


def _couple(one: str, other: str, confusion: Mapping[tuple[Verdict, Verdict], int]) -> Couple:
    table: Counts = np.array([[confusion.get((row, column), 0) for column in LABELS] for row in LABELS])
    return Couple(
        one=one,
        other=other,
        pairs=sum(confusion.values()),
        kappa=coefficients.cohen_kappa(table),
        confusion=confusion,
    )


def _part(name: str, patterns: Patterns) -> Part:
    return Part(
        name=name,
        pairs=int(patterns.pairs.sum()),
        votes=int(patterns.people @ patterns.pairs),
        overlaps=int(patterns.shared.pairs.sum()),
        raw=coefficients.raw_agreement(patterns),
        alpha=coefficients.krippendorff_alpha(patterns),
        alpha_interval=coefficients.alpha_interval(patterns),
    )


def _majority(patterns: Patterns) -> Mapping[Verdict | None, int]:
    most = 2 * patterns.counts > patterns.people[:, np.newaxis]  # (patterns, labels); at most one a row
    found: dict[Verdict | None, int] = {
        label: int(patterns.pairs[most[:, place]].sum()) for place, label in enumerate(LABELS)
    }
    return found | {None: int(patterns.pairs[~most.any(axis=1)].sum())}


def _from_rows(rows: list[tuple[int, ...]], labels: int = len(LABELS)) -> Patterns:
    """Rows of (labels…, number of pairs) as values."""
    table = np.array(rows, dtype=np.int64).reshape(-1, labels + 1)
    return Patterns(counts=table[:, :labels], pairs=table[:, labels])
