"""The pairs of a filter as a file: JSON lines or Parquet, written by DuckDB itself, never through Python.

The texts are those that a release would hold: with what fixes have made of them, answers trimmed. So what was
taken out for good reasons does not leave by this door.
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from curation import text
from curation.database import Database
from curation.labelling import events, matching
from curation.labelling.matching import Filter, Narrowing, Order, everything

_KEPT_SECONDS = 24 * 3600


class Form(StrEnum):
    """The end of the file's name."""

    JSONL = "jsonl"
    PARQUET = "parquet"

    @property
    def options(self) -> str:
        """What COPY is told."""
        return "FORMAT json, ARRAY false" if self is Form.JSONL else "FORMAT parquet, COMPRESSION zstd"


def write(
    db: Database,
    wanted: Filter,
    order: Order,
    target: Path,
    *,
    by: str,
    now: datetime,
    among: Narrowing = everything,
) -> int:
    """Write every pair that matches, in order, with what is believed of it; how many these are.

    Columns: pair_id, context (JSON), prompt, answer_1, answer_2, origin_1, origin_2, prior_winner, winner,
    tier, votes, agreement, aside, fixed (the rule whose fix was the last to change the texts, "" for none),
    source (its location), source_row. Nothing says who voted.

    Args:
        target: ends in the name of a Form; files beside it that are older than a day are deleted.
    """
    form = Form(target.suffix.removeprefix("."))
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent, now)
    partial = target.with_name(target.name + ".tmp")
    name = str(partial).replace("'", "''")
    context = "coalesce(m.context, p.context)" + ("::JSON" if form is Form.JSONL else "")
    edges = text.TRIMMED.replace("'", "''")  # COPY takes no parameters
    with matching.of(db, wanted, order, among) as matched:
        matched.keep("taken", "*")
        matched.cursor.execute(
            f"""
            COPY (
                SELECT p.id AS pair_id, {context} AS context, coalesce(m.prompt, p.prompt) AS prompt,
                       trim(coalesce(m.answer_1, p.answer_1), '{edges}') AS answer_1,
                       trim(coalesce(m.answer_2, p.answer_2), '{edges}') AS answer_2,
                       p.origin_1, p.origin_2, p.prior_winner, t.winner, t.tier, t.votes, t.agreement,
                       t.aside, coalesce(m.rule, '') AS fixed, o.location AS source, p.source_row
                FROM taken AS t JOIN pair AS p ON p.id = t.pair_id
                LEFT JOIN current_mend AS m ON m.pair_id = t.pair_id
                LEFT JOIN source AS o ON o.id = p.source_id
                ORDER BY t.first, t.second, t.pair_id
            ) TO '{name}' ({form.options})
            """  # noqa: S608 - names of ours, the path quoted
        )
        (number,) = matched.cursor.execute("SELECT count(*) FROM taken").fetchone() or (0,)
    partial.replace(target)
    detail = {"pairs": number, "form": form.value, "order": order.value, "filter": dict(wanted.told)}
    events.add(db, actor=by, action="export slice", subject=target.name, detail=detail, now=now)
    return int(number)


def _sweep(folder: Path, now: datetime) -> None:
    moment = now.replace(tzinfo=UTC).timestamp()
    for path in folder.iterdir():
        if moment - path.stat().st_mtime > _KEPT_SECONDS:
            path.unlink(missing_ok=True)
