"""Imports that run beside the pages: one at a time, watched by any page, cancelled by any lead."""

from datetime import datetime

from curation import background
from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import ingest
from curation.intake.fields import ColumnMapping
from curation.intake.ingest import Outcome, Progress
from curation.intake.locations import Located

Job = background.Job[Progress, Outcome]


class _Desk(background.Desk[Progress, Outcome]):
    pass


def start(
    database: Database, located: Located, *, by: str, now: datetime, mapping: ColumnMapping | None = None
) -> Job:
    """Begin an import.

    Raises:
        InvalidInput: another one is running.
    """
    desk = database.attached(_Desk)
    with desk.lock:
        if (running := desk.running()) is not None:
            raise InvalidInput(f"{running.name} is being imported. Wait for it, or cancel it.")
        job = desk.job = Job(located.location, by)
        job.begin(
            lambda: ingest.ingest(
                database,
                located,
                imported_by=by,
                now=now,
                mapping=mapping,
                progress=job.tell,
                cancelled=lambda: job.was_cancelled,
            )
        )
        return job


def last(database: Database) -> Job | None:
    """The import under way, or the one that ended last in this process."""
    return database.attached(_Desk).job


def dismiss(database: Database) -> None:
    """Forget an import that has ended."""
    desk = database.attached(_Desk)
    with desk.lock:
        if desk.running() is None:
            desk.job = None
