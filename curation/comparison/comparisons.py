"""Answers of several models as pairs that people judge like any others. The only writer of comparison.

The pairs go through the ordinary blind screen and queue. Who wrote which answer stands in their origins and
here, never on the screen; both are read again only to count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation import text
from curation.comparison.offered import Offered, Origin
from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.intake import sources
from curation.intake.sources import Counts, Source
from curation.labelling import events, pairs
from curation.model import Answer, Pair, Provenance

KIND = "comparison"
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison.

    Attributes:
        pairs: to be judged.
        equal: prompts to which two models wrote the same; they count as ties without anybody's time.
    """

    id: str
    origin: Origin
    made_by: str
    made: datetime
    pairs: int
    equal: int


def take(
    database: Database, origin: Origin, offered: Sequence[Offered], *, by: str, now: datetime
) -> Comparison:
    """Make pairs of an evaluation's answers. Taking the same evaluation again changes nothing.

    Args:
        by: pseudonym of the person who asks for it.
        now: naive UTC.

    Raises:
        InvalidInput: there is nothing to compare.
    """
    if not offered:
        raise InvalidInput(
            "This evaluation holds no two answers to one prompt. Evaluate at least two models."
        )
    comparison_id = text.digest(["comparison", origin.evaluation])
    with database.writing() as tx:
        if not _known(tx, comparison_id):
            _insert(tx, comparison_id, origin, offered, by=by, now=now)
    return get(database, comparison_id)


def get(database: Database, comparison_id: str) -> Comparison:
    """One comparison by its id.

    Raises:
        Unknown: there is none.
    """
    found = [each for each in everything(database) if each.id == comparison_id]
    if not found:
        raise Unknown(f"There is no comparison {comparison_id} in this workspace.")
    return found[0]


def everything(database: Database) -> tuple[Comparison, ...]:
    """All comparisons, newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT c.id, c.evaluation, c.run, c.release, c.made_by, c.made,
                   count(DISTINCT i.pair_id), count(*) FILTER (WHERE i.pair_id IS NULL)
            FROM comparison AS c JOIN comparison_item AS i ON i.comparison_id = c.id
            GROUP BY ALL ORDER BY c.made DESC, c.id
            """
        ).fetchall()
    return tuple(
        Comparison(
            id=row[0],
            origin=Origin(evaluation=row[1], run=row[2], release=row[3]),
            made_by=row[4],
            made=row[5],
            pairs=row[6],
            equal=row[7],
        )
        for row in rows
    )


def pair_ids(database: Database, comparison_id: str) -> tuple[str, ...]:
    """The pairs to be judged, in the order of their prompts."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT pair_id FROM comparison_item WHERE comparison_id = $id AND pair_id IS NOT NULL"
            " GROUP BY pair_id ORDER BY min(number)",
            {"id": comparison_id},
        ).fetchall()
    return tuple(pair_id for (pair_id,) in rows)


def _known(tx: duckdb.DuckDBPyConnection, comparison_id: str) -> bool:
    found = tx.execute("SELECT 1 FROM comparison WHERE id = $id", {"id": comparison_id}).fetchone()
    return found is not None


def _insert(
    tx: duckdb.DuckDBPyConnection,
    comparison_id: str,
    origin: Origin,
    offered: Sequence[Offered],
    *,
    by: str,
    now: datetime,
) -> None:
    source = _source(comparison_id, origin, by, now)
    sources.begin(tx, source)
    made = [_pair(one, number, source.id) for number, one in enumerate(offered)]
    different = [pair for pair in made if not _equal(pair)]
    added = sum(pairs.add(tx, different[i : i + _BATCH], now) for i in range(0, len(different), _BATCH))
    counts = Counts(accepted=added, refused=0, duplicate=len(different) - added)
    sources.finish(tx, source.id, counts)
    tx.execute(
        "INSERT INTO comparison (id, evaluation, run, release, source_id, made_by, made)"
        " VALUES ($id, $evaluation, $run, $release, $source, $by, $now)",
        {
            "id": comparison_id,
            "evaluation": origin.evaluation,
            "run": origin.run,
            "release": origin.release,
            "source": source.id,
            "by": by,
            "now": now,
        },
    )
    tx.executemany(
        "INSERT INTO comparison_item (comparison_id, number, prompt_number, pair_id, model_1, model_2,"
        " longer) VALUES ($comparison, $number, $prompt, $pair, $model_1, $model_2, $longer)",
        list(_items(comparison_id, offered, made)),
    )
    detail = {"run": origin.run, "pairs": len(different), "equal": len(made) - len(different)}
    events.record(tx, actor=by, action="compare models", subject=comparison_id, detail=detail, now=now)


def _items(
    comparison_id: str, offered: Sequence[Offered], made: Sequence[Pair]
) -> Iterable[dict[str, object]]:
    for number, (one, pair) in enumerate(zip(offered, made, strict=True)):
        yield {
            "comparison": comparison_id,
            "number": number,
            "prompt": one.prompt_number,
            "pair": None if _equal(pair) else pair.id,
            "model_1": pair.origin_1,
            "model_2": pair.origin_2,
            "longer": len(pair.answer_1) - len(pair.answer_2),
        }


def _pair(offered: Offered, number: int, source_id: str) -> Pair:
    context, prompt = offered.turns[:-1], offered.turns[-1].content
    pair_id, place = text.canonical(context, prompt, *offered.answers)
    first, second = (0, 1) if place is Answer.ONE else (1, 0)
    return Pair(
        id=pair_id,
        source_id=source_id,
        source_row=number + 1,
        context=context,
        prompt=prompt,
        answer_1=offered.answers[first],
        answer_2=offered.answers[second],
        origin_1=offered.models[first],
        origin_2=offered.models[second],
        prior_winner=None,
        prior_provenance=Provenance.NONE,
    )


def _equal(pair: Pair) -> bool:
    """A reader would call them the same; asking somebody to choose would only make noise."""
    return text.folded(pair.answer_1) == text.folded(pair.answer_2)


def _source(comparison_id: str, origin: Origin, by: str, now: datetime) -> Source:
    return Source(
        id=comparison_id,
        kind=KIND,
        location=f"evaluation {origin.evaluation}",
        revision=origin.run,
        sha256="",
        layout=KIND,
        mapping="{}",
        licence="",
        accepted=0,
        refused=0,
        duplicate=0,
        finished=False,
        imported_by=by,
        imported=now,
    )
