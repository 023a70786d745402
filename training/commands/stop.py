"""`python -m training stop RUN`: save, stop, and wait until the process is gone."""

import argparse

from curation import workspace
from training import run_views, supervisor
from training.commands import terminal

NAME = "stop"
HELP = "Let a run save a checkpoint and stop; it can be resumed."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    parser.add_argument("--no-wait", action="store_true", help="only ask; do not wait until it has stopped")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    supervisor.stop(folder)
    if not arguments.no_wait:
        terminal.follow(folder)
    return terminal.of_run(folder)
