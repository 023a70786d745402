"""What our callbacks, metrics, heartbeat and supervisor cost beside the training itself.

`python -m benchmarks.overhead`. The worker's own trainer without anything of ours around it ("bare"), the
worker, and a plain TRL script take turns on one run, one thread each; then a run is supervised and the
supervisor's processor time is read. A limit of 2 % is the aim. A file system makes wall time noisy: the
processor's time is the figure, wall beside it.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks import peers
from benchmarks.peers import Time
from training import adoption, runs

_KINDS = ("bare", "pairloom", "trl")
_LOOK_SECONDS = 0.2


def main() -> None:
    parser = peers.sized(argparse.ArgumentParser(description=__doc__))
    arguments = parser.parse_args()
    times: dict[str, list[Time]] = {kind: [] for kind in _KINDS}
    for number in range(arguments.rounds):
        for kind in _KINDS if number % 2 else reversed(_KINDS):
            with tempfile.TemporaryDirectory() as folder:
                prepared = peers.prepared(Path(folder), arguments)
                times[kind].append(peers.timed(kind, sys.executable, prepared))
    _tell(times)
    with tempfile.TemporaryDirectory() as folder:
        _supervised(peers.prepared(Path(folder), arguments) / "home" / "runs" / "run")


def _tell(times: dict[str, list[Time]]) -> None:
    for name in ("loop_cpu", "loop_wall"):
        pairs = zip(times["pairloom"], times["bare"], strict=True)
        more = [getattr(ours, name) / getattr(alone, name) - 1 for ours, alone in pairs]
        print(
            f"{name.replace('_', ' ')}: {statistics.median(more):+.1%} by what is ours around the trainer "
            f"(median of {len(more)} pairs of runs, {min(more):+.1%} to {max(more):+.1%})"
        )
    starts = {kind: statistics.median(one.start_cpu for one in taken) for kind, taken in times.items()}
    loops = {kind: statistics.median(one.loop_cpu for one in taken) for kind, taken in times.items()}
    print(f"start, processor: worker {starts['pairloom']:.1f} s, plain TRL {starts['trl']:.1f} s")
    print(f"training, processor: worker {loops['pairloom']:.1f} s, plain TRL {loops['trl']:.1f} s")


def _supervised(run: Path) -> None:
    """The run again, with its supervisor, whose processor time is read until it ends."""
    runs.write_state(run, runs.State(run=run.name))
    began = time.perf_counter()
    adoption.watch(run)
    used, worker = 0.0, 0.0
    while not runs.read_state(run).state.is_final:
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or ())
            if str(run) in line:
                taken = _seconds(process)
                used, worker = (
                    (max(used, taken), worker) if "training.watch" in line else (used, max(worker, taken))
                )
        time.sleep(_LOOK_SECONDS)
    wall = time.perf_counter() - began
    print(
        f"supervisor: {used:.2f} s of processor time beside {worker:.1f} s of the worker's "
        f"({used / max(worker, 1e-9):.1%}), {wall:.1f} s from start to end; {runs.read_state(run).state}"
    )


def _seconds(process: psutil.Process) -> float:
    try:
        taken = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(taken.user + taken.system)


if __name__ == "__main__":
    main()
