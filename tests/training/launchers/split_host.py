"""Runs whose model FSDP splits among processors: `python -m tests.training.launchers.split_host RUN …`.

accelerate takes the configuration of FSDP on GPUs only, and silently trains with DDP elsewhere. Its own code
and torch's work on a processor too, so here that one condition is lifted; everything else is as on GPUs. One
process loads the libraries and forks the processes of each run; a run without that configuration has one.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from training import runs
from training.launchers import accelerated

PROCESSES = 2


def main(folders: list[Path]) -> int:
    """Carry out one run after the other; 0 where every process of every run ended well."""
    # What every run loads, at its start and for its card.
    import matplotlib.figure  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    from training import job  # noqa: F401

    _split_on_processors()
    codes = [code for run in folders for code in _carried_out(run)]
    return max(codes)


def _carried_out(run: Path) -> list[int]:
    file = run / accelerated.CONFIGURATION
    told = [_environment(file, place) for place in range(PROCESSES)] if file.exists() else [{}]
    port = _free_port()
    pids = [_begun(run, one | {"MASTER_PORT": str(port)} if one else one) for one in told]
    return [abs(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])) for pid in pids]


def _begun(run: Path, environment: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    from training import worker

    os.environ.update(environment)
    log = os.open(run / runs.WORKER_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = worker.main(run)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _environment(file: Path, place: int) -> dict[str, str]:
    """What `accelerate launch` would set for one of its processes."""
    from accelerate.commands import launch
    from accelerate.utils.launch import prepare_multi_gpu_env

    words = ["--config_file", str(file), "-m", "training.worker", "run"]
    args, _, _ = launch._validate_launch_command(launch.launch_command_parser().parse_args(words))
    made = prepare_multi_gpu_env(args)
    told = {name: value for name, value in made.items() if name.startswith(("FSDP_", "ACCELERATE_"))}
    ranks = {"RANK": place, "LOCAL_RANK": place, "WORLD_SIZE": PROCESSES, "LOCAL_WORLD_SIZE": PROCESSES}
    return told | {name: str(value) for name, value in ranks.items()} | {"MASTER_ADDR": "127.0.0.1"}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _split_on_processors() -> None:
    from accelerate import state
    from accelerate.utils import DistributedType

    begin = state.AcceleratorState.__init__

    def begun(self: Any, *args: Any, fsdp_plugin: Any = None, **settings: Any) -> None:
        begin(self, *args, fsdp_plugin=fsdp_plugin, **settings)
        if self.distributed_type is DistributedType.MULTI_CPU:
            self.distributed_type = DistributedType.FSDP
            self.fsdp_plugin = fsdp_plugin or self.fsdp_plugin

    state.AcceleratorState.__init__ = begun


if __name__ == "__main__":
    sys.exit(main([Path(name).resolve() for name in sys.argv[1:]]))
