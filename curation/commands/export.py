"""`python -m curation export RELEASE --layout L`: write a release in another layout."""

import argparse
from pathlib import Path

from curation import workspace
from curation.commands import terminal
from curation.release import export
from curation.release.layouts import Layout

NAME = "export"
HELP = "Write a release in the layout of another trainer."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", metavar="RELEASE", help="a release's name or folder")
    parser.add_argument(
        "--layout",
        required=True,
        type=Layout,
        choices=list(Layout),
        metavar="{" + ",".join(Layout) + "}",
        help="the layout",
    )
    parser.add_argument("--to", type=Path, metavar="PATH", help="a new folder (default: below exports/)")


def run(arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    place = workspace.current()
    folder = place.release_folder(arguments.release)
    into = arguments.to or export.place(folder, arguments.layout, place.exports)
    made = export.export(folder, arguments.layout, into, progress=progress)
    return {
        "path": str(made.path),
        "layout": made.layout.value,
        "fingerprint": made.fingerprint,
        "train": made.train,
        "test": made.test,
        "left_out": made.left_out,
    }
