"""`python -m training push RUN --repository OWNER/NAME`: put a run's adapter or model on the Hub."""

import argparse

from curation import workspace
from training import result_push, run_views
from training.commands import terminal

NAME = "push"
HELP = "Put what a run has left on the Hugging Face Hub, private unless --public; token from HF_TOKEN."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", help="a run or merge: its id, the beginning of one, or a folder"
    )
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="the model on the Hub")
    parser.add_argument("--public", action="store_true", help="let everybody read it")
    parser.add_argument("--dry-run", action="store_true", help="only list what would be sent")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    planned = result_push.plan(folder, arguments.repository, private=not arguments.public)
    content: dict[str, object] = {
        "run": planned.run,
        "repository": planned.repository,
        "private": planned.private,
        "bytes": planned.size,
        "files": [{"path": name, "bytes": path.stat().st_size} for name, path in planned.files.items()],
    }
    if arguments.dry_run:
        words = "\n".join([f"Would go to {planned.repository}:", *planned.files])
        return terminal.Outcome(content={**content, "pushed": False}, words=words)
    url, commit = result_push.push(planned)
    return terminal.Outcome(
        content={**content, "pushed": True, "url": url, "commit": commit},
        words=f"{planned.run} is at {url}, revision {commit[:12]}.",
    )
