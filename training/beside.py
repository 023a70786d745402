"""Repeats something in a thread beside the work of its process: signs of life, rounds of an exchange."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(action: Callable[[], bool], seconds: float, name: str) -> Iterator[None]:
    """Call it while the block runs, once at least; no call is under way once the block has been left.

    Args:
        action: returns False where it is not to be called again.
        seconds: from the end of a call to the next one.
        name: of the thread, for whoever looks at a process that hangs.
    """
    done = threading.Event()

    def repeat() -> None:
        while action() and not done.wait(seconds):
            pass

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
