"""`python -m curation compare BEFORE AFTER`: which rows came, went or changed between releases, and why."""

import argparse

from curation import workspace
from curation.commands import terminal
from curation.release import difference

NAME = "compare"
HELP = "Say which rows came, went or changed from one release to another, and why."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="BEFORE", help="a release's name or folder")
    parser.add_argument("after", metavar="AFTER", help="a release's name or folder")
    parser.add_argument(
        "--limit", type=int, default=100, help="rows to list (default 100); counts are of all"
    )


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    place = workspace.current()
    found = difference.compare(
        place.release_folder(arguments.before), place.release_folder(arguments.after), limit=arguments.limit
    )
    return {
        "same": found.same,
        "counts": {kind.value: count for kind, count in found.counts.items()},
        "settings": list(found.settings),
        "changes": [
            {"kind": each.kind.value, "pair": each.pair_id, "why": each.why, "since": list(each.since)}
            for each in found.changes
        ],
    }
