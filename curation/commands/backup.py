"""`python -m curation backup [PATH]`: copy the database and compare the two; the app may be open."""

import argparse
from datetime import datetime
from pathlib import Path

from curation import backups, standby, workspace
from curation.commands import terminal
from curation.database import Database
from curation.errors import WorkspaceInUse
from curation.labelling import events

ACTOR = "command line"
NAME = "backup"
HELP = "Copy the database to a file and compare the two."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", nargs="?", type=Path, help="the new file; without it one in backups/"
    )


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    place = workspace.current()
    place.create()
    path = (arguments.path or backups.named(place, arguments.now)).resolve()
    if path.is_dir():
        path /= backups.named(place, arguments.now).name
    try:
        database = Database.open(place.database)
    except WorkspaceInUse:
        made = standby.ask(place, standby.BACKUP, {"path": str(path)})
        if made is None:  # held by something that is not the app
            raise
        return made
    try:
        return copied(database, path, arguments.now)
    finally:
        database.close()


def copied(database: Database, path: Path, now: datetime) -> dict[str, object]:
    """Make the copy, write it down in the audit; the command's answer."""
    copy = backups.make(database, path)
    events.add(database, actor=ACTOR, action="backup", subject=path.name, now=now)
    return as_json(copy)


def as_json(copy: backups.Copy) -> dict[str, object]:
    """What was copied; `differs` is empty, because a copy that differs is an error."""
    return {
        "ok": True,
        "differs": [],
        "path": str(copy.path),
        "tables": {name: table.rows for name, table in copy.tables.items()},
    }
