"""`python -m training next RUN`: let a waiting run be the next one on its device."""

import argparse

from curation import workspace
from training import run_views, supervisor
from training.commands import terminal

NAME = "next"
HELP = "Move a waiting run to the front of the queue."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    supervisor.move_to_front(folder)
    return terminal.of_run(folder)
