"""`python -m training preflight RELEASE --model M`: what would stand in the way of a start."""

import argparse

from curation import workspace
from training import launch_words, preflight, supervisor
from training.commands import terminal, wanted
from training.launchers import table
from training.supervisor import StartRequest

NAME = "preflight"
HELP = "Look at everything that a run needs, without starting it."


def configure(parser: argparse.ArgumentParser) -> None:
    wanted.configure(parser)
    wanted.configure_by(parser)
    wanted.configure_launch(parser)
    parser.add_argument(
        "--measure", action="store_true", help="let two steps run first, and say what they really took"
    )


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    space = workspace.current()
    space.create()
    asked = StartRequest(
        release=wanted.release(arguments, space),
        model=wanted.model(arguments),
        recipe=wanted.settings(arguments),
        by=wanted.by(arguments),
        space=space,
        launcher=arguments.launcher,
        launch=table.checked(arguments.launcher, wanted.launch(arguments)),
    )
    if arguments.measure:
        ended = terminal.follow(space.runs / supervisor.try_out(asked))
        if failure := terminal.failure_of(ended):
            return terminal.Outcome(content={"findings": []}, words="", failure=failure)
    seen = preflight.check(
        asked.release, asked.model, asked.recipe, space=space, launcher=asked.launcher, launch=asked.launch
    )
    words = "\n".join(f"{one.severity}  {one.id}: {one.message}" for one in seen.findings)
    words += launch_words.written(asked.recipe, asked.launcher, asked.launch)
    failure = f"A start would be refused: {seen.errors[0].message}" if seen.errors else None
    return terminal.Outcome(content=seen.to_dict(), words=words, failure=failure)
