"""Figures about the pairs of a filter, for small pictures beside the list. Only SELECTs over narrow rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from curation.database import Database
from curation.labelling import matching
from curation.labelling.matching import Filter, Narrowing, everything
from curation.model import Tier, Verdict

_SOURCES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the pairs of a filter are spread.

    Attributes:
        lengths: lower end, characters of prompt and answers together → pairs; each end twice the last.
        shares: lower end in [0, 1) of the share of answer 1 in the length of both → pairs; tenths.
        sources: id → pairs, the largest eight.
        winners: None stands for no winner yet.
    """

    total: int
    lengths: Mapping[int, int]
    shares: Mapping[float, int]
    tiers: Mapping[Tier, int]
    sources: Mapping[str, int]
    winners: Mapping[Verdict | None, int]


def of(db: Database, wanted: Filter, *, among: Narrowing = everything) -> Spread:
    """What can be said of the pairs that match, all of them and not only the page."""
    with matching.of(db, wanted, among=among) as matched:
        rows = matched.rows(
            """
            , sorted AS (
                SELECT CASE WHEN chars = 0 THEN 0 ELSE 1 << floor(log2(chars))::INTEGER END AS length,
                       least(9, (10 * answer_1_chars) // nullif(answer_1_chars + answer_2_chars, 0)) AS share,
                       tier, source_id, winner
                FROM matching
            )
            SELECT length, share, tier, source_id, winner, grouping(length, share, tier, source_id, winner),
                   count(*)
            FROM sorted
            GROUP BY GROUPING SETS ((length), (share), (tier), (source_id), (winner))
            """
        )

    def column(place: int) -> dict[object, int]:
        mask = 0b11111 ^ (0b10000 >> place)
        return {row[place]: row[6] for row in rows if row[5] == mask}

    lengths, shares, tiers, sources, winners = (column(place) for place in range(5))
    largest = sorted(sources.items(), key=lambda each: (-each[1], str(each[0])))[:_SOURCES]
    return Spread(
        total=sum(lengths.values()),
        lengths={
            int(str(low)): number for low, number in sorted(lengths.items(), key=lambda e: int(str(e[0])))
        },
        shares={int(str(tenth)) / 10: number for tenth, number in shares.items() if tenth is not None},
        tiers={tier: tiers[tier] for tier in Tier if tier in tiers},
        sources={str(source): number for source, number in largest},
        winners={None if each is None else Verdict(str(each)): number for each, number in winners.items()},
    )
