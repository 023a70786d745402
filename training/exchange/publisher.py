"""Brings what a process of a cluster writes into its own run folder to the storage, while it is written.

Growing files go in segments that are put again until they are full: object storage cannot append. A
checkpoint goes once it is whole, everything else at the end; the index that names them goes last.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from training import beside, checkpoints, errors, runs
from training.exchange import index
from training.exchange.index import Index
from training.exchange.storage import Storage

CURVES = (runs.METRICS, runs.EVENTS)
PATIENCE_VARIABLE = "PAIRLOOM_STORAGE_PATIENCE_SECONDS"  # at the end of a run, with a storage that refuses
_PATIENCE = 900.0
ROUND_VARIABLE = "PAIRLOOM_STORAGE_ROUND_SECONDS"  # between two looks at what is new
_ROUND_SECONDS = 2.0
_SEGMENT = 256 * 1024
# Not part of what a run leaves behind.
_OURS = (runs.REQUEST, runs.HEARTBEAT, runs.WORKER_LOG, "control", "cluster", *CURVES)

log = logging.getLogger(__name__)


class Publisher:
    """One writer.

    Args:
        run: place of the run at the storage.
        name: of the writer there.
        folder: what it publishes.
        growing: names of files that only grow.
    """

    def __init__(self, run: Storage, name: str, folder: Path, growing: Sequence[str] = CURVES) -> None:
        self._run = run
        self._place = run.at(name)
        self._folder = folder
        self._index = Index(starts={one: [0] for one in growing}, lengths=dict.fromkeys(growing, 0))

    def round(self) -> None:
        """Bring what is new.

        Raises:
            Unreachable: the storage refuses or does not answer; the next round goes on from there.
        """
        self._grow()
        gone = self._checkpoints()
        self._tell()
        for name, files in gone.items():
            for file in files:
                self._place.remove(f"{name}/{file}")

    def finish(self, *, result: str = "") -> None:
        """Bring everything that is left, and say that this was all.

        Args:
            result: see Index.
        """
        self._grow()
        self._checkpoints()
        left = dict(self._left())
        for name in left:
            self._place.send(self._folder / name, name)
        self._index = replace(self._index, files=left, ended=True, result=result)
        self._tell()

    def finish_patiently(self, *, result: str = "") -> None:
        """As finish, again and again for a while; raises Unreachable after that."""
        until = time.monotonic() + float(os.environ.get(PATIENCE_VARIABLE) or _PATIENCE)
        while True:
            try:
                return self.finish(result=result)
            except errors.Unreachable as error:
                log.warning("%s", error)
                if time.monotonic() >= until:
                    raise
                time.sleep(_ROUND_SECONDS)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A round every two seconds, and a look for the wish to stop beside it, each in a thread of its own.

        A checkpoint may be on its way for minutes, and a stop waits for none. A storage that refuses costs
        sight, not the run.
        """
        place, pause = self._run.apart(), round_seconds()
        rounds = beside.repeating(self._tried, pause, "publisher")
        with rounds, beside.repeating(lambda: not self._told_to_stop(place), pause, "stop"):
            yield

    def _told_to_stop(self, place: Storage) -> bool:
        """Let the wish to stop reach the folder."""
        try:
            told = place.read(index.STOP) is not None
        except errors.Unreachable:
            return False  # the rounds say so
        if told:
            runs.ask_to_stop(self._folder)
        return told

    def _tried(self) -> bool:
        try:
            self.round()
        except errors.Unreachable as error:
            log.warning("%s", error)
        return True

    def _grow(self) -> None:
        for name, starts in self._index.starts.items():
            data = _lines(self._folder / name, starts[-1])
            end = starts[-1] + len(data)
            if end == self._index.lengths[name]:
                continue
            self._place.write(index.segment(name, starts[-1]), data)
            full = [end] if len(data) >= _SEGMENT else []
            self._index = replace(
                self._index,
                starts={**self._index.starts, name: [*starts, *full]},
                lengths={**self._index.lengths, name: end},
            )

    def _checkpoints(self) -> dict[str, dict[str, int]]:
        """Bring the new ones; returns those that the folder has no longer."""
        before = {name: dict(files) for name, files in self._index.folders.items()}
        there = {one.path.name: one.path for one in checkpoints.all_whole(self._folder)}
        kept = {name: files for name, files in before.items() if name in there}
        for name in there.keys() - kept.keys():
            try:
                kept[name] = self._sent(there[name], name)
            except FileNotFoundError:  # thinned out meanwhile
                continue
        self._index = replace(self._index, folders=kept)
        return {name: files for name, files in before.items() if name not in kept}

    def _sent(self, folder: Path, name: str) -> dict[str, int]:
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)}
        for file in sizes:
            self._place.send(folder / file, f"{name}/{file}")
        return sizes

    def _left(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._folder.iterdir()):
            if path.name in _OURS or path.name.startswith((".", "checkpoint-")):
                continue
            for file in [path] if path.is_file() else _files(path):
                yield file.relative_to(self._folder).as_posix(), file.stat().st_size

    def _tell(self) -> None:
        self._index = replace(self._index, beat=self._index.beat + 1)
        index.write(self._place, self._index)


def round_seconds() -> float:
    """How long app and machines wait between two rounds: each costs a few requests."""
    return float(os.environ.get(ROUND_VARIABLE) or _ROUND_SECONDS)


def _lines(path: Path, start: int) -> bytes:
    """The whole lines from an offset on."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
