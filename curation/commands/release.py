"""`python -m curation release --name N`: write a release folder."""

import argparse

from curation import workspace
from curation.commands import terminal, validate
from curation.database import Database
from curation.release import releases

NAME = "release"
HELP = "Write a validated, immutable release folder for training."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="the folder's name")
    accepting = parser.add_mutually_exclusive_group()
    accepting.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="RULE",
        help="accept a rule's warnings; may be repeated",
    )
    accepting.add_argument("--accept-all", action="store_true", help="accept every warning")
    # Not the account's name: who releases goes into the card, and must not depend on the machine.
    parser.add_argument(
        "--by", default="lead", metavar="WHO", help="pseudonym of who releases (default lead)"
    )
    validate.add_policy(parser)


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    made = releases.create(
        database,
        workspace.current(),
        name=arguments.name,
        policy=validate.policy(database, arguments),
        by=arguments.by,
        now=arguments.now,
        accept=arguments.accept,
        accept_all=arguments.accept_all,
        progress=progress,
    )
    return {
        "path": str(made.path),
        "fingerprint": made.fingerprint,
        "train": made.train,
        "test": made.test,
        "excluded": made.excluded,
        "ties": made.ties,
    }
