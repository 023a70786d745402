"""`python -m curation push RELEASE --repository OWNER/NAME`: put a release on the Hugging Face Hub."""

import argparse

from curation import workspace
from curation.commands import terminal
from curation.release import publish

NAME = "push"
HELP = "Put a release on the Hugging Face Hub, private unless --public; the token comes from HF_TOKEN."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", metavar="RELEASE", help="a release's name or folder")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="the data set on the Hub")
    parser.add_argument("--public", action="store_true", help="let everybody read it")
    parser.add_argument("--dry-run", action="store_true", help="only list what would be sent")


def run(arguments: argparse.Namespace, _progress: terminal.Progress) -> dict[str, object]:
    folder = workspace.current().release_folder(arguments.release)
    planned = publish.plan(folder, arguments.repository, private=not arguments.public)
    result: dict[str, object] = {
        "repository": planned.repository,
        "private": planned.private,
        "fingerprint": planned.fingerprint,
        "bytes": planned.size,
        "files": [{"path": name, "bytes": size} for name, size in planned.files],
    }
    if arguments.dry_run:
        return {**result, "pushed": False}
    pushed = publish.push(folder, planned)
    return {**result, "pushed": True, "url": pushed.url, "commit": pushed.commit}
