"""Starts the processes of one run and ends them together: `python -m training.launchers.agent RUN_DIR`.

It is torchrun, which accelerate uses too, and dies the death of the process that failed first: torchrun's own
exit code is 1 whatever happened, and nobody could tell a process killed for memory from any other failure.
"""

import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from torch.distributed import run as torchrun
from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

from training import runs
from training.launchers import accelerated

log = logging.getLogger(__name__)


def main(run: Path) -> int:
    """Start the processes and wait for them; the exit code of the one that failed first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    gpus = (run / accelerated.CONFIGURATION).exists()
    _, *arguments = accelerated.command(str(run), runs.read_request(run).launch, gpus=gpus)
    try:
        if gpus:
            _accelerate(arguments[1:])
        else:
            torchrun.run(torchrun.parse_args(arguments))  # type: ignore[no-untyped-call]
    except ChildFailedError as error:
        return _die_like(*cause(error.failures))
    except SignalException as error:
        return 128 + int(error.sigval)
    return 0


def cause(failures: Mapping[int, ProcessFailure]) -> tuple[int, int]:
    """Which process is to blame, and its exit code, negative for a signal.

    One that was killed goes before one that failed: a process fails when it loses another, perhaps before
    anybody has looked. TERM is how the agent itself ends those that are left.
    """
    killed = {
        rank: one for rank, one in failures.items() if one.exitcode < 0 and one.exitcode != -signal.SIGTERM
    }
    rank, first = min((killed or failures).items(), key=lambda item: item[1].timestamp)
    return rank, first.exitcode


def _accelerate(arguments: list[str]) -> None:
    from accelerate.commands import launch

    launch.launch_command(launch.launch_command_parser().parse_args(arguments))


def _die_like(rank: int, code: int) -> int:
    if code >= 0:
        log.error("process %d has failed", rank)
        return code or 1
    log.error("process %d was ended by %s", rank, signal.Signals(-code).name)
    logging.shutdown()
    signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
    os.kill(os.getpid(), -code)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
