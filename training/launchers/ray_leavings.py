"""What a run of a cluster has left at its storage, and what of it goes when the run is deleted.

Its own files go, and the checkpoint that was sent for it, where no other run needs that. Releases and base
models are named by their content and may serve whoever uses the storage, so they stay.
"""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from training import errors, runs
from training.exchange import index, luggage, publisher, storage
from training.exchange.storage import Storage
from training.launchers import ray_jobs
from training.runs import Request, RunState

_CHECKPOINT = re.compile(r"checkpoints/[0-9a-f]{64}")
_ROUNDS = 3  # of a machine at work, each of which is told at the storage


def url(request: Request) -> str:
    """Where a run's files have travelled; "" where they have not."""
    return str(request.launch.get("storage") or "")


def sentence(request: Request) -> str:
    """What deleting the run takes along, for whoever is asked."""
    sent = " and the checkpoint that was sent there for it" if request.resumes else ""
    return (
        f"What lies at {url(request)}/runs/{request.run}{sent} goes too. Release and base model stay there "
        "for other runs."
    )


def remove(run: Path, others: Iterable[Request]) -> None:
    """Remove it for good.

    Args:
        others: runs whose checkpoints at the storage have to stay.

    Raises:
        Unreachable: the storage refuses or does not answer.
        LaunchRefused: its driver is not installed.
        NotDeletable: somebody still writes there, though the run was given up as lost.
    """
    request = runs.read_request(run)
    there = storage.opened(url(request))
    if (run / runs.PROCESS).exists() and not there.is_there():
        raise errors.Unreachable(f"The storage {there.url} is not there. Mount it, or mend the URL.")
    place = luggage.place(there, run.name)
    if runs.read_state(run).state is RunState.LOST and _goes_on(run, place):
        raise errors.NotDeletable(
            f"Run {run.name} was given up as lost, but machines of {ray_jobs.cluster_of(run)} still work "
            "for it. Stop it there, then delete it."
        )
    sent = str((index.document(place, luggage.LIST) or {}).get("checkpoint", ""))
    if _CHECKPOINT.fullmatch(sent) and not any(_shares(request, other) for other in others):
        there.at(sent).clear()
    place.clear()  # last: it holds the list of what was sent


def _shares(request: Request, other: Request) -> bool:
    mine, theirs = request.resumes, other.resumes
    same = mine is not None and theirs is not None and mine.checkpoint == theirs.checkpoint
    return same and other.run != request.run and url(other) == url(request)


def _goes_on(run: Path, place: Storage) -> bool:
    """Whether machines work for a run that was lost to us; a silent cluster may only be out of reach."""
    told = ray_jobs.is_at_work(run)
    return _is_written(place) if told is None else told


def _is_written(place: Storage) -> bool:
    """Whether a writer gives a sign of life within a few rounds."""
    before = _beats(place)
    if before:
        time.sleep(_ROUNDS * publisher.round_seconds())
    return _beats(place) != before


def _beats(place: Storage) -> list[object]:
    # Read as they are, for what nobody would use can be deleted still.
    turn = (index.document(place, index.TURNS) or {}).get("now")
    found = (index.document(place.at(str(name)), index.INDEX) for name in (index.DRIVER, turn))
    return [one.get("beat") for one in found if one is not None]
