"""`python -m curation invite --role ROLE`: a one-time link for a new person, or for a new password."""

import argparse

from curation.commands import backup, terminal
from curation.database import Database
from curation.model import Role
from curation.people import invitations

NAME = "invite"
HELP = "Make a one-time link with which a new person comes in, or with which somebody sets a new password."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=[*Role], default=Role.ANNOTATOR, help="what the new person may do")
    parser.add_argument(
        "--for", dest="person", metavar="PSEUDONYM", help="a new password for this person instead"
    )
    parser.add_argument(
        "--url", default="http://127.0.0.1:8501", help="what the link begins with; as PAIRLOOM_URL of the app"
    )


def run(database: Database, arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    if arguments.person is None:
        role = Role(arguments.role)
        key = invitations.make(database, role, by=backup.ACTOR, now=arguments.now)
    else:
        key = invitations.renew(database, arguments.person, by=backup.ACTOR, now=arguments.now)
    link = f"{arguments.url.rstrip('/')}/invitation/{key}"
    return {"link": link, "expires": f"{arguments.now + invitations.VALID:%Y-%m-%dT%H:%M:%SZ}"}
