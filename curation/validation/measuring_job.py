"""Measuring beside the pages: one at a time, watched by any page, cancelled by any lead.

The thread ends with the process; every batch that was kept stays, and the next run goes on from there.
"""

import threading

from curation.database import Database
from curation.errors import PairloomError
from curation.validation import measuring


class _Cancelled(Exception):
    """Raised inside the progress of a run that somebody cancelled."""


class Job:
    """One run under way or just ended.

    Attributes:
        done, total: pairs measured, and pairs to measure when it began.
        problem: why it ended early, for the screen. A bug is kept in `bug`, to be raised.
    """

    def __init__(self, total: int) -> None:
        self.done, self.total = 0, total
        self.problem: str | None = None
        self.bug: Exception | None = None
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def was_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to end after the batch at hand."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _begin(self, database: Database) -> None:
        self._thread = threading.Thread(target=self._run, args=(database,), name="measuring", daemon=True)
        self._thread.start()

    def _run(self, database: Database) -> None:
        try:
            measuring.fill(database, self._tell)
        except _Cancelled:
            return
        except PairloomError as error:
            self.problem = str(error)
        except Exception as error:  # a thread's exception would vanish: whoever looks raises it
            self.bug = error

    def _tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._cancelled.is_set():
            raise _Cancelled


class _Desk:
    """The last run of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.job: Job | None = None


def start(database: Database) -> Job:
    """Begin, or join the run that is under way."""
    desk = database.attached(_Desk)
    with desk.lock:
        if desk.job is None or not desk.job.runs:
            with database.reading() as cursor:
                desk.job = Job(measuring.count_missing(cursor))
            desk.job._begin(database)
        return desk.job


def last(database: Database) -> Job | None:
    """The run under way, or the one that ended last in this process.

    Raises:
        Exception: the bug that ended it; once, so that another run can be tried.
    """
    desk = database.attached(_Desk)
    with desk.lock:
        job = desk.job
        if job is not None and job.bug is not None:
            desk.job = None
            raise job.bug
    return job
