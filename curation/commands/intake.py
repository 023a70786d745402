"""`python -m curation import SOURCE`: bring in pairs from a file, the Hub or the bundled sample."""

import argparse

from curation import workspace
from curation.commands import terminal
from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import containers, formats, ingest, layouts, locations
from curation.intake.fields import ColumnMapping, Field, Rule
from curation.intake.locations import Located

NAME = "import"
HELP = "Import preference pairs from a file, hub:NAME[@REVISION][#SPLIT] or sample."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="a file, hub:NAME[@REVISION][#SPLIT] or sample")
    names = [layout.name for layout in layouts.LAYOUTS]
    parser.add_argument("--layout", choices=names, help="what the columns mean; otherwise their names say it")
    parser.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help=f"which column is what, repeated; fields are {', '.join(Field)}",
    )
    parser.add_argument(
        "--rule",
        choices=[rule.value for rule in Rule],
        help="which pairs several scored or ranked answers make; asked for where rows hold such lists",
    )
    parser.add_argument("--by", metavar="WHO", default="command line", help="who imports, for the audit")


def run(database: Database, arguments: argparse.Namespace, progress: terminal.Progress) -> dict[str, object]:
    """Import and say what came of each row."""
    by_hand = None if arguments.layout else _by_hand(arguments.map)  # before a Hub set is fetched
    located = locations.locate(arguments.source, workspace.current(), watch=lambda: progress(0, 1))
    outcome = ingest.ingest(
        database,
        located,
        imported_by=arguments.by,
        now=arguments.now,
        mapping=_mapping(arguments, by_hand, located),
        progress=lambda step: progress(step.done, step.total),
    )
    return {
        "accepted": outcome.counts.accepted,
        "refused": outcome.counts.refused,
        "duplicate": outcome.counts.duplicate,
        "aside": outcome.counts.aside,
        "votes": outcome.counts.votes,
        "layout": outcome.layout,
        "source": outcome.source_id,
        "unused": list(outcome.unused),
        "refusals": [
            {
                "line": refusal.line,
                "reason": refusal.reason,
                "excerpt": refusal.excerpt,
                "aside": refusal.aside,
            }
            for refusal in outcome.refusals
        ],
    }


def _by_hand(entries: list[str]) -> ColumnMapping | None:
    if not entries:
        return None
    return formats.by_hand(_columns(entries))


def _columns(entries: list[str]) -> dict[str, str]:
    columns = dict(_entry(entry) for entry in entries)
    if len(columns) < len(entries):
        raise InvalidInput("A field is mapped twice. Give each --map FIELD=COLUMN once.")
    return columns


def _entry(entry: str) -> tuple[str, str]:
    field, equals, column = entry.partition("=")
    if not equals or not column:
        raise InvalidInput(
            f"“{entry}” is no mapping. Write --map FIELD=COLUMN, such as --map prompt=question."
        )
    return field.strip(), column


def _mapping(
    arguments: argparse.Namespace, by_hand: ColumnMapping | None, located: Located
) -> ColumnMapping | None:
    """A layout by name, some of its columns named otherwise; or a mapping by hand; None takes what fits."""
    rule = Rule(arguments.rule) if arguments.rule else None
    if by_hand is not None:
        return formats.with_rule(by_hand, rule)
    head = containers.recognise(located.path).head()
    if arguments.layout:
        named = formats.named(arguments.layout, head.columns, _columns(arguments.map))
        return formats.with_rule(named, rule)
    found = formats.recognise(head.columns, head.rows)
    return None if found is None else formats.with_rule(found, rule)
