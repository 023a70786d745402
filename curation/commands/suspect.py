"""`python -m curation suspect`: which labels are probably wrong, as far as the texts tell."""

import argparse
from dataclasses import asdict

from curation.commands import terminal
from curation.database import Database
from curation.suspicion import detection, records

NAME = "suspect"
HELP = "Look for wrong labels, and order them for people to verify."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--top", type=int, default=20, metavar="N", help="how many to list (default 20)")
    parser.add_argument("--by", default="command line", help="who asks, for the audit")


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    found = detection.detect(database, by=arguments.by, now=arguments.now, progress=progress)
    report = found.report
    return {
        "model": found.model,
        "off": found.off or None,
        "pairs": found.pairs,
        "fitted": report.fitted if report else 0,
        "text": asdict(report.text) if report else None,
        "length": asdict(report.length) if report else None,
        "suspects": [
            {
                "pair": each.pair_id,
                "winner": each.winner.value,
                "tier": each.tier.value,
                "suspicion": round(each.suspicion, 4),
                "by_length": round(each.by_length, 4),
            }
            for each in records.suspects(database, max(0, arguments.top))
        ],
    }
