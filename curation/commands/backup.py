"""`python -m curation backup [PATH]`: copy the database to a file and compare the two."""

import argparse
from pathlib import Path

from curation import backups, workspace
from curation.commands import terminal
from curation.database import Database
from curation.labelling import events

ACTOR = "command line"
NAME = "backup"
HELP = "Copy the database to a file and compare the two."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", nargs="?", type=Path, help="the new file; without it one in backups/"
    )


def run(database: Database, arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    path = arguments.path or backups.named(workspace.current(), arguments.now)
    if path.is_dir():
        path /= backups.named(workspace.current(), arguments.now).name
    copy = backups.make(database, path)
    events.add(database, actor=ACTOR, action="backup", subject=path.name, now=arguments.now)
    return as_json(copy)


def as_json(copy: backups.Copy) -> dict[str, object]:
    """What was copied; `differs` is empty, because a copy that differs is an error."""
    return {
        "ok": True,
        "differs": [],
        "path": str(copy.path),
        "tables": {name: table.rows for name, table in copy.tables.items()},
    }
