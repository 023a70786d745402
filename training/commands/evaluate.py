"""`python -m training evaluate RUN`: what the tuned model and its base answer, and held-out likelihoods."""

import argparse
from pathlib import Path

from curation import workspace
from training import documents, run_views, runs
from training.commands import terminal, wanted
from training.evaluating import contents, start
from training.evaluating.asked import Sampling
from training.evaluating.rows import Prompt

NAME = "evaluate"
HELP = "Compare a completed run's model with its base: answers to prompts, likelihoods of held-out pairs."

_PROMPTS = "50"


def configure(parser: argparse.ArgumentParser) -> None:
    drawing = Sampling()
    parser.add_argument("run", metavar="RUN", help="a run's id, the beginning of one, or a folder")
    parser.add_argument(
        "--prompts",
        metavar="N or FILE",
        default=_PROMPTS,
        help=f"so many held-out prompts, or a file of prompts (default: {_PROMPTS})",
    )
    parser.add_argument("--checkpoints", action="store_true", help="let the kept checkpoints take part too")
    parser.add_argument("--train", action="store_true", help="score the training pairs as well")
    for name in ("temperature", "top_p"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(drawing, name))
    for name in ("longest", "seed", "batch"):
        parser.add_argument(f"--{name}", type=int, default=getattr(drawing, name))
    wanted.configure_by(parser)
    parser.add_argument("--request", metavar="ID", help="starting twice with one ID starts one evaluation")
    parser.add_argument("--wait", action="store_true", help="wait for the end; fail unless it completes")


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    folder = run_views.find(workspace.current(), arguments.run)
    others = [start.of_run(folder), *(start.of_checkpoints(folder) if arguments.checkpoints else [])]
    names = ("temperature", "top_p", "longest", "seed", "batch")
    started = start.start(
        folder,
        _prompts(arguments.prompts, runs.read_request(folder).release),
        by=wanted.by(arguments),
        contestants=others,
        sampling=Sampling(**{name: getattr(arguments, name) for name in names}),
        scored=("test", "train") if arguments.train else ("test",),
        request_id=arguments.request,
    )
    made = folder.parent / started
    failure = terminal.failure_of(terminal.follow(made)) if arguments.wait else None
    held_out = documents.read_or_none(made / contents.HELD_OUT)
    more = {"evaluates": folder.name, "path": str(made / contents.COMPARISON), "held_out": held_out}
    outcome = terminal.of_run(made, failure=failure)
    return terminal.Outcome(content={**outcome.content, **more}, words=outcome.words, failure=failure)


def _prompts(wanted_prompts: str, release: Path) -> list[Prompt]:
    if wanted_prompts.isdecimal():
        return start.held_out_prompts(release, int(wanted_prompts))
    return start.prompts_of_file(Path(wanted_prompts).expanduser())
