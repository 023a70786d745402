"""`python -m training start RELEASE --model M`: start a run, or name the one the request has started."""

import argparse
import secrets

from curation import workspace
from training import preflight, supervisor
from training.commands import terminal, wanted
from training.supervisor import StartRequest

NAME = "start"
HELP = "Train a model on a release."


def configure(parser: argparse.ArgumentParser) -> None:
    wanted.configure(parser)
    wanted.configure_by(parser)
    parser.add_argument("--request", metavar="ID", help="starting twice with one ID starts one run")
    wanted.configure_launch(parser)
    parser.add_argument("--wait", action="store_true", help="wait for the end; fail unless it completes")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    space = workspace.current()
    request = StartRequest(
        release=wanted.release(arguments, space),
        model=wanted.model(arguments),
        recipe=wanted.settings(arguments),
        by=wanted.by(arguments),
        request_id=arguments.request or secrets.token_hex(8),
        launcher=arguments.launcher,
        launch=wanted.launch(arguments),
        space=space,
    )
    terminal.say("Looking at release, model and recipe.")
    folder = space.runs / supervisor.start(request)
    warnings = preflight.warnings_of(folder)
    terminal.say(*warnings)
    failure = terminal.failure_of(terminal.follow(folder)) if arguments.wait else None
    return terminal.of_run(folder, failure=failure, warnings=warnings)
