"""`python -m curation validate`: what the rules say of the workspace."""

import argparse
from dataclasses import asdict
from pathlib import Path

from curation.commands import terminal
from curation.database import Database
from curation.intake import prompts
from curation.model import Tier
from curation.release import gate
from curation.validation import protected
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
        type=Path,
        metavar="FILE",
        help="keep a file's prompts (a benchmark) as protected: no release may hold them from now on",
    )


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    for path in arguments.protect:
        protected.protect(database, path.name, prompts.read(path), arguments.now)
    examination = gate.examine(database, policy(arguments), progress=progress)
    return {
        "pairs": examination.validation.pairs,
        "train": examination.train,
        "test": examination.test,
        "ties": examination.ties,
        "excluded": examination.excluded,
        "protected": dict(examination.protected),
        "findings": [_shown(finding, arguments) for finding in examination.validation.findings],
    }


def _shown(finding: Finding, arguments: argparse.Namespace) -> dict[str, object]:
    """All of it for a program; what a person reads on a line for a terminal."""
    whole = asdict(finding)
    return whole if arguments.json else {key: whole[key] for key in ("rule", "severity", "message", "fix")}


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


def policy(arguments: argparse.Namespace) -> Policy:
    """The policy of a command line.

    Raises:
        InvalidInput: no such threshold, or a value that is no number or makes no sense.
    """
    return Policy(minimum_tier=arguments.minimum).with_limits(arguments.limit)
