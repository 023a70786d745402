"""Work in a thread beside the pages: watched by any of them, ended by any of them.

The thread ends with the process; what it had not committed is gone, and nothing else is needed.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from curation.errors import PairloomError

Step = TypeVar("Step")
Result = TypeVar("Result")


class _Cancelled(Exception):
    """Leaves work that somebody cancelled, from within `Job.tell_or_end`."""


class Job(Generic[Step, Result]):
    """One piece of work under way or just ended.

    Attributes:
        name: what is worked on; by: pseudonym of who asked for it.
        progress: how far it is, None before the first step.
        outcome, problem: how it ended; both None while it runs. A bug is kept in `bug`, to be raised.
    """

    def __init__(self, name: str, by: str = "") -> None:
        self.name, self.by = name, by
        self.progress: Step | None = None
        self.outcome: Result | None = None
        self.problem: str | None = None
        self.bug: Exception | None = None
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def was_cancelled(self) -> bool:
        """Somebody has asked it to end; it may not have noticed yet."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to end after the step at hand."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def tell(self, step: Step) -> None:
        """For the work itself: how far it is."""
        self.progress = step

    def tell_or_end(self, step: Step) -> None:
        """Likewise, for work that may be left at any step: ends it where somebody has cancelled it."""
        self.progress = step
        if self._cancelled.is_set():
            raise _Cancelled

    def begin(self, work: Callable[[], Result]) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, args=(work,), name=self.name, daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self.outcome = work()
        except _Cancelled:
            return
        except PairloomError as error:
            self.problem = str(error)
        except Exception as error:  # a thread's exception would vanish: whoever looks raises it
            self.bug = error


class Desk(Generic[Step, Result]):
    """The last job of its kind in this process; take the lock to change it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.job: Job[Step, Result] | None = None

    def running(self) -> Job[Step, Result] | None:
        """The job under way."""
        return self.job if self.job is not None and self.job.runs else None
