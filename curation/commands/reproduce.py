"""`python -m curation reproduce NAME`: write an old release again and compare it byte for byte."""

import argparse
from pathlib import Path

from curation import workspace
from curation.commands import terminal
from curation.database import Database
from curation.release import reproduction

NAME = "reproduce"
HELP = "Write a release again from the database as it was, and compare it byte for byte."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the release")
    parser.add_argument(
        "--to", type=Path, metavar="PATH", help="keep the reproduction in this new folder (else only compare)"
    )


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    found = reproduction.reproduce(
        database, workspace.current(), arguments.name, into=arguments.to, progress=progress
    )
    return {
        "ok": found.identical,
        "message": found.sentence,
        "differing": list(found.differing),
        "path": None if found.kept is None else str(found.kept),
    }
