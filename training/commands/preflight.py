"""`python -m training preflight RELEASE --model M`: what would stand in the way of a start."""

import argparse

from curation import workspace
from training import preflight
from training.commands import terminal, wanted

NAME = "preflight"
HELP = "Look at everything that a run needs, without starting it."


def configure(parser: argparse.ArgumentParser) -> None:
    wanted.configure(parser)


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    space = workspace.current()
    space.create()
    seen = preflight.check(
        wanted.release(arguments, space), wanted.model(arguments), wanted.settings(arguments), space=space
    )
    words = "\n".join(f"{one.severity}  {one.id}: {one.message}" for one in seen.findings)
    failure = f"A start would be refused: {seen.errors[0].message}" if seen.errors else None
    return terminal.Outcome(content=seen.to_dict(), words=words, failure=failure)
