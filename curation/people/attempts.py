"""How often somebody may try a password. In memory: one process serves a workspace, a restart forgives."""

import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta

from curation.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
PER_NAME = 10
PER_ADDRESS = 50  # a whole team may sit behind one


class Attempts:
    """The attempts of the last minutes, by name and by address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, deque[datetime]] = defaultdict(deque)

    def take(self, *, name: str, address: str, now: datetime) -> None:
        """Count one attempt, before the password is looked at: parallel ones are counted too.

        Raises:
            TooManyAttempts: the same for names that exist and names that do not.
        """
        with self._lock:
            self._drop_old(now)
            for key, most in ((f"address {address}", PER_ADDRESS), (_name(name), PER_NAME)):
                times = self._times[key]
                if len(times) >= most:
                    minutes = max(1, round((times[0] + WINDOW - now).total_seconds() / 60))
                    raise TooManyAttempts(minutes)
                times.append(now)

    def forgive(self, name: str) -> None:
        """The right password came: the person starts anew, the address does not."""
        with self._lock:
            self._times.pop(_name(name), None)

    def _drop_old(self, now: datetime) -> None:
        for key in list(self._times):
            times = self._times[key]
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if not times:
                del self._times[key]


def _name(login: str) -> str:
    return f"name {login}"
