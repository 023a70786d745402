"""`python -m curation trace RELEASE PAIR`: from a row of a release back to its votes and its source line."""

import argparse
from dataclasses import asdict

from curation import workspace
from curation.commands import terminal
from curation.release import trace

NAME = "trace"
HELP = "Say which votes and which source line stand behind a row of a release."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", metavar="RELEASE", help="a release's name or folder")
    parser.add_argument("pair", metavar="PAIR", help="the row's pair_id, or its beginning")


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    found = trace.trace(workspace.current().release_folder(arguments.release), arguments.pair)
    words = [{**asdict(word), "at": word.at.isoformat()} for word in found.words]
    return {**asdict(found), "reasons": list(found.reasons), "words": words}
