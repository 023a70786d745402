"""`python -m training log RUN`: the last lines its worker has printed."""

import argparse

from curation import workspace
from training import run_views, runs
from training.commands import terminal

NAME = "log"
HELP = "Show the last lines that the worker of a run has printed."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    parser.add_argument("--lines", type=int, default=40, metavar="N", help="how many (default: 40)")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    lines = runs.log_tail(folder, arguments.lines)
    words = "\n".join(lines) or "The worker has printed nothing yet."
    return terminal.Outcome(content=terminal.of_run(folder, lines=lines).content, words=words)
