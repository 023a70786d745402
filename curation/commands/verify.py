"""`python -m curation verify PATH`: compare a release folder with its manifest."""

import argparse
from dataclasses import asdict

from curation import workspace
from curation.commands import terminal
from curation.release import verify

NAME = "verify"
HELP = "Compare a release folder with its manifest."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="the release folder, or a release's name")


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    differences = verify.check(workspace.current().release_folder(arguments.path))
    return {"ok": not differences, "differences": [asdict(each) for each in differences]}
