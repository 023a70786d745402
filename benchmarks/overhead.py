"""What our callbacks, metrics, heartbeat and supervisor cost beside the training itself; 2 % is the aim.

`python -m benchmarks.overhead`. Three looks at it: the processor time of our callbacks and of the heartbeat,
counted inside the worker's loop call by call; the worker's loop against that of its own trainer without
anything of ours around it ("bare"), taking turns; and a supervised run, whose supervisor's processor time is
read. A plain TRL script runs beside them for the start. One thread each and processor time, so that what else
the machine does disturbs little.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
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
    inside = [one.beside / one.loop_cpu for one in times["pairloom"]]
    print(f"inside the loop: {_said(inside, '.2%')} of its processor time are ours, counted call by call")
    for name in ("loop_cpu", "loop_wall"):
        pairs = zip(times["pairloom"], times["bare"], strict=True)
        more = [getattr(ours, name) / getattr(alone, name) - 1 for ours, alone in pairs]
        print(f"{name.replace('_', ' ')}: {_said(more, '+.1%')} by what is ours around the trainer")
    starts = {kind: statistics.median(one.start_cpu for one in taken) for kind, taken in times.items()}
    ratios = [
        ours.start_cpu / plain.start_cpu - 1
        for ours, plain in zip(times["pairloom"], times["trl"], strict=True)
    ]
    print(f"start, processor: {_said(ratios, '+.1%')} against plain TRL")
    loops = {kind: statistics.median(one.loop_cpu for one in taken) for kind, taken in times.items()}
    print(f"start, processor: worker {starts['pairloom']:.1f} s, plain TRL {starts['trl']:.1f} s")
    print(f"training, processor: worker {loops['pairloom']:.1f} s, plain TRL {loops['trl']:.1f} s")


def _said(shares: Sequence[float], form: str) -> str:
    """The median, and how far the measurements spread: what is true lies outside once in 2**(n - 1) times."""
    spread = f"{format(min(shares), form)} to {format(max(shares), form)}"
    sure = 1 - 2.0 ** (1 - len(shares))
    median = format(statistics.median(shares), form)
    return f"{median} ({spread}, which holds the true median {sure:.0%} of times)"


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
