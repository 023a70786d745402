"""What a run on a cluster stands on: one folder that all machines see, or folders of their own and a URL.

The driver takes turns through it and reads how a turn has ended; the workers enter through `work`.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from training import checkpoints, documents, errors, fence, ranks, runs
from training.exchange import index, luggage, publisher, storage
from training.exchange.publisher import Publisher
from training.journal import Journal

NOT_THERE = "is not there on the machines of the cluster"  # outcome.py knows this phrase
STRANDED = "could not be brought to the storage"  # and this one


class Ground(Protocol):
    """What the driver asks for."""

    run: Path  # the driver's own folder: it reads the request there, and writes events and its log

    def begin_turn(self) -> dict[str, str]:
        """The next workers may write, and those before them no longer; returns what to tell them."""

    def kept_step(self) -> int | None:
        """From which step the turn that has just begun goes on; None from the beginning."""

    def result(self) -> dict[str, Any] | None:
        """What the workers of this turn have said of their end."""

    def at_work(self) -> AbstractContextManager[None]:
        """While the driver lives."""

    def close(self, *, own: bool) -> None:
        """The end; `own` where the driver itself has written how the run ended."""


class Shared:
    """A run folder that every machine sees at the same path."""

    def __init__(self, run: Path) -> None:
        if not (run / runs.REQUEST).is_file():
            raise errors.Unreachable(f"{run} {NOT_THERE}.")
        self.run = run

    def begin_turn(self) -> dict[str, str]:
        turn = fence.begin_turn(self.run)
        (self.run / runs.RESULT).unlink(missing_ok=True)  # a worker that lost its peers called that a failure
        checkpoints.drop_unfinished(self.run)
        Journal(self.run).mend()
        return {"run": str(self.run), "turn": str(turn)}

    def kept_step(self) -> int | None:
        kept = checkpoints.newest(self.run)
        return kept.step if kept else None

    def result(self) -> dict[str, Any] | None:
        return documents.read_or_none(self.run / runs.RESULT)

    def at_work(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self, *, own: bool) -> None:
        """Everything lies where it belongs."""


class Apart:
    """Machines that share no folder: each has its own, and what counts travels through a storage.

    Raises:
        Unreachable: the storage refuses, does not answer, or lacks something; so for every function.
    """

    def __init__(self, run: str, url: str) -> None:
        self._url = url
        self._place = luggage.place(storage.opened(url), run)
        self._turn = 0
        self._name = run
        self.run = luggage.home() / "runs" / f"{run}.driver"
        (self.run / "control").mkdir(parents=True, exist_ok=True)
        if not self._place.fetch(runs.REQUEST, self.run / runs.REQUEST):
            raise errors.Unreachable(f"The storage {url} lacks the request of run {run}.")
        self._publisher = Publisher(self._place, index.DRIVER, self.run, (runs.EVENTS, runs.WORKER_LOG))

    def begin_turn(self) -> dict[str, str]:
        self._turn = index.begin_turn(self._place).now
        return {"run": self._name, "turn": str(self._turn), "storage": self._url}

    def kept_step(self) -> int | None:
        _, kept = index.kept(index.turns(self._place))
        return max((int(name.rpartition("-")[2]) for name in kept), default=None)

    def result(self) -> dict[str, Any] | None:
        turn = self._place.at(str(self._turn))
        return index.document(turn, runs.RESULT) if index.read(turn).ended else None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with self._publisher.at_work():
            yield

    def close(self, *, own: bool) -> None:
        self._publisher.finish_patiently(result=index.DRIVER if own else str(self._turn))
        shutil.rmtree(self.run)


def work(asked: dict[str, str]) -> None:
    """In each worker: the same worker as on one machine; torch's process group is there already."""
    from training import worker

    os.environ[fence.VARIABLE] = asked["turn"]
    code = _apart(asked) if "storage" in asked else worker.main(Path(asked["run"]))
    if code != 0:
        raise RuntimeError("This worker has failed; the run folder says why.")


def _apart(asked: dict[str, str]) -> int:
    from training import worker

    rank, url, run = ranks.current(), asked["storage"], asked["run"]
    there = storage.opened(url)
    folder = luggage.unpack(there, run, f"{run}.{asked['turn']}.{rank.index}")
    luggage.bring_checkpoints(there, run, folder, newest_only=not rank.is_first)
    os.environ[ranks.APART] = "1"
    if not rank.is_first:
        code = worker.main(folder)
    else:
        publishing = publisher.Publisher(luggage.place(there, run), asked["turn"], folder)
        with publishing.at_work():
            code = worker.main(folder)
        _leave(publishing, folder)
    shutil.rmtree(folder)
    return code


def _leave(publishing: Publisher, folder: Path) -> None:
    try:
        publishing.finish_patiently()
    except errors.Unreachable as error:
        raise RuntimeError(
            f"The result {STRANDED}: {error} It lies in {folder} on {socket.gethostname()}."
        ) from error
