"""`python -m training resume RUN`: go on from its newest whole checkpoint, in a new run folder."""

import argparse

from curation import workspace
from training import run_views, supervisor
from training.commands import terminal, wanted

NAME = "resume"
HELP = "Go on from the newest whole checkpoint of a run, as a new run."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    wanted.configure_by(parser)
    parser.add_argument("--request", metavar="ID", help="resuming twice with one ID starts one run")
    parser.add_argument("--wait", action="store_true", help="wait for the end; fail unless it completes")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    earlier = run_views.find(workspace.current(), arguments.run)
    started = supervisor.resume(earlier, by=wanted.by(arguments), request_id=arguments.request)
    folder = earlier.parent / started
    failure = terminal.failure_of(terminal.follow(folder)) if arguments.wait else None
    return terminal.of_run(folder, failure=failure, resumes=earlier.name)
