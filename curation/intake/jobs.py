"""Imports that run beside the pages: one at a time, watched by any page, cancelled by any lead.

The thread ends with the process; what it had not committed is gone, and nothing else is needed.
"""

import threading
from datetime import datetime

from curation.database import Database
from curation.errors import InvalidInput, PairloomError
from curation.intake import ingest
from curation.intake.fields import ColumnMapping
from curation.intake.ingest import Outcome, Progress
from curation.intake.locations import Located


class Job:
    """One import under way or just ended.

    Attributes:
        name: what is imported; by: pseudonym of who asked for it.
        progress: how far it is, None before the first block.
        outcome, problem: how it ended; both None while it runs. A bug is kept in `bug`, to be raised.
    """

    def __init__(self, name: str, by: str) -> None:
        self.name, self.by = name, by
        self.progress: Progress | None = None
        self.outcome: Outcome | None = None
        self.problem: str | None = None
        self.bug: Exception | None = None
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_cancelling(self) -> bool:
        return self._cancelled.is_set() and self.runs

    def cancel(self) -> None:
        """Ask it to end; it rolls back after the block at hand."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _begin(
        self, database: Database, located: Located, mapping: ColumnMapping | None, now: datetime
    ) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(database, located, mapping, now), name="import", daemon=True
        )
        self._thread.start()

    def _run(
        self, database: Database, located: Located, mapping: ColumnMapping | None, now: datetime
    ) -> None:
        try:
            self.outcome = ingest.ingest(
                database,
                located,
                imported_by=self.by,
                now=now,
                mapping=mapping,
                progress=self._tell,
                cancelled=self._cancelled.is_set,
            )
        except PairloomError as error:
            self.problem = str(error)
        except Exception as error:  # a thread's exception would vanish: whoever looks raises it
            self.bug = error

    def _tell(self, step: Progress) -> None:
        self.progress = step


class _Desk:
    """The last import of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.job: Job | None = None


def start(
    database: Database, located: Located, *, by: str, now: datetime, mapping: ColumnMapping | None = None
) -> Job:
    """Begin an import.

    Raises:
        InvalidInput: another one is running.
    """
    desk = database.attached(_Desk)
    with desk.lock:
        if desk.job is not None and desk.job.runs:
            raise InvalidInput(f"{desk.job.name} is being imported. Wait for it, or cancel it.")
        desk.job = Job(located.location, by)
        desk.job._begin(database, located, mapping, now)
        return desk.job


def last(database: Database) -> Job | None:
    """The import under way, or the one that ended last in this process."""
    return database.attached(_Desk).job


def dismiss(database: Database) -> None:
    """Forget an import that has ended."""
    desk = database.attached(_Desk)
    with desk.lock:
        if desk.job is not None and not desk.job.runs:
            desk.job = None
