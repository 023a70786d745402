"""Makes releases and lists them. The only writer of release, acknowledgement and release_moment.

A release is written under a temporary name, renamed, and then recorded in one transaction with its
acknowledgements and its line in the audit. A kill before the rename leaves a temporary folder that the
next release of that name removes; a kill between rename and record leaves a folder that it adopts.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import events
from curation.release import folders, gate, moment, write
from curation.release.gate import Acknowledgement, Examination
from curation.release.moment import Moment
from curation.release.publish import Pushed
from curation.validation import snapshot
from curation.validation.exclusion import Cursor
from curation.validation.policy import Policy
from curation.workspace import Workspace

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as the workspace knows it.

    Attributes:
        path: its folder; immutable.
        released: naive UTC.
    """

    name: str
    fingerprint: str
    path: Path
    train: int
    test: int
    excluded: int
    ties: int
    released_by: str
    released: datetime


def create(
    db: Database,
    place: Workspace,
    *,
    name: str,
    policy: Policy,
    by: str,
    now: datetime,
    accept: Collection[str] = (),
    accept_all: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Release:
    """Validate, and write the release folder. The same state under the same name changes nothing.

    Args:
        name: becomes the folder's name: letters, digits, dot, dash, underscore; at most 64.
        by: pseudonym of the person who releases and acknowledges.
        accept: rules whose warnings that person has seen and accepts.
        accept_all: accept every warning.

    Raises:
        ReleaseBlocked: the message lists everything that stands in the way.
        InvalidInput: an unsafe name, a name that holds another release, or an unknown rule.
        PairloomError: the disk is full or the folder cannot be written.
    """
    folders.check_name(name)
    with (
        folders.disk(place),
        snapshot.opened(db, progress) as cursor,
        folders.temporary(place.releases, name) as folder,
    ):
        seen = moment.present(cursor, policy)
        examination = gate.examined(cursor, policy, progress=progress)
        accepted = gate.acknowledged(examination, accept=accept, accept_all=accept_all, by=by)
        fingerprint = write.files(cursor, folder, examination, accepted, progress)
        made = _release(place.releases / name, fingerprint, examination, by, now)
        _refuse_other(db, place, made, accepted)
        manifest = folders.manifest(folder)
        folders.settle(folder, made.path)
    return _record(db, place, made, accepted, seen, manifest)


def listed(db: Database, place: Workspace) -> tuple[Release, ...]:
    """Every release, newest first."""
    with db.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT name, fingerprint, train, test, excluded, ties, released_by, released
            FROM release ORDER BY released DESC, name
            """
        ).fetchall()
    return tuple(_from_row(row, place) for row in rows)


def get(db: Database, place: Workspace, name: str) -> Release:
    """One release by its name.

    Raises:
        Unknown: there is none of that name.
    """
    found = [release for release in listed(db, place) if release.name == name]
    if not found:
        raise Unknown(f"There is no release {name}.")
    return found[0]


def record_push(db: Database, name: str, pushed: Pushed, *, by: str, now: datetime) -> None:
    """Enter a push into the audit; never its token."""
    with db.writing() as tx:
        events.record(
            tx,
            actor=by,
            action="push release",
            subject=name,
            detail={
                "repository": pushed.plan.repository,
                "private": pushed.plan.private,
                "commit": pushed.commit,
            },
            now=now,
        )


def moment_of(db: Database, name: str) -> tuple[Moment, str]:
    """What was seen when a release was made, and the SHA-256 of its manifest.

    Raises:
        InvalidInput: it was made by a version that did not keep that.
    """
    with db.reading() as cursor:
        row = cursor.execute(
            "SELECT policy, marks, made_with, manifest FROM release_moment WHERE release_name = $name",
            {"name": name},
        ).fetchone()
    if row is None:
        raise InvalidInput(
            f"{name} was released by an older Pairloom, which did not keep what reproducing it takes. "
            "Its folder can still be verified."
        )
    return moment.from_json(*row[:3]), row[3]


def acknowledgements(db: Database, name: str) -> tuple[Acknowledgement, ...]:
    """What was accepted for a release, by rule."""
    with db.reading() as cursor:
        return _acknowledgements(cursor, name)


def _refuse_other(
    db: Database, place: Workspace, made: Release, accepted: tuple[Acknowledgement, ...]
) -> None:
    """A name that stands for another release stays taken, even where its folder is gone."""
    known = [release for release in listed(db, place) if release.name == made.name]
    if known and (known[0].fingerprint, acknowledgements(db, made.name)) != (made.fingerprint, accepted):
        raise folders.taken(made.name)


def _release(final: Path, fingerprint: str, examination: Examination, by: str, now: datetime) -> Release:
    return Release(
        name=final.name,
        fingerprint=fingerprint,
        path=final,
        train=examination.train,
        test=examination.test,
        excluded=examination.excluded,
        ties=examination.ties,
        released_by=by,
        released=now,
    )


def _record(
    db: Database,
    place: Workspace,
    release: Release,
    accepted: tuple[Acknowledgement, ...],
    seen: Moment,
    manifest: str,
) -> Release:
    """Enter the folder into the workspace; where it stands there already, as it was entered first."""
    with db.writing() as tx:
        known = tx.execute(
            """
            SELECT name, fingerprint, train, test, excluded, ties, released_by, released
            FROM release WHERE name = $name
            """,
            {"name": release.name},
        ).fetchone()
        if known is not None:
            return _from_row(known, place)
        _insert(tx, release)
        _insert_acknowledgements(tx, release, accepted)
        _insert_moment(tx, release.name, seen, manifest)
        events.record(
            tx,
            actor=release.released_by,
            action="make release",
            subject=release.name,
            detail={
                "fingerprint": release.fingerprint,
                "train": release.train,
                "test": release.test,
                "accepted": [each.rule for each in accepted],
            },
            now=release.released,
        )
    return release


def _insert(tx: Cursor, release: Release) -> None:
    tx.execute(
        """
        INSERT INTO release (name, fingerprint, path, train, test, excluded, ties, released_by, released)
        VALUES ($name, $fingerprint, $path, $train, $test, $excluded, $ties, $by, $now)
        """,
        {
            "name": release.name,
            "fingerprint": release.fingerprint,
            # In words of the workspace, so that it may be moved.
            "path": f"releases/{release.name}",
            "train": release.train,
            "test": release.test,
            "excluded": release.excluded,
            "ties": release.ties,
            "by": release.released_by,
            "now": release.released,
        },
    )


def _insert_acknowledgements(tx: Cursor, release: Release, accepted: tuple[Acknowledgement, ...]) -> None:
    for each in accepted:
        tx.execute(
            """
            INSERT INTO acknowledgement (release_name, rule, count, acknowledged_by, acknowledged)
            VALUES ($name, $rule, $count, $by, $now)
            """,
            {
                "name": release.name,
                "rule": each.rule,
                "count": each.count,
                "by": each.by,
                "now": release.released,
            },
        )


def _insert_moment(tx: Cursor, name: str, seen: Moment, manifest: str) -> None:
    tx.execute(
        """
        INSERT INTO release_moment (release_name, policy, marks, made_with, manifest)
        VALUES ($name, $policy, $marks, $made_with, $manifest)
        """,
        {"name": name, "manifest": manifest, **moment.to_json(seen)},
    )


def _acknowledgements(cursor: Cursor, name: str) -> tuple[Acknowledgement, ...]:
    rows = cursor.execute(
        "SELECT rule, count, acknowledged_by FROM acknowledgement WHERE release_name = $name ORDER BY rule",
        {"name": name},
    ).fetchall()
    return tuple(Acknowledgement(rule=row[0], count=row[1], by=row[2]) for row in rows)


def _from_row(row: tuple[str, str, int, int, int, int, str, datetime], place: Workspace) -> Release:
    return Release(
        name=row[0],
        fingerprint=row[1],
        path=place.releases / row[0],
        train=row[2],
        test=row[3],
        excluded=row[4],
        ties=row[5],
        released_by=row[6],
        released=row[7],
    )
