"""`python -m curation validate`: what the rules say of the workspace."""

import argparse
from dataclasses import asdict, replace

from curation import workspace
from curation.commands import terminal
from curation.database import Database
from curation.model import Tier
from curation.release import gate
from curation.validation import benchmarks, history, limits
from curation.validation.finding import Finding
from curation.validation.policy import MINIMUM_TIERS, Policy

NAME = "validate"
HELP = "Say what stands between the pairs of the workspace and a release."


def configure(parser: argparse.ArgumentParser) -> None:
    add_policy(parser)
    parser.add_argument(
        "--protect",
        action="append",
        default=[],
        metavar="FILE_OR_HUB",
        help="protect a benchmark's prompts: no release may hold them any more; a file, hub:NAME, or "
        + ", ".join(benchmarks.KNOWN),
    )


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    for spec in arguments.protect:
        benchmarks.add(database, workspace.current(), spec, now=arguments.now)
    asked = policy(database, arguments)
    examination = gate.examine(database, asked, progress=progress)
    before = history.keep(database, examination.validation, asked, now=arguments.now)
    return {
        "pairs": examination.validation.pairs,
        "train": examination.train,
        "test": examination.test,
        "ties": examination.ties,
        "excluded": examination.excluded,
        "protected": dict(examination.protected),
        "findings": [
            _shown(finding, history.trend(finding, before, key), arguments)
            for key, finding in history.keyed(examination.validation.findings)
        ],
    }


def _shown(finding: Finding, trend: str, arguments: argparse.Namespace) -> dict[str, object]:
    """All of it for a program; what a person reads on a line for a terminal."""
    whole = {**asdict(finding), "trend": trend}
    read = ("rule", "severity", "message", "fix", "trend")
    return whole if arguments.json else {key: whole[key] for key in read if key != "trend" or trend}


def add_policy(parser: argparse.ArgumentParser) -> None:
    """The options that change what a release may hold."""
    default = Policy()
    parser.add_argument(
        "--minimum",
        type=Tier,
        choices=MINIMUM_TIERS,
        metavar="{" + ",".join(MINIMUM_TIERS) + "}",
        default=default.minimum_tier,
        help=f"least support of a row (default {default.minimum_tier.value})",
    )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a threshold, such as max_length=2048; may be repeated, and is written into the card",
    )


def policy(database: Database, arguments: argparse.Namespace) -> Policy:
    """The project's thresholds, with what a command line changes about them.

    Raises:
        InvalidInput: no such threshold, or a value that is no number or makes no sense.
    """
    standing = replace(limits.current(database).policy, minimum_tier=arguments.minimum)
    return standing.with_limits(arguments.limit)
