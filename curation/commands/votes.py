"""`python -m curation votes FILE`: take votes that people gave in another tool."""

import argparse
from pathlib import Path

from curation import workspace
from curation.commands import terminal
from curation.database import Database
from curation.intake import locations, sources, votes

NAME = "votes"
HELP = "Take human votes from a file of JSON lines."
SHOWN = 1000  # refusals listed


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="JSON lines, one vote a line")
    parser.add_argument("--by", metavar="WHO", default="command line", help="who imports, for the audit")


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    # Absolute, so that a file called "sample" is not taken for the sample.
    located = locations.locate(str(arguments.file.expanduser().absolute()), workspace.current())
    taken = votes.take(database, located, by=arguments.by, now=arguments.now, progress=progress)
    return {
        "pairs": taken.pairs,
        "votes": taken.votes,
        "refused": taken.refused,
        "new_pairs": taken.new_pairs,
        "new_votes": taken.new_votes,
        "order": "as in the file"
        if taken.as_given
        else "hashed: the file nearly always lists the winner on one side",
        "source": taken.source_id,
        "refusals": [
            {"line": refusal.line, "reason": refusal.reason, "excerpt": refusal.excerpt}
            for refusal in sources.refusals(database, taken.source_id, limit=SHOWN)
        ],
    }
