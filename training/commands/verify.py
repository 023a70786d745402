"""`python -m training verify RUN`: is everything that a completed run has left still whole."""

import argparse

from curation import workspace
from training import run_views, verification
from training.commands import terminal

NAME = "verify"
HELP = "Check that a completed run's files open, are unchanged, and name their release."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    problems = verification.problems(folder)
    outcome = terminal.of_run(folder, ok=not problems, problems=list(problems))
    words = "\n".join([outcome.words, *problems]) if problems else f"{outcome.words}\nEverything is whole."
    failure = f"Run {folder.name} is not whole: {'; '.join(problems)}." if problems else None
    return terminal.Outcome(content=outcome.content, words=words, failure=failure)
