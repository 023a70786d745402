"""Rounds of a mirror in a thread of its own: a large checkpoint must not keep a supervisor from its work."""

import logging
import threading
import time

from training import errors
from training.exchange import publisher
from training.exchange.mirror import Mirror

log = logging.getLogger(__name__)


class Follower:
    """One mirror, from its first round to the one after the job's end.

    Attributes:
        problem: why nothing comes at the moment, a sentence; "" where all is well.
    """

    def __init__(self, mirror: Mirror) -> None:
        self.problem = ""
        self._mirror = mirror
        self._over = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="mirror", daemon=True)
        self._thread.start()

    def is_settled(self) -> bool:
        """To be asked once the job is over: everything that it has left is here."""
        self._over.set()
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """No further round after the one that is under way."""
        self._done.set()
        self._thread.join()

    def _rounds(self) -> None:
        while not self._done.is_set():
            last = self._over.is_set()
            try:
                self._mirror.round(last=last)
            except (errors.Unreachable, OSError) as error:
                log.warning("%s", error)
                self.problem = str(error) if isinstance(error, errors.Unreachable) else _here(error)
            else:
                self.problem = ""
                if last:
                    return
            time.sleep(publisher.round_seconds())


def _here(error: OSError) -> str:
    return f"What the run has left cannot be written on this machine: {error}. Make room, or mend the rights."
