"""`python -m training status RUN`: where a run is."""

import argparse
import time
from pathlib import Path

from curation import workspace
from training import adoption, errors, run_views, runs
from training.commands import terminal
from training.launchers import table

NAME = "status"
HELP = "Say where a run is."

_CLOSING_SECONDS = 5.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    space = workspace.current()
    folder = run_views.find(space, arguments.run)
    adoption.adopt_all(space)
    adoption.adopt(folder)
    _let_a_dead_run_be_closed(folder)
    return terminal.of_run(folder)


def _let_a_dead_run_be_closed(folder: Path) -> None:
    # Its supervisor, just adopted, needs a moment to see that the worker is gone and to say so.
    deadline = time.monotonic() + _CLOSING_SECONDS
    while (folder / runs.WORKER_LOG).exists() and not runs.read_state(folder).state.is_final:
        if _may_be_at_work(folder) or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _may_be_at_work(folder: Path) -> bool:
    try:
        return table.of_run(folder).status(folder) is not None
    except (errors.Unreachable, errors.LaunchRefused):
        return True
