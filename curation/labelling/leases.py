"""Who has which pair on their screen. The only writer of the table lease.

The table outlives the process and says which arm served a pair, however late the answer comes. What has not
expired is held in memory as well, because every choice of a pair asks for it; journal.lock guards it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from curation.database import Database
from curation.model import Arm

DURATION = timedelta(minutes=10)
RENEW_AFTER = timedelta(minutes=1)  # a heartbeat sooner than this writes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One pair in one person's hands until `expires` (naive UTC)."""

    pair_id: str
    annotator_id: str
    round: int
    arm: Arm
    expires: datetime


class Holdings:
    """The leases that have not expired."""

    def __init__(self) -> None:
        self._loaded = False
        self._by_pair: dict[str, dict[str, Lease]] = defaultdict(dict)
        self._by_person: dict[str, dict[str, Lease]] = defaultdict(dict)

    def load(self, database: Database, now: datetime) -> None:
        """Take over, once, what the process before this one had given out."""
        if self._loaded:
            return
        with database.reading() as cursor:
            rows = cursor.execute(
                "SELECT pair_id, annotator_id, round, arm, expires FROM lease WHERE expires > $now",
                {"now": now},
            ).fetchall()
        for row in rows:
            self._hold(
                Lease(pair_id=row[0], annotator_id=row[1], round=row[2], arm=Arm(row[3]), expires=row[4])
            )
        self._loaded = True

    def of_person(self, annotator_id: str, now: datetime) -> tuple[Lease, ...]:
        """What the person holds, in the order it was given to them."""
        held = tuple(self._by_person[annotator_id].values())
        for lease in held:
            if lease.expires <= now:
                self._drop(lease)
        return tuple(lease for lease in held if lease.expires > now)

    def arm_of(self, *, pair_id: str, annotator_id: str, round_number: int) -> Arm | None:
        """The arm that gave the person this pair in this round; None where that is not remembered."""
        lease = self._by_pair.get(pair_id, {}).get(annotator_id)
        return lease.arm if lease is not None and lease.round == round_number else None

    def others(self, pair_id: str, annotator_id: str, now: datetime) -> Iterator[str]:
        """Who else holds the pair."""
        for lease in self._by_pair.get(pair_id, {}).values():
            if lease.annotator_id != annotator_id and lease.expires > now:
                yield lease.annotator_id

    def grant(self, database: Database, leases: Sequence[Lease]) -> None:
        """Write them down, new ones and ones that are renewed."""
        if not leases:
            return
        held = any(lease.annotator_id in self._by_pair.get(lease.pair_id, {}) for lease in leases)
        if held or not _add(database, leases):
            _write(database, leases)
        for lease in leases:
            self._hold(lease)

    def give_up(
        self, database: Database, annotator_id: str, pair_ids: Collection[str], now: datetime
    ) -> None:
        """Others may have these pairs at once."""
        held = [lease for lease in self.of_person(annotator_id, now) if lease.pair_id in pair_ids]
        self.grant(database, [replace(lease, expires=now) for lease in held])
        for lease in held:
            self._drop(lease)

    def forget(self, lease: Lease) -> None:
        """It was answered: nobody need be kept from the pair on its account."""
        self._drop(lease)

    def _hold(self, lease: Lease) -> None:
        self._by_pair[lease.pair_id][lease.annotator_id] = lease
        self._by_person[lease.annotator_id][lease.pair_id] = lease

    def _drop(self, lease: Lease) -> None:
        self._by_person[lease.annotator_id].pop(lease.pair_id, None)
        holders = self._by_pair.get(lease.pair_id, {})
        holders.pop(lease.annotator_id, None)
        if not holders:
            self._by_pair.pop(lease.pair_id, None)


def of(database: Database) -> Holdings:
    """The leases of an open database; take journal.lock before using them."""
    return database.attached(Holdings)


def arm_of(database: Database, *, pair_id: str, annotator_id: str, round_number: int) -> Arm | None:
    """The arm that gave the person this pair in this round, expired or not; None where nobody gave it."""
    with database.reading() as cursor:
        row = cursor.execute(
            """
            SELECT arm FROM lease
            WHERE pair_id = $pair_id AND annotator_id = $annotator_id AND round = $round
            """,
            {"pair_id": pair_id, "annotator_id": annotator_id, "round": round_number},
        ).fetchone()
    return None if row is None else Arm(row[0])


def _add(database: Database, leases: Sequence[Lease]) -> bool:
    """Write leases that are new, in half the time of `_write`; False where one was there after all."""
    try:
        with database.writing(only="lease") as tx:
            tx.execute(
                """
                INSERT INTO lease (pair_id, annotator_id, round, arm, expires)
                SELECT unnest($pairs), unnest($people), unnest($rounds), unnest($arms), unnest($expires)
                """,
                _columns(leases),
            )
    except duckdb.ConstraintException:
        return False
    return True


def _write(database: Database, leases: Sequence[Lease]) -> None:
    with database.writing(only="lease") as tx:
        tx.execute(
            """
            INSERT INTO lease (pair_id, annotator_id, round, arm, expires)
            SELECT unnest($pairs), unnest($people), unnest($rounds), unnest($arms), unnest($expires)
            ON CONFLICT (pair_id, annotator_id, round)
            DO UPDATE SET arm = excluded.arm, expires = excluded.expires
            """,
            _columns(leases),
        )


def _columns(leases: Sequence[Lease]) -> dict[str, list[object]]:
    return {
        "pairs": [lease.pair_id for lease in leases],
        "people": [lease.annotator_id for lease in leases],
        "rounds": [lease.round for lease in leases],
        "arms": [lease.arm.value for lease in leases],
        "expires": [lease.expires for lease in leases],
    }
