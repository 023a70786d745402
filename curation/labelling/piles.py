"""Every pair of a filter, for doing one thing to all of them: what each would become, before it does."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import matching
from curation.labelling.matching import Filter, Narrowing, Order, everything
from curation.model import Verdict

MOST = 100_000  # pairs an action may touch; more is a mistake more often than a wish (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The pairs of a filter, in the order of the list.

    Attributes:
        majority: pair id → what more than half of its votes say; pairs without such a majority are not in it.
        imported: pair id → what its import says.
        aside: pairs that are set aside already.
    """

    pair_ids: tuple[str, ...]
    majority: Mapping[str, Verdict]
    imported: Mapping[str, Verdict]
    aside: frozenset[str]


def of(db: Database, wanted: Filter, order: Order = Order.IMPORTED, *, among: Narrowing = everything) -> Pile:
    """Every pair that matches.

    Raises:
        InvalidInput: there are more than MOST.
    """
    with matching.of(db, wanted, order, among) as matched:
        rows = matched.rows(
            "SELECT pair_id, by_votes, prior_winner, aside FROM matching"
            " ORDER BY first, second, pair_id LIMIT $most",
            {"most": MOST + 1},
        )
    if len(rows) > MOST:
        raise InvalidInput(f"More than {MOST:,} pairs match. Narrow the filter: one action takes that many.")
    return Pile(
        pair_ids=tuple(row[0] for row in rows),
        majority={row[0]: Verdict(row[1]) for row in rows if row[1] is not None},
        imported={row[0]: Verdict(row[2]) for row in rows if row[2] is not None},
        aside=frozenset(row[0] for row in rows if row[3]),
    )


def counts(verdicts: Mapping[str, Verdict]) -> Mapping[Verdict, int]:
    """How many pairs each verdict would be given."""
    return Counter(verdicts.values())
