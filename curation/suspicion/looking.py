"""A look for wrong labels behind the pages: one at a time, with progress, until it is done or cancelled."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from curation.database import Database
from curation.errors import Cancelled, PairloomError
from curation.suspicion import detection

_LOG = logging.getLogger(__name__)
_BROKEN = "The look for wrong labels has failed; the server's log says how. Look again, or tell its keeper."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a look has come.

    Attributes:
        done, total: pairs of the present step, which is reading texts for the rules first, then the model.
        failed: what went wrong in the last look, "" where nothing did.
    """

    is_running: bool
    done: int
    total: int
    failed: str


class Looking:
    """The look of one open database; `of` gives it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._done, self._total, self._failed = 0, 0, ""

    def start(self, database: Database, *, by: str, clock: Callable[[], datetime]) -> None:
        """Begin, unless one is going on.

        Args:
            clock: naive UTC, asked when the look ends.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._cancelled.clear()
            self._done, self._total, self._failed = 0, 0, ""
            self._thread = threading.Thread(
                target=self._look, args=(database, by, clock), name="suspicion", daemon=True
            )
            self._thread.start()

    def cancel(self) -> None:
        """Stop at the next batch; the scores before stay in effect."""
        self._cancelled.set()

    def progress(self) -> Progress:
        running = self._thread is not None and self._thread.is_alive()
        return Progress(is_running=running, done=self._done, total=self._total, failed=self._failed)

    def wait(self) -> None:
        """Until nothing is going on."""
        if self._thread is not None:
            self._thread.join()

    def _look(self, database: Database, by: str, clock: Callable[[], datetime]) -> None:
        try:
            detection.detect(database, by=by, now=clock(), progress=self._step)
        except Cancelled:
            self._failed = ""
        except PairloomError as error:
            self._failed = str(error)
        except Exception:  # the outermost frame of a thread: nobody else would ever see it
            _LOG.exception("a look for wrong labels failed")
            self._failed = _BROKEN

    def _step(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        if self._cancelled.is_set():
            raise Cancelled("The look for wrong labels was cancelled.")


def of(database: Database) -> Looking:
    """The one of this open database, made on first use."""
    return database.attached(Looking)
