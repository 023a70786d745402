"""Gold from a file: pairs with their known winner, one JSON object a line, as a votes file without people.

A line holds prompt or messages, answer_1, answer_2 and verdict (answer_1, answer_2, tie or both_bad). Looking
writes nothing; taking adds the pairs that are new and marks every one as gold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from curation import text
from curation.database import Database
from curation.errors import InvalidInput, UnreadableSource
from curation.intake import blocks, containers, json_rows, sources, vote_line
from curation.intake.locations import Located
from curation.intake.refusing import Refused
from curation.intake.sources import Refusal, Source
from curation.labelling import events, golds, pairs
from curation.model import Pair, Verdict

LAYOUT = "gold"
MOST = 10_000  # every person meets every gold pair once, so nobody needs more. (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldFile:
    """What a file holds, before anything is done with it.

    Attributes:
        pairs: each once, in file order.
        known: the winner of each, in canonical order, by pair.
        refused: lines that make no gold pair, with the reason.
    """

    located: Located
    pairs: tuple[Pair, ...]
    known: Mapping[str, Verdict]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was done: pairs that are gold now, how many of them were new to the workspace, lines refused."""

    source_id: str
    gold: int
    new: int
    refused: int


def read(located: Located) -> GoldFile:
    """Look at a file. A malformed line costs that line only.

    Raises:
        UnreadableSource: the file is empty, no text, or holds more than MOST pairs.
    """
    container = containers.recognise(located.path)
    if not container.kind.is_text:
        raise UnreadableSource(f"{located.location} is a {container.kind} file. Gold comes as JSON lines.")
    source_id = _source_id(located)
    found: dict[str, tuple[Pair, Verdict, int]] = {}
    refused: list[Refusal] = []
    for row in json_rows.line_rows(container.path, container.encoding):
        try:
            if row.values is None:
                raise Refused(row.problem)
            pair, verdict = _known(row.values, source_id, row.line)
            _agrees(found.get(pair.id), verdict)
            found.setdefault(pair.id, (pair, verdict, row.line))
        except Refused as reason:
            refused.append(blocks.refusal(row, reason))
        if len(found) > MOST:
            raise UnreadableSource(f"{located.location} holds more than {MOST:,} pairs. Take a part of them.")
    return GoldFile(
        located=located,
        pairs=tuple(pair for pair, _, _ in found.values()),
        known={pair_id: verdict for pair_id, (_, verdict, _) in found.items()},
        refused=tuple(refused),
    )


def take(database: Database, file: GoldFile, *, by: str, now: datetime) -> Taken:
    """Add the pairs and mark them as gold. The same file again changes nothing but who marked them last.

    Raises:
        InvalidInput: no line of the file makes a gold pair.
    """
    if not file.pairs:
        raise InvalidInput("No line of the file makes a gold pair. The table says why.")
    source = _source(file.located, by, now)
    with database.one_import():
        with database.writing() as tx:
            sources.begin(tx, source)
            new = pairs.add(tx, list(file.pairs), now)
            if file.refused:
                sources.refuse(tx, source.id, file.refused)
            if sources.finish(tx, source.id, sources.counts(tx, source.id)):
                detail = {"pairs": len(file.pairs), "refused": len(file.refused)}
                events.record(tx, actor=by, action="import gold", subject=source.id, detail=detail, now=now)
        golds.mark(database, file.known, by=by, now=now)
    return Taken(source_id=source.id, gold=len(file.known), new=new, refused=len(file.refused))


def _known(values: Mapping[str, object], source_id: str, line: int) -> tuple[Pair, Verdict]:
    # Who gave the verdict is not asked: it is what the project holds to be right.
    vote = vote_line.parsed({**values, "annotator": "gold"}, source_id=source_id, line=line)
    if not vote.verdict.is_vote:
        raise Refused(
            f"The verdict is {vote.verdict}, which names no winner. Give answer_1, answer_2, tie or both_bad."
        )
    return vote.pair, vote.verdict


def _agrees(before: tuple[Pair, Verdict, int] | None, verdict: Verdict) -> None:
    if before is not None and before[1] is not verdict:
        raise Refused(f"Line {before[2]} has the same pair with another winner. Keep one of them.")


def _source_id(located: Located) -> str:
    return text.digest(["gold", located.sha256])


def _source(located: Located, by: str, now: datetime) -> Source:
    return Source(
        id=_source_id(located), kind=located.kind, location=located.location, revision=located.revision,
        sha256=located.sha256, layout=LAYOUT, mapping="{}", licence=located.licence, accepted=0, refused=0,
        duplicate=0, finished=False, imported_by=by, imported=now,
    )  # fmt: skip
