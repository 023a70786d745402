"""`python -m curation import SOURCE`: bring in pairs from a file, the Hub or the bundled sample."""

import argparse

from curation import workspace
from curation.commands import terminal
from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import containers, formats, ingest, locations
from curation.intake.formats import ColumnMapping
from curation.intake.locations import Located

NAME = "import"
HELP = "Import preference pairs from a file, hub:NAME[@REVISION][#SPLIT] or sample."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="a file, hub:NAME[@REVISION][#SPLIT] or sample")
    layouts = [layout.name for layout in formats.LAYOUTS]
    parser.add_argument(
        "--layout", choices=layouts, help="what the columns mean; otherwise their names say it"
    )
    parser.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help=f"which column is what, repeated; fields are {', '.join(formats.Field)}",
    )
    parser.add_argument("--by", metavar="WHO", default="command line", help="who imports, for the audit")


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    """Import and say what came of each row."""
    if arguments.layout and arguments.map:
        raise InvalidInput("Give either --layout or --map: a layout is a mapping already.")
    by_hand = _by_hand(arguments.map)  # before a Hub set is fetched, so that a slip costs no wait
    located = locations.locate(arguments.source, workspace.current(), watch=lambda: progress(0, 1))
    outcome = ingest.ingest(
        database,
        located,
        imported_by=arguments.by,
        now=arguments.now,
        mapping=by_hand or _layout(arguments.layout, located),
        progress=lambda step: progress(step.done, step.total),
    )
    return {
        "accepted": outcome.counts.accepted,
        "refused": outcome.counts.refused,
        "duplicate": outcome.counts.duplicate,
        "layout": outcome.layout,
        "source": outcome.source_id,
        "unused": list(outcome.unused),
        "refusals": [
            {"line": refusal.line, "reason": refusal.reason, "excerpt": refusal.excerpt}
            for refusal in outcome.refusals
        ],
    }


def _by_hand(entries: list[str]) -> ColumnMapping | None:
    if not entries:
        return None
    columns = dict(_entry(entry) for entry in entries)
    if len(columns) < len(entries):
        raise InvalidInput("A field is mapped twice. Give each --map FIELD=COLUMN once.")
    return formats.by_hand(columns)


def _entry(entry: str) -> tuple[str, str]:
    field, equals, column = entry.partition("=")
    if not equals or not column:
        raise InvalidInput(
            f"“{entry}” is no mapping. Write --map FIELD=COLUMN, such as --map prompt=question."
        )
    return field.strip(), column


def _layout(name: str | None, located: Located) -> ColumnMapping | None:
    if name is None:
        return None
    return formats.named(name, containers.recognise(located.path).columns())
