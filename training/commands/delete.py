"""`python -m training delete RUN --yes`: remove a run's folder; without --yes, say what would be lost."""

import argparse

from curation import workspace
from training import deletion, run_views
from training.commands import terminal

NAME = "delete"
HELP = "Delete a run that has ended, with everything it has left; says what would be lost unless --yes."

_MIB = 2**20


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    parser.add_argument("--yes", action="store_true", help="do it; there is no way back")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    lost = deletion.delete(folder) if arguments.yes else deletion.foresee(folder)
    did = "Deleted" if arguments.yes else "Would delete"
    words = [f"{did} {folder.name}, {lost.size / _MIB:,.1f} MiB.", *lost.sentences]
    content = {"run": folder.name, "bytes": lost.size, "deleted": arguments.yes, "also": list(lost.sentences)}
    return terminal.Outcome(content=content, words="\n".join(words))
