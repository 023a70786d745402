"""Whose turn it is: runs of one machine wait for its devices, moved-up ones first, then by age.

The order lies in the run folders (control/priority), so it holds across restarts and every supervisor reads
the same one. The locks of the devices decide who computes.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from training import documents, errors, locks, runs
from training.runs import RunState

_PRIORITY = "control/priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a run takes of its machine: `count` of these devices (see devices.slots).

    A run that computes elsewhere takes none and waits for nothing here.
    """

    slots: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The devices that a run may compute on.

    Attributes:
        locks: descriptors that hold the devices for as long as they are open anywhere.
        devices: their names in devices.slots().
    """

    locks: tuple[int, ...] = ()
    devices: tuple[str, ...] = ()

    def give_up(self) -> None:
        """Close our descriptors; a worker that has inherited them keeps the devices."""
        for lock in self.locks:
            os.close(lock)


def take(run: Path, places: Places, host: str) -> Turn | None:
    """Take as many free devices as the run needs, all or none; None where it has to go on waiting."""
    turn = Turn()
    for slot in places.slots:
        if len(turn.locks) == places.count:
            break
        lock = locks.try_take(locks.device(run.parent, f"{host}-{slot}"))
        if lock is not None:
            turn = Turn(locks=(*turn.locks, lock), devices=(*turn.devices, slot))
    if len(turn.locks) == places.count:
        return turn
    turn.give_up()
    return None


def waiting(runs_folder: Path, host: str, ended: set[str] | None = None) -> list[Path]:
    """Watched runs of this machine that wait for a device, the next one first.

    Args:
        ended: names of folders that need not be read again, because they wait no more; added to here.
            A waiting supervisor asks twice a second and there may be hundreds of folders.
    """
    ended = set() if ended is None else ended
    found = []
    for folder in runs_folder.glob("[0-9]*"):
        if folder.name in ended:
            continue
        state = (documents.read_or_none(folder / runs.STATE) or {}).get("state")
        if state == RunState.QUEUED and _is_of(folder, host) and locks.is_held(folder / runs.SUPERVISOR_LOCK):
            found.append(folder)
        elif state not in (None, RunState.QUEUED):
            ended.add(folder.name)
    return sorted(found, key=lambda folder: (-priority(folder), folder.name))


def ahead(run: Path, queue: list[Path]) -> list[Path]:
    """Who of the waiting runs goes before this one: those further on that want the same machines."""
    before = queue[: queue.index(run)] if run in queue else []
    return [folder for folder in before if _cluster(folder) == _cluster(run)]


def priority(run: Path) -> int:
    """How far somebody has moved the run up; 0 where nobody has."""
    try:
        return int((run / _PRIORITY).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def move_to_front(run: Path, host: str) -> None:
    """Let this waiting run be the next one.

    Raises:
        NotWaiting: it has begun or ended.
    """
    if runs.read_state(run).state is not RunState.QUEUED:
        raise errors.NotWaiting(f"Run {run.name} is not waiting any more, so it cannot be moved up.")
    others = [priority(folder) for folder in waiting(run.parent, host) if folder != run]
    beside = (run / _PRIORITY).with_suffix(f".{os.getpid()}.tmp")
    beside.parent.mkdir(exist_ok=True)
    beside.write_text(str(max([priority(run), *(other + 1 for other in others)])), encoding="ascii")
    beside.replace(run / _PRIORITY)


def _cluster(folder: Path) -> str:
    """The cluster that a run wants; "" where it computes on its own machine."""
    launch = (documents.read_or_none(folder / runs.REQUEST) or {}).get("launch") or {}
    return str(launch.get("address", ""))


def _is_of(folder: Path, host: str) -> bool:
    """Machines that share the storage have devices of their own."""
    return bool((documents.read_or_none(folder / runs.REQUEST) or {}).get("host", host) == host)
