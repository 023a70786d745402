"""Workers on the machines of a Ray cluster: submit, status, stop, logs.

The run is a job of the cluster; its id there is the run's id, so that asking twice starts one job, and
whoever looks for it finds it again. The job writes into the same run folder, which all machines see, or to a
storage from which a mirror fills the folder. Ray itself is loaded by the cluster's processes only
(ray_driver); here its Jobs API is asked.
"""

import contextlib
import os
import re
import shlex
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from training import documents, errors, runs
from training.exchange import index, luggage, storage
from training.exchange.follower import Follower
from training.exchange.mirror import Mirror
from training.exchange.storage import Storage
from training.launchers import local, ray_api, source_archive
from training.launchers.ray_api import Job
from training.turns import Places, Turn

LOST_VARIABLE = "PAIRLOOM_CLUSTER_LOST_SECONDS"  # so long neither the cluster nor the worker gives a sign
_LOST_SECONDS = 180.0
_ASK_SECONDS = 1.0
_LOG_LINES = 200
_FORWARDED = ("OMP_WAIT_POLICY", "HF_HUB_DISABLE_TELEMETRY", "TOKENIZERS_PARALLELISM", "PYTHONUNBUFFERED")
_QUIET = {"RAY_COLOR_PREFIX": "0", "RAY_DEDUP_LOGS": "0", "RAY_TRAIN_ENABLE_PRINT_PATCH": "0"}


@dataclass(slots=True, kw_only=True)
class Worker:
    """The job of a run, ours or one found again.

    Attributes:
        locks: hold the cluster's place in the queue for as long as we watch.
        follower: brings what the run leaves at its storage; None where it shares our folder.
    """

    run: Path
    address: str
    adopted: bool
    locks: tuple[int, ...] = ()
    follower: Follower | None = None
    _job: Job | None = None
    _asked_at: float = 0.0
    _silent_since: float | None = field(default=None)
    _stop_sent: bool = False

    @property
    def name(self) -> str:
        return f"job {self.run.name} of the Ray cluster at {self.address}"

    def has_ended(self) -> bool:
        """Raises Unreachable while cluster or storage do not answer, until they count as lost."""
        if time.monotonic() - self._asked_at < _ASK_SECONDS:
            return self._job is not None and self._job.is_over and self.follower is None
        self._asked_at = time.monotonic()
        self._send_stop()
        try:
            self._job = ray_api.job(self.address, self.run.name)
        except errors.Unreachable:
            if self._is_lost():
                return True
            raise
        if self.follower is not None:
            return self._is_brought(self.follower, over=self._job is None or self._job.is_over)
        self._silent_since = None
        return self._job is None or self._job.is_over

    def close(self) -> int | None:
        """Keep what the job has printed, and leave the queue."""
        for lock in self.locks:
            os.close(lock)
        self.locks = ()
        if self.follower is not None:
            self.follower.give_up()
            if not self.follower.is_settled() or self.follower.problem:
                return None  # clear_up says why
        if self._job is None or not self._job.is_over:
            return None
        if self._job.status != "SUCCEEDED":
            _keep_log(self.run, self.address, self._job)
        code = 0 if self._job.status == "SUCCEEDED" else 1
        return code if self._job.code is None else self._job.code

    def _is_brought(self, follower: Follower, *, over: bool) -> bool:
        """The job is over and all that it has left is here, or nobody can wait for it any longer."""
        if over and follower.is_settled():
            return True
        if not follower.problem:
            self._silent_since = None
            return False
        self._silent_since = self._silent_since or time.monotonic()
        if over and time.monotonic() - self._silent_since >= _lost_seconds():
            return True
        raise errors.Unreachable(follower.problem)

    def _send_stop(self) -> None:
        if self.follower is not None and not self._stop_sent and runs.stop_asked(self.run):
            with contextlib.suppress(
                errors.Unreachable
            ):  # which the follower says; the next look tries again
                _place(self.run).write(index.STOP, b"")
                self._stop_sent = True

    def _is_lost(self) -> bool:
        self._silent_since = self._silent_since or time.monotonic()
        patience = _lost_seconds()
        return time.monotonic() - self._silent_since >= patience and _is_silent(self.run, patience)


def places(run: Path) -> Places:
    """The cluster, one run at a time."""
    return Places(slots=(f"ray-{re.sub('[^a-z0-9.]+', '-', cluster_of(run).lower())}",), count=1)


def submit(run: Path, turn: Turn) -> Worker:
    """Submit the job of a run and write down which it is.

    Raises:
        LaunchRefused: the cluster does not answer or does not take it.
        StopAsked: somebody asked to stop while its files were sent.
    """
    address = cluster_of(run)
    _pack(run)  # before anything says that the run was submitted: a supervisor killed here begins anew
    (run / runs.WORKER_LOG).touch()
    content = {"launcher": "ray", "address": address, "submission": run.name, "host": os.uname().nodename}
    documents.write(run / runs.PROCESS, content)
    try:
        code = ray_api.upload(address, *source_archive.made())
        wanted = ray_api.Submission(
            id=run.name, entrypoint=_entrypoint(run), code=code, environment=_environment(run)
        )
        ray_api.submit(address, wanted)
    except errors.Unreachable as error:
        raise errors.LaunchRefused(str(error)) from error
    # The job cannot inherit our locks as a child would.
    locks = tuple(os.dup(lock) for lock in turn.locks)
    return Worker(run=run, address=address, adopted=False, locks=locks, follower=_follower(run))


