"""Votes that people gave in other tools: a JSON-lines file into pairs and decisions.

The same file twice changes nothing: pairs and votes are known by what they say. People become
pseudonyms; the name a file gives them stays in the table annotator. Which side an answer stood on is not
known, so imported votes say nothing about position.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from curation import text
from curation.database import Database
from curation.errors import UnreadableSource
from curation.intake import blocks, containers, json_rows, sources, unfold, vote_line
from curation.intake.fields import ColumnMapping
from curation.intake.locations import Located
from curation.intake.refusing import Aside, Refused
from curation.intake.row import Row
from curation.intake.sources import Refusal, Source
from curation.intake.vote_line import Vote
from curation.labelling import annotators, decisions, events, pairs
from curation.model import Answer, Arm, Decision, Role, Verdict

LAYOUT = "votes"
# A file that calls nearly every winner answer_1 is in chosen-first order: coded so, agreement would count as
# chance (rules.md §3: alpha 0.23 instead of 0.63). (choice)
NEUTRAL = (0.35, 0.65)
NEUTRAL_FROM = 50  # decisive votes

_BATCH_LINES = 2000
_BATCH_CHARACTERS = 32 * 1024 * 1024

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a votes file held.

    Attributes:
        pairs, votes: of the file, whether or not they were known; a line that repeats another is one vote.
        refused: lines that were not taken; sources.refusals has them.
        new_pairs, new_votes: what this run added; 0 for a file that was taken before.
        as_given: agreement is coded in the file's order; False where its order is one-sided.
    """

    source_id: str
    pairs: int
    votes: int
    refused: int
    new_pairs: int
    new_votes: int
    as_given: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has been read so far. Sixteen bytes and a little a vote: five million votes fit in 1 GB."""

    first: dict[str, Answer] = field(default_factory=dict)
    votes: set[bytes] = field(default_factory=set)
    wins: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    refused: int = 0
    new_pairs: int = 0
    new_votes: int = 0

    @property
    def as_given(self) -> bool:
        decisive = self.wins[Verdict.ANSWER_1] + self.wins[Verdict.ANSWER_2]
        low, high = (share * decisive for share in NEUTRAL)
        return decisive < NEUTRAL_FROM or low <= self.wins[Verdict.ANSWER_1] <= high


def take(
    database: Database,
    located: Located,
    *,
    by: str,
    now: datetime,
    progress: Progress = lambda _done, _total: None,
) -> Taken:
    """Take the votes of a file. A malformed line costs that line only.

    Batches are committed as they are read; after an interruption, taking the file again goes on.

    Args:
        by: pseudonym of the person who asks for it.
        now: naive UTC.
        progress: called with bytes read and bytes in all.

    Raises:
        UnreadableSource: the file is empty, or no text.
    """
    container = containers.recognise(located.path)
    if not container.kind.is_text:
        raise UnreadableSource(
            f"{located.location} is a {container.kind} file. Votes come as one JSON object a line."
        )
    source = _source(located, by, now)
    rows = json_rows.line_rows(container.path, container.encoding)
    tally = take_rows(database, source, rows, tell=lambda done: progress(done, container.size))
    return Taken(
        source_id=source.id,
        pairs=len(tally.first),
        votes=len(tally.votes),
        refused=tally.refused,
        new_pairs=tally.new_pairs,
        new_votes=tally.new_votes,
        as_given=tally.as_given,
    )


def unfolded(arriving: Iterable[Row], mapping: ColumnMapping) -> Iterator[Row]:
    """Rows of another tool's export as lines of votes, several for a row on which several people voted."""
    for row in arriving:
        if row.values is None:
            yield row
            continue
        try:
            for values in unfold.vote_lines(row.values, mapping):
                yield replace(row, values=values, raw=row.original())
        except (Refused, Aside) as reason:
            aside = isinstance(reason, Aside)
            yield replace(row, values=None, problem=str(reason), raw=row.original(), aside=aside)


def take_rows(
    database: Database, source: Source, arriving: Iterator[Row], *, tell: Callable[[int], None]
) -> Tally:
    """Take votes row by row; a malformed one costs that row only.

    Args:
        arriving: their values as vote_line.parsed reads them.
        tell: called with how much of the file is read.
    """
    tally = Tally()
    with database.one_import():
        with database.writing() as tx:
            sources.begin(tx, source)
        people = {each.name: each.id for each in annotators.everyone(database)}
        for batch in _batches(arriving):
            _take_batch(database, source.id, batch, people, tally, source.imported)
            tell(batch[-1].done)
        with database.writing() as tx:
            if tally.as_given:
                _keep_order(tx, tally.first)
            _finish(tx, source, tally, source.imported)
    return tally


