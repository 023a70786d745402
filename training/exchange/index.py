"""What lies at the storage of a run: names, the index of each writer, and whose turn it is to write.

    runs/RUN/request.json, luggage.json, control/stop     from the app
    runs/RUN/turns.json                                    from the driver: the turn, what earlier ones left
    runs/RUN/driver/…                                      its events and log
    runs/RUN/N/…                                           the workers of turn N: curves, checkpoints, result
    releases/…, models/…, checkpoints/…                    what runs need, each sent once

A writer writes below its own name only. Its index.json goes last and names nothing that is not there whole,
so what a machine writes that was cut off and replaced is named by nobody who counts (docs/decisions/0086).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from curation.release import members
from training import errors, runs
from training.exchange.storage import Storage

INDEX = "index.json"
TURNS = "turns.json"
STOP = "control/stop"
DRIVER = "driver"
_OF_THE_APP = (runs.REQUEST, runs.STATE, runs.PROCESS, runs.PREFLIGHT, runs.SUPERVISOR_LOG, "control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What a writer has brought to the storage.

    Attributes:
        beat: grows while the writer lives.
        starts: of a growing file the offsets at which its segments begin, in bytes.
        lengths: of a growing file how many bytes are there; always whole lines.
        folders: of each whole checkpoint its files with their bytes.
        files: what is left at the end, with bytes; empty before.
        ended: nothing more will come.
        result: of the driver, the name of the writer whose result counts.
    """

    beat: int = 0
    starts: Mapping[str, list[int]] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    folders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    ended: bool = False
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Whose turn it is.

    Attributes:
        now: number of the turn, from 1; 0 before the first.
        left: of each earlier turn what it had brought when the next one began; all else of it is void.
    """

    now: int = 0
    left: Mapping[str, Index] = field(default_factory=dict)


def read(place: Storage) -> Index:
    """The index of a writer; an empty one where there is none, or only a part of it yet.

    Raises:
        Unreachable: it names files outside of the run folder; or as for Storage.read.
    """
    content = document(place, INDEX)
    return _checked(place, Index(**content)) if content else Index()


def write(place: Storage, index: Index) -> None:
    """Replace the index of a writer."""
    place.write(INDEX, json.dumps(asdict(index)).encode())


def turns(run: Storage) -> Turns:
    """Whose turn it is in a run."""
    content = document(run, TURNS)
    if content is None:
        return Turns()
    left = {number: _checked(run, Index(**one)) for number, one in content["left"].items()}
    return Turns(now=content["now"], left=left)


def begin_turn(run: Storage) -> Turns:
    """Let the next turn begin: what the last one has brought by now is all that will count of it."""
    before = turns(run)
    left = dict(before.left)
    if before.now:
        left[str(before.now)] = read(run.at(str(before.now)))
    after = Turns(now=before.now + 1, left=left)
    run.write(TURNS, json.dumps(asdict(after)).encode())
    return after


def document(place: Storage, name: str) -> dict[str, Any] | None:
    """A JSON object; None where there is none, or one that is just being written."""
    try:
        content = json.loads(place.read(name) or b"null")
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def kept(turns: Turns) -> tuple[str, Mapping[str, Mapping[str, int]]]:
    """The checkpoints to go on from: who has brought them, "" for nobody, and each with its files."""
    for number in range(turns.now, 0, -1):
        left = turns.left.get(str(number))
        if left is not None and left.folders:
            return str(number), left.folders
    return "", {}


def segment(name: str, start: int) -> str:
    """The file that holds a growing file from an offset on."""
    return f"{name}.{start:012d}"


def _checked(place: Storage, found: Index) -> Index:
    """Whoever can write to the storage must not be able to write elsewhere on this machine."""
    inside = [f"{folder}/{name}" for folder, files in found.folders.items() for name in files]
    strange = [name for name in (*found.files, *found.lengths, *inside) if not members.is_member(name)]
    ours = [name for name in found.files if name.split("/")[0] in _OF_THE_APP]
    if strange or ours:
        raise errors.Unreachable(
            f"The storage {place.url} names {(strange + ours)[0]!r} as left by the run, which no run leaves. "
            "Do not use it before you know who has written there."
        )
    return found