def status(run: Path) -> Worker | None:
    """The living job of a run, whoever submitted it.

    Raises:
        Unreachable: the cluster does not answer, and has not been silent for long.
    """
    if not (run / runs.PROCESS).exists():
        return None
    address = cluster_of(run)
    try:
        job = ray_api.job(address, run.name)
    except errors.Unreachable:
        if _is_silent(run, _lost_seconds()):
            return None
        raise
    if job is None or job.is_over:
        return None
    return Worker(run=run, address=address, adopted=True, follower=_follower(run))


def stop(run: Path, number: signal.Signals) -> bool:  # noqa: ARG001 - Ray itself goes from TERM to KILL
    """End the job with all of its workers."""
    sent = False
    with contextlib.suppress(errors.Unreachable):
        sent = ray_api.stop(cluster_of(run), run.name)
    time.sleep(_ASK_SECONDS)  # the supervisor asks ten times a second
    return sent


def logs(run: Path, lines: int) -> list[str]:
    """The last lines printed: from the run folder, or from the cluster where it has printed elsewhere."""
    kept = runs.log_tail(run, lines)
    if kept or not (run / runs.PROCESS).exists():
        return kept
    with contextlib.suppress(errors.Unreachable):
        return ray_api.logs(cluster_of(run), run.name)[-lines:]
    return []


def clear_up(run: Path) -> str | None:
    """A job takes its workers with it; what is left to find out is whether anybody knows how it ended."""
    address, lacking = cluster_of(run), _not_brought(run)
    try:
        job = ray_api.job(address, run.name)
    except errors.Unreachable:
        return f"The Ray cluster at {address} gives no sign of life."
    if job is None:
        return f"The Ray cluster at {address} knows nothing of this run; it was probably started anew."
    if job.is_over and job.status != "SUCCEEDED":
        _keep_log(run, address, job)
    return lacking


def is_at_work(run: Path) -> bool | None:
    """Whether the cluster computes the run; None where it does not answer."""
    try:
        job = ray_api.job(cluster_of(run), run.name)
    except errors.Unreachable:
        return None
    return job is not None and not job.is_over


def cluster_of(run: Path) -> str:
    """Of the cluster that was asked to compute the run."""
    known = documents.read_or_none(run / runs.PROCESS) or {}
    return str(known.get("address") or ray_api.normal(str(runs.read_request(run).launch["address"])))


def _entrypoint(run: Path) -> str:
    driver = ["python", "-m", "training.launchers.ray_driver"]
    url = _storage(run)
    return shlex.join([*driver, run.name, "--storage", url] if url else [*driver, str(run)])


def _storage(run: Path) -> str:
    """The URL that the run travels by; "" where all machines see its folder."""
    return str(runs.read_request(run).launch.get("storage") or "")


def _pack(run: Path) -> None:
    if url := _storage(run):
        try:
            luggage.pack(run, storage.opened(url))
        except errors.Unreachable as error:
            raise errors.LaunchRefused(str(error)) from error


def _place(run: Path) -> Storage:
    return luggage.place(storage.opened(_storage(run)), run.name)


def _follower(run: Path) -> Follower | None:
    return Follower(Mirror(run, _place(run))) if _storage(run) else None


def _not_brought(run: Path) -> str | None:
    """Bring what a run has left while nobody watched; why it cannot be brought, a sentence."""
    if not _storage(run):
        return None
    try:
        Mirror(run, _place(run)).round(last=True)
    except errors.Unreachable as error:
        return f"{error} What the run has left may lie there, under runs/{run.name}."
    return None


def _environment(run: Path) -> dict[str, str]:
    """No secrets: a cluster shows the environment of a job to everybody who may look at it."""
    ours = local.environment(run)
    return {name: ours[name] for name in _FORWARDED} | _QUIET


def _keep_log(run: Path, address: str, job: Job) -> None:
    """What the cluster says and what the job printed before it could open the run folder."""
    with contextlib.suppress(errors.Unreachable):
        told = [job.message, *ray_api.logs(address, run.name)[-_LOG_LINES:]]
        with (run / runs.WORKER_LOG).open("a", encoding="utf-8") as log:
            log.writelines(f"{line}\n" for line in told if line)


def _is_silent(run: Path, seconds: float) -> bool:
    silent = runs.silent_seconds(run)
    return silent is None or silent >= seconds


def _lost_seconds() -> float:
    return float(os.environ.get(LOST_VARIABLE) or _LOST_SECONDS)
