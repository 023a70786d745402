"""Brings what the writers of a run have put at the storage into the run folder, where everybody reads it.

Only what counts: of the turn that it is now all of it, of an earlier one what the next turn found. Where it
has read to is in exchange.json, so another supervisor goes on with it; what was appended after that was
written is taken back and read again.
"""

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import documents, errors, runs
from training.exchange import index, publisher
from training.exchange.index import Index
from training.exchange.storage import Storage

STATE = "exchange.json"
_GROWING = (*publisher.CURVES, runs.WORKER_LOG)


class Mirror:
    """One run folder and its place at the storage."""

    def __init__(self, run: Path, place: Storage) -> None:
        self._run = run
        self._place = place
        self._beats: dict[str, int] = {}
        known = documents.read_or_none(run / STATE) or {}
        self._read: dict[str, int] = known.get("read", {})
        self._sizes: dict[str, int] = known.get("sizes") or {name: _size(run / name) for name in _GROWING}
        self._turn = int(known.get("turn", 0))
        for half in run.glob(".checkpoint-*.part"):  # of a supervisor that was killed
            shutil.rmtree(half)
        for name, size in self._sizes.items():
            if _size(run / name) > size:
                os.truncate(run / name, size)
        self._remember()  # before the first row: one that is torn later can be told

    def round(self, *, last: bool = False) -> None:
        """Bring what is new.

        Args:
            last: the job is over: bring the result too.

        Raises:
            Unreachable: the storage refuses or does not answer; nothing is lost, the next round goes on.
        """
        driver = index.read(self._place.at(index.DRIVER))
        self._take(index.DRIVER, driver)
        turns = index.turns(self._place)
        now = index.read(self._place.at(str(turns.now))) if turns.now else Index()
        for number in range(max(1, self._turn), turns.now):
            self._take(str(number), turns.left[str(number)])
            self._have(str(number), turns.left[str(number)])
        if turns.now:
            self._take(str(turns.now), now)
            self._have(str(turns.now), now)
            self._turn = turns.now
        if last:
            self._finish(driver, str(turns.now), now)
        self._remember()

    def _take(self, name: str, brought: Index) -> None:
        """Append what a writer has added to its growing files; its beat is the run's."""
        for file in brought.lengths.keys() & set(_GROWING):
            self._append(name, file, brought)
        if brought.beat > self._beats.get(name, 0):
            self._beats[name] = brought.beat
            (self._run / runs.HEARTBEAT).touch()

    def _append(self, name: str, file: str, brought: Index) -> None:
        key, end = f"{name}/{file}", brought.lengths[file]
        while (at := self._read.get(key, 0)) < end:
            start = max(one for one in brought.starts[file] if one <= at)
            data = self._place.at(name).read(index.segment(file, start)) or b""
            new = data[at - start : end - start]
            new = new[: new.rfind(b"\n") + 1]
            if not new:
                return  # it is being put again; the next round finds it
            with (self._run / file).open("ab") as target:
                target.write(new)
            self._read[key] = at + len(new)
            self._sizes[file] = _size(self._run / file)
            self._remember()

    def _have(self, name: str, brought: Index) -> None:
        """Have the checkpoints of a writer and no others, once it has some and they are all here."""
        wanted = brought.folders
        if wanted and all(self._fetched(name, folder, files) for folder, files in wanted.items()):
            for folder in self._run.glob("checkpoint-*"):
                if folder.name not in wanted:
                    shutil.rmtree(folder)

    def _fetched(self, name: str, folder: str, files: Mapping[str, int]) -> bool:
        if (self._run / folder).exists():
            return True
        return fetch_folder(self._place.at(name, folder), files, self._run / folder)

    def _finish(self, driver: Index, turn: str, now: Index) -> None:
        """What is left at the end, and last of all how it ended."""
        name = driver.result if driver.ended else turn
        left = driver if name == index.DRIVER else now
        if not left.ended or name not in (index.DRIVER, turn):
            return
        place = self._place.at(name)
        for file in sorted(left.files, key=lambda one: one == runs.RESULT):
            beside = self._run / f".{Path(file).name}.part"
            if not place.fetch(file, beside) or _size(beside) != left.files[file]:
                raise errors.Unreachable(
                    f"The storage {place.url} lacks {file}, which the run has left there."
                )
            (self._run / file).parent.mkdir(parents=True, exist_ok=True)
            beside.replace(self._run / file)

    def _remember(self) -> None:
        content: dict[str, Any] = {"turn": self._turn, "read": self._read, "sizes": self._sizes}
        if content != documents.read_or_none(self._run / STATE):
            documents.write(self._run / STATE, content)


def fetch_folder(place: Storage, files: Mapping[str, int], target: Path) -> bool:
    """Fetch a folder under another name first, so that only a whole one ever has its own.

    Args:
        files: what is in it, with bytes.

    Returns:
        False where a file is missing or shorter than it was.
    """
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    whole = all(
        place.fetch(name, scratch / name) and _size(scratch / name) == size for name, size in files.items()
    )
    if whole and files:
        with contextlib.suppress(OSError):  # somebody was quicker
            scratch.rename(target)
    shutil.rmtree(scratch, ignore_errors=True)
    return whole and bool(files)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
