"""`python -m training references [--clear]`: what is kept of reference models."""

import argparse

from curation import workspace
from training import reference_store
from training.commands import terminal

NAME = "references"
HELP = "Say how much is kept of what reference models think of pairs, or delete it."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="delete it; the next runs compute it again")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    place = reference_store.folder(workspace.current())
    freed = reference_store.clear(place) if arguments.clear else 0
    taken, limit = reference_store.size(place), reference_store.limit()
    content = {"bytes": taken, "limit": limit, "freed": freed}
    words = (
        f"{freed:,} bytes are free again; the next runs ask their reference anew."
        if arguments.clear
        else f"{taken:,} of at most {limit:,} bytes in {place}. Delete them with --clear."
    )
    return terminal.Outcome(content=content, words=words)
