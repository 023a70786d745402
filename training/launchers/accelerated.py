"""Several processes of this machine that train together, one a GPU or, on a processor, sharing its cores.

The worker is an agent (training.launchers.agent) that starts the processes and ends them together; to the
supervisor it is one process like any other. On GPUs accelerate starts them, by a configuration written into
the run's folder; on a processor torchrun does, because `accelerate launch --cpu` starts a single process.
"""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from training import devices, errors, recipe, runs
from training.launchers import configuration, local
from training.launchers.local import Worker
from training.turns import Places, Turn

CONFIGURATION = "launch/accelerate.yaml"


def places(run: Path) -> Places:
    """As many GPUs as processes; or the processor, which they share.

    Raises:
        LaunchRefused: there are fewer GPUs.
    """
    slots, wanted = devices.slots(), _processes(run)
    if not devices.are_gpus(slots):
        return Places(slots=slots, count=1)
    if wanted > len(slots):
        raise errors.LaunchRefused(configuration.too_few(wanted, len(slots)))
    return Places(slots=slots, count=wanted)


def submit(run: Path, turn: Turn) -> Worker:
    """Write down the configuration, then start the agent; see local.submit."""
    request = runs.read_request(run)
    if devices.are_gpus(turn.devices):
        settings = recipe.from_dict(request.recipe)
        path = run / CONFIGURATION
        path.parent.mkdir(exist_ok=True)
        path.write_text(configuration.text(settings, request.launch), encoding="utf-8")
    agent = [sys.executable, "-P", "-m", "training.launchers.agent", str(run)]
    return local.start(run, turn, agent, environment(request.launch))


def status(run: Path) -> Worker | None:
    """The living agent; None where there is none on this machine."""
    return local.status(run)


def stop(run: Path, number: signal.Signals) -> bool:
    """Signal the agent; it ends its processes, and they end by themselves where it cannot."""
    return local.stop(run, number)


def logs(run: Path, lines: int) -> list[str]:
    """The last lines that any of the processes has printed."""
    return local.logs(run, lines)


def clear_up(run: Path) -> str | None:
    """Kill processes that a dead agent left running; see local.clear_up."""
    return local.clear_up(run)


def command(run: str, launch: Mapping[str, str | int], *, gpus: bool) -> list[str]:
    """What starts the processes, for a person too: it needs nothing of the app.

    Args:
        run: folder, or what a person is to put in its place.
    """
    worker = ["-m", "training.worker", run]
    if gpus:
        return ["accelerate", "launch", "--config_file", f"{run}/{CONFIGURATION}", *worker]
    return ["torchrun", "--standalone", "--nproc-per-node", str(launch["processes"]), *worker]


def environment(launch: Mapping[str, str | int]) -> dict[str, str]:
    """The processor's cores are shared out; one thread too many a process and they wait for each other."""
    cores = max(1, (os.cpu_count() or 2) - 1)
    threads = os.environ.get("OMP_NUM_THREADS", str(max(1, cores // int(launch["processes"]))))
    return {"OMP_NUM_THREADS": threads, "PYTHONSAFEPATH": "1"}


def _processes(run: Path) -> int:
    return int(runs.read_request(run).launch["processes"])