def _source(located: Located, by: str, now: datetime) -> Source:
    return Source(
        id=text.digest(["votes", located.sha256]),
        kind="votes",
        location=located.location,
        revision=located.revision,
        sha256=located.sha256,
        layout=LAYOUT,
        mapping="{}",
        licence=located.licence,
        accepted=0,
        refused=0,
        duplicate=0,
        finished=False,
        imported_by=by,
        imported=now,
    )


def _batches(arriving: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    held = 0
    for row in arriving:
        batch.append(row)
        held += len(row.raw)
        if len(batch) == _BATCH_LINES or held > _BATCH_CHARACTERS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _take_batch(
    database: Database, source_id: str, batch: list[Row], people: dict[str, str], tally: Tally, now: datetime
) -> None:
    votes, refusals = _sorted(source_id, batch)
    for name in (vote.annotator for vote in votes if vote.annotator not in people):
        people[name] = _pseudonym(database, name, after=len(people), now=now)
    # A pair appears once a file, not once a vote.
    fresh = {vote.pair.id: vote for vote in reversed(votes) if vote.pair.id not in tally.first}
    arrived = [_decision(vote, people[vote.annotator], now) for vote in votes]
    with database.writing() as tx:
        tally.new_pairs += pairs.add(tx, [vote.pair for vote in fresh.values()], now) if fresh else 0
        tally.new_votes += decisions.record_many(tx, arrived) if arrived else 0
        if refusals:
            sources.refuse(tx, source_id, refusals)
    tally.first |= {pair_id: vote.first for pair_id, vote in fresh.items()}
    tally.votes |= {bytes.fromhex(decision.id) for decision in arrived}
    tally.refused += sum(not each.aside for each in refusals)
    for vote in votes:
        tally.wins[vote.as_given] += 1


def _sorted(source_id: str, batch: Iterable[Row]) -> tuple[list[Vote], list[Refusal]]:
    votes, refusals = [], []
    for row in batch:
        try:
            if row.values is None:
                raise Refused(row.problem)
            votes.append(vote_line.parsed(row.values, source_id=source_id, line=row.line))
        except Refused as refused:
            refusals.append(replace(blocks.refusal(row, refused), aside=row.aside))
    return votes, refusals


def _pseudonym(database: Database, name: str, *, after: int, now: datetime) -> str:
    """A new id that says nothing about the name; the same for the same files in the same order."""
    number = after + 1
    while True:
        person = annotators.ensure(
            database, f"{annotators.IMPORTED}{number}", name=name, role=Role.ANNOTATOR, now=now
        )
        if person.name == name:
            return person.id
        number += 1


def _decision(vote: Vote, annotator_id: str, now: datetime) -> Decision:
    said = [vote.strength, list(vote.reasons), vote.seconds, vote.decided and vote.decided.isoformat()]
    return Decision(
        id=text.digest(["vote", vote.pair.id, annotator_id, vote.verdict, json.dumps(said)]),
        pair_id=vote.pair.id,
        annotator_id=annotator_id,
        verdict=vote.verdict,
        left=None,
        arm=Arm.RANDOM,
        strength=vote.strength,
        reasons=vote.reasons,
        seconds_shown=vote.seconds,
        client_time=vote.decided,
        server_time=now,
    )


def _keep_order(tx: duckdb.DuckDBPyConnection, first: dict[str, Answer]) -> None:
    arrived = pa.table({"pair_id": list(first), "first": [place.value for place in first.values()]})  # noqa: F841
    tx.execute(
        "INSERT INTO given_order (pair_id, first) SELECT pair_id, first FROM arrived ON CONFLICT DO NOTHING"
    )


def _finish(tx: duckdb.DuckDBPyConnection, source: Source, tally: Tally, now: datetime) -> None:
    if sources.finish(tx, source.id, replace(sources.counts(tx, source.id), votes=len(tally.votes))):
        detail = {"pairs": len(tally.first), "votes": len(tally.votes), "refused": tally.refused}
        events.record(
            tx, actor=source.imported_by, action="import votes", subject=source.id, detail=detail, now=now
        )
