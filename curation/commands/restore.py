"""`python -m curation restore PATH`: put a backup in place of the workspace's database."""

import argparse
from pathlib import Path

from curation import backups, workspace
from curation.commands import backup, terminal
from curation.database import Database
from curation.labelling import events

NAME = "restore"
HELP = "Put a backup in place of the workspace's database and compare the two."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=Path, help="a file that `backup` has made")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace a workspace that holds something; what is there is kept under backups",
    )


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    copy = backups.restore(workspace.current(), arguments.path, replace=arguments.replace, now=arguments.now)
    _write_down(arguments)
    aside = {} if copy.aside is None else {"kept": str(copy.aside)}
    return backup.as_json(copy) | aside


def _write_down(arguments: argparse.Namespace) -> None:
    database = Database.open(workspace.current().database)
    try:
        events.add(
            database, actor=backup.ACTOR, action="restore", subject=arguments.path.name, now=arguments.now
        )
    finally:
        database.close()
