"""`python -m training merge RUN`: base and adapter as one 16-bit model, checked against the two."""

import argparse

from curation import workspace
from training import documents, run_views
from training.commands import terminal, wanted
from training.merging import start
from training.merging.asked import CHECK, Kind

NAME = "merge"
HELP = "Fold a completed run's adapter into its base model; kept only where it answers as the two do."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    parser.add_argument(
        "--dtype", default=Kind.BFLOAT16.value, choices=[kind.value for kind in Kind], help="numbers to write"
    )
    wanted.configure_by(parser)
    parser.add_argument("--request", metavar="ID", help="merging twice with one ID starts one merge")
    parser.add_argument("--wait", action="store_true", help="wait for the end; fail unless it completes")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    started = start.start(
        folder, by=wanted.by(arguments), kind=Kind(arguments.dtype), request_id=arguments.request
    )
    made = folder.parent / started
    failure = terminal.failure_of(terminal.follow(made)) if arguments.wait else None
    checked = documents.read_or_none(made / CHECK)
    outcome = terminal.of_run(made, failure=failure, merges=folder.name, check=checked)
    words = "\n".join([outcome.words, *([checked["sentence"]] if checked else [])])
    return terminal.Outcome(content=outcome.content, words=words, failure=failure)
