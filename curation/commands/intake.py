"""`python -m curation import SOURCE`: bring in pairs from a file, the Hub or the bundled sample."""

import argparse

from curation.commands import terminal
from curation.database import Database
from curation.errors import InvalidInput

NAME = "import"
HELP = "Import preference pairs from a file, hub:NAME[@REVISION] or sample."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="a file, hub:NAME[@REVISION] or sample")


def run(
    _database: Database, _arguments: argparse.Namespace, _progress: terminal.Progress
) -> dict[str, object]:
    raise InvalidInput("Imports are being built.")
