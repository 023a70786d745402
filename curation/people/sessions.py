"""Sign-ins: who a cookie speaks for, since when, until when. The only writer of the table sign_in.

Every request asks, so answers are kept in memory for some seconds. Whatever ends a sign-in or changes a
person calls `forget`, so it acts at the next request: one process owns the workspace.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import events
from curation.model import Role
from curation.people import keys

IDLE = timedelta(hours=12)  # a working day; label tokens live as long
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)  # a write a person; nobody needs it finer
_FRESH = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person behind a cookie. `session` is the digest, which names the sign-in and opens nothing."""

    session: str
    annotator_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One sign-in in effect, for lists."""

    session: str
    annotator_id: str
    device: str
    started: datetime
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    person: SignedIn
    looked: datetime
    seen: datetime


class _Memory:
    """What was read lately. A reader that began before `forget` must not put its old answer back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self.edition = 0

    def get(self, digest: str) -> _Known | None:
        return self._known.get(digest)

    def put(self, digest: str, known: _Known, edition: int) -> None:
        with self._lock:
            if edition == self.edition:
                self._known[digest] = known

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self.edition += 1


def start(database: Database, annotator_id: str, *, device: str, now: datetime) -> str:
    """Sign the person in; the key for the cookie, which is stored nowhere."""
    key = keys.fresh()
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO sign_in (digest, annotator_id, device, started, seen)
            VALUES ($digest, $annotator_id, $device, $now, $now)
            """,
            {"digest": keys.digest(key), "annotator_id": annotator_id, "device": device[:80], "now": now},
        )
        events.record(tx, actor=annotator_id, action="sign in", now=now)
    return key


def person(database: Database, key: str, *, now: datetime, in_use: bool = True) -> SignedIn | None:
    """Who the key of a cookie speaks for now; None where it was ended, ran out, or the person was removed.

    Args:
        in_use: the person did something. What a page asks on its own, such as a figure that refreshes, must
            not keep a sign-in alive on a machine that everybody has left.
    """
    memory, digest = database.attached(_Memory), keys.digest(key)
    known, edition = memory.get(digest), memory.edition
    if known is None or now - known.looked >= _FRESH:
        known = _look(database, digest, now)
        if known is None:
            return None  # not remembered: made-up cookies must not fill the memory
        memory.put(digest, known, edition)
    if in_use and now - known.seen >= SEEN_EVERY:
        _write_seen(database, digest, now)
        memory.put(digest, replace(known, seen=now), edition)
    return known.person


def forget(database: Database) -> None:
    """Look everything up again: somebody's role or sign-in has changed."""
    database.attached(_Memory).clear()


def end(database: Database, session: str, *, by: str, now: datetime) -> None:
    """End one sign-in: a person's own, or by a lead. Nothing where it has ended."""
    with database.writing() as tx:
        ended = tx.execute(
            "UPDATE sign_in SET ended = $now WHERE digest = $digest AND ended IS NULL RETURNING annotator_id",
            {"digest": session, "now": now},
        ).fetchone()
        if ended is not None:
            events.record(tx, actor=by, action="end sign-in", subject=ended[0], now=now)
    forget(database)


def end_own(database: Database, session: str, *, annotator_id: str, now: datetime) -> None:
    """End one of the person's own sign-ins.

    Raises:
        Unknown: it is not theirs.
    """
    if session not in {each.session for each in of(database, annotator_id, now=now)}:
        raise Unknown("This sign-in has ended already.")
    end(database, session, by=annotator_id, now=now)


def end_all(
    tx: duckdb.DuckDBPyConnection, annotator_id: str, *, now: datetime, but: str | None = None
) -> int:
    """End every sign-in of a person inside the caller's transaction, who then calls `forget`.

    Args:
        but: the one to keep.
    """
    ended = tx.execute(
        """
        UPDATE sign_in SET ended = $now
        WHERE annotator_id = $annotator_id AND ended IS NULL AND digest IS DISTINCT FROM $but
        RETURNING digest
        """,
        {"annotator_id": annotator_id, "now": now, "but": but},
    ).fetchall()
    return len(ended)


def revoke(database: Database, annotator_id: str, *, by: str, now: datetime) -> int:
    """End every sign-in of a person; how many."""
    with database.writing() as tx:
        number = end_all(tx, annotator_id, now=now)
        events.record(
            tx, actor=by, action="end sign-ins", subject=annotator_id, detail={"number": number}, now=now
        )
    forget(database)
    return number


def of(database: Database, annotator_id: str | None = None, *, now: datetime) -> tuple[SignIn, ...]:
    """The sign-ins in effect, of one person or of everybody; the newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT digest, annotator_id, device, started, seen FROM sign_in
            WHERE ended IS NULL AND started > $oldest AND seen > $idle
              AND ($annotator_id IS NULL OR annotator_id = $annotator_id)
            ORDER BY started DESC
            """,
            {"annotator_id": annotator_id, "oldest": now - LONGEST, "idle": now - IDLE},
        ).fetchall()
    return tuple(
        SignIn(session=row[0], annotator_id=row[1], device=row[2], started=row[3], seen=row[4])
        for row in rows
    )


def _look(database: Database, digest: str, now: datetime) -> _Known | None:
    with database.reading() as cursor:
        row = cursor.execute(
            """
            SELECT a.id, a.name, a.role, s.started, s.seen
            FROM sign_in AS s JOIN annotator AS a ON a.id = s.annotator_id
            WHERE s.digest = $digest AND s.ended IS NULL AND a.active
            """,
            {"digest": digest},
        ).fetchone()
    if row is None or now - row[3] >= LONGEST or now - row[4] >= IDLE:
        return None
    person = SignedIn(session=digest, annotator_id=row[0], name=row[1], role=Role(row[2]))
    return _Known(person=person, looked=now, seen=row[4])


def _write_seen(database: Database, digest: str, now: datetime) -> None:
    with database.writing(only="sign_in") as tx:
        tx.execute("UPDATE sign_in SET seen = $now WHERE digest = $digest", {"digest": digest, "now": now})
