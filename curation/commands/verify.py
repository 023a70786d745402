"""`python -m curation verify PATH`: compare a release folder with its manifest."""

import argparse
from dataclasses import asdict
from pathlib import Path

from curation.commands import terminal
from curation.release import verify

NAME = "verify"
HELP = "Compare a release folder with its manifest."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=Path, help="the release folder")


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    differences = verify.check(arguments.path)
    return {"ok": not differences, "differences": [asdict(each) for each in differences]}
