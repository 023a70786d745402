"""`python -m curation COMMAND …`: the same functions as the pages, for scripts and checks.

A command is a module of curation/commands with NAME, HELP, configure(parser) and run(…), which
returns the JSON object that `--json` prints as the last line. To add one, name it in a table below.
Exit codes: 0 done, 1 failed with one sentence on stderr, 2 wrong usage, 130 interrupted.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from curation import workspace
from curation.commands import (
    agreement,
    backup,
    compare,
    export,
    intake,
    invite,
    push,
    release,
    reproduce,
    restore,
    suspect,
    terminal,
    trace,
    validate,
    verify,
    votes,
)
from curation.database import Database
from curation.errors import PairloomError


class _Named(Protocol):
    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the module
    @property
    def HELP(self) -> str: ...  # noqa: N802
    def configure(self, parser: argparse.ArgumentParser) -> None: ...


class Command(_Named, Protocol):
    """A command that works on the workspace; `arguments.now` is the time, naive UTC."""

    def run(
        self, database: Database, arguments: argparse.Namespace, progress: terminal.Progress, /
    ) -> dict[str, object]: ...


class FolderCommand(_Named, Protocol):
    """A command that needs no database, so that it works while the app is open."""

    def run(self, arguments: argparse.Namespace, progress: terminal.Progress, /) -> dict[str, object]: ...


COMMANDS: tuple[Command, ...] = (
    intake,
    votes,
    agreement,
    validate,
    suspect,
    release,
    reproduce,
    invite,
)
FOLDER_COMMANDS: tuple[FolderCommand, ...] = (verify, trace, compare, export, push, backup, restore)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    arguments = _parser().parse_args(argv)
    arguments.now = datetime.now(UTC).replace(tzinfo=None)
    try:
        result = _run(arguments)
    except PairloomError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was already saved stays; run the command again to finish.", file=sys.stderr)
        return 130
    print(json.dumps(result) if arguments.json else terminal.in_words(result))
    # A check that ran and found differences has its whole answer on stdout, and is a failure to a script.
    return 0 if result.get("ok", True) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m curation", description="Work on a Pairloom workspace.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (*COMMANDS, *FOLDER_COMMANDS):
        sub = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.configure(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser


def _run(arguments: argparse.Namespace) -> dict[str, object]:
    with terminal.bar(arguments.command) as progress:
        for folder_command in FOLDER_COMMANDS:
            if arguments.command == folder_command.NAME:
                return folder_command.run(arguments, progress)
        (command,) = (each for each in COMMANDS if arguments.command == each.NAME)
        place = workspace.current()
        place.create()
        database = Database.open(place.database)
        try:
            return command.run(database, arguments, progress)
        finally:
            database.close()


if __name__ == "__main__":
    sys.exit(main())
