"""`python -m training COMMAND …`: the same functions as the pages, for scripts and checks.

Works while the app is open, because it touches only folders. A command is a module of training/commands with
NAME, HELP, configure(parser) and run(arguments). To add one, name it in the table below.
Exit codes: 0 done, 1 failed with one sentence on stderr, 2 wrong usage, 130 interrupted.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Protocol

from curation.errors import PairloomError
from training.commands import (
    delete,
    evaluate,
    log,
    merge,
    next_run,
    preflight,
    push,
    recipes,
    references,
    resume,
    start,
    status,
    stop,
    terminal,
    verify,
)


class Command(Protocol):
    """A module of training/commands."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the module
    @property
    def HELP(self) -> str: ...  # noqa: N802
    def configure(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> terminal.Outcome: ...


COMMANDS: tuple[Command, ...] = (
    start,
    preflight,
    status,
    log,
    stop,
    resume,
    next_run,
    verify,
    evaluate,
    merge,
    push,
    delete,
    recipes,
    references,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    arguments = _parser().parse_args(argv)
    (command,) = (each for each in COMMANDS if arguments.command == each.NAME)
    try:
        outcome = command.run(arguments)
    except PairloomError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. A run that was started goes on; ask for its status.", file=sys.stderr)
        return 130
    print(json.dumps(outcome.content, ensure_ascii=False) if arguments.json else outcome.words)
    if outcome.failure:
        print(outcome.failure, file=sys.stderr)
    return 1 if outcome.failure else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train on a release.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.configure(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
