"""The first process of a Ray job, started by the cluster: `python -m training.launchers.ray_driver RUN_DIR`,
or `… ray_driver RUN_ID --storage URL` where the machines share no folder.

It gathers the workers with Ray Train, and gathers them again where a machine was lost: they then go on from
the newest whole checkpoint. Each gathering is a turn, and what workers of an earlier one write counts no
longer. Imports ray, so nothing of the app imports it.
"""

import argparse
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer
from ray.train.v2._internal.exceptions import (
    WorkerGroupStartupFailedError,
    WorkerGroupStartupTimeoutError,
)
from ray.train.v2.api.exceptions import TrainingFailedError

from training import documents, errors, failures, recipe, runs
from training.journal import Journal
from training.launchers import ray_ground, ray_room
from training.launchers.ray_ground import Ground
from training.runs import Reason

_LOSSES = 5  # machines lost in one run; after so many something else is wrong
_EVIDENCE_SECONDS = 25.0  # 15 by Ray's defaults; until the cluster knows that a machine is dead
_LOOK_SECONDS = 1.0
_STORAGE = re.compile(r"The (storage|result could not be brought to the storage).*")
_INSIDE = ("health_check_failure", "controller_failure", "cause")  # where Ray keeps what came before

log = logging.getLogger(__name__)


def main(run: str, url: str) -> int:
    """Carry out one run with as many workers as were asked for.

    Args:
        run: its folder, which all machines see; or its id, where `url` is given.
        url: of the storage, "" for none.

    Returns:
        The exit code: 0 where the run completed or stopped.
    """
    job_log = os.dup(1)  # what is printed goes into the run, which may be out of reach
    try:
        ground: Ground = ray_ground.Apart(run, url) if url else ray_ground.Shared(Path(run))
        _print_into(ground.run / runs.WORKER_LOG)
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
        ray.init(logging_level=logging.WARNING)
        with ground.at_work():
            code = _carried_out(ground)
        ground.close(own=(ground.run / runs.RESULT).exists())
    except errors.Unreachable as error:
        os.write(job_log, f"{error}\n".encode())
        return 2
    return code


def _carried_out(ground: Ground) -> int:
    journal, turn, losses = Journal(ground.run), ground.begin_turn(), 0
    while losses <= _LOSSES:
        workers = _gathered(ground.run, journal, patient=losses == 0)
        if workers == 0:
            return _told(ground.run, "stopped", None, "Stopped while waiting for machines.")
        machines = _alive()
        failure = _trained(ground.run, turn, workers)
        if failure is None or not (_had_no_room(failure) or _is_loss(failure, machines)):
            return _ended(ground, failure)
        turn = ground.begin_turn()
        if not _had_no_room(failure):
            losses += 1
            _say_lost(journal, ground.kept_step())
    sentence = f"More than {_LOSSES} machines were lost. Look at the cluster."
    return _told(ground.run, "failed", Reason.KILLED, sentence)


def _trained(run: Path, turn: dict[str, str], workers: int) -> TrainingFailedError | None:
    """Ray Train tears all workers down where one of them fails; whether to gather anew is ours to say."""
    trainer = TorchTrainer(
        ray_ground.work,
        train_loop_config=turn,
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=_has_gpus()),
        run_config=RunConfig(
            name="cluster",
            storage_path=str(run),
            # -1, its default, would try to place workers on a dead machine for ever.
            failure_config=FailureConfig(max_failures=0, controller_failure_limit=0),
        ),
    )
    try:
        trainer.fit()
    except TrainingFailedError as error:
        log.warning("the workers ended: %s", error)
        return error
    return None


def _gathered(run: Path, journal: Journal, *, patient: bool) -> int:
    """Wait until the cluster has room for the workers.

    Args:
        patient: wait for all of them for as long as it takes; else go on with fewer after a while.

    Returns:
        How many there will be; 0 where somebody wants the run to stop.
    """
    request = runs.read_request(run)
    wanted, patience = int(request.launch["workers"]), float(request.launch["patience"])
    batch = recipe.from_dict(request.recipe).pairs_per_step
    until, told = time.monotonic() + patience, -1
    with journal.beating():
        while not runs.stop_asked(run):
            room = ray_room.room(_offers(), gpu=_has_gpus())
            overdue = not patient and time.monotonic() >= until
            workers = ray_room.workers(wanted, room, batch, fewer=overdue)
            if workers:
                return workers
            if room != told:
                journal.phase(f"waiting for machines: there is room for {room} of {wanted} workers")
                told = room
            time.sleep(_LOOK_SECONDS)
    return 0


def _is_loss(failure: TrainingFailedError, machines: set[str]) -> bool:
    """A worker or its machine is gone, and not because of what it computed.

    The other workers notice it at once; the cluster counts the machine's room for many seconds more.
    """
    if _is_memory(failure):
        return False
    until = time.monotonic() + _EVIDENCE_SECONDS
    while time.monotonic() < until:
        if machines - _alive():
            return True
        time.sleep(_LOOK_SECONDS)
    return any(isinstance(cause, RayActorError) for cause in _causes(failure))


def _had_no_room(failure: TrainingFailedError) -> bool:
    """The room that was there is taken, by another job perhaps; nothing has begun."""
    waited = (WorkerGroupStartupTimeoutError, WorkerGroupStartupFailedError)
    return any(isinstance(cause, waited) for cause in _causes(failure))


def _is_memory(failure: TrainingFailedError) -> bool:
    return any("OutOfMemory" in text or "low on memory" in text for text in map(str, _causes(failure)))


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """What happened to each worker, and inside of that."""
    yield failure
    inside = [getattr(failure, name, None) for name in _INSIDE]
    for cause in [*getattr(failure, "worker_failures", {}).values(), *inside]:
        if isinstance(cause, BaseException):
            yield from _causes(cause)


def _say_lost(journal: Journal, kept: int | None) -> None:
    where = "from the beginning" if kept is None else f"from step {kept}"
    journal.warning(f"A machine of the cluster was lost; the run goes on {where}.", guard="machine")


def _ended(ground: Ground, failure: TrainingFailedError | None) -> int:
    if failure is not None and _is_memory(failure):
        return _told(ground.run, "failed", Reason.OUT_OF_MEMORY, failures.OUT_OF_MEMORY)
    told = ground.result()
    if told is None and failure is not None and (sentence := _storage_problem(failure)):
        return _told(ground.run, "failed", Reason.CONFIGURATION, sentence)
    if told is None:
        return 1
    return 1 if told["outcome"] == "failed" else 0


def _storage_problem(failure: TrainingFailedError) -> str:
    """What a worker has said of a storage that it could not use; "" where none has."""
    found = (_STORAGE.search(str(cause)) for cause in _causes(failure))
    return next((match[0] for match in found if match), "")


def _told(run: Path, outcome: str, reason: Reason | None, message: str) -> int:
    content: dict[str, Any] = {"outcome": outcome, "reason": reason and reason.value, "message": message}
    documents.write(run / runs.RESULT, content | {"step": 0, "max_steps": 0})
    return 1 if outcome == "failed" else 0


def _alive() -> set[str]:
    return {str(node["NodeID"]) for node in ray.nodes() if node["Alive"]}


def _offers() -> list[dict[str, float]]:
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def _has_gpus() -> bool:
    return any(offer.get("GPU", 0) >= 1 for offer in _offers())


def _print_into(log_file: Path) -> None:
    """What this process prints, and what Ray forwards of its workers, goes into the run folder."""
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--storage", default="")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    sys.exit(main(asked.run, asked.storage))
