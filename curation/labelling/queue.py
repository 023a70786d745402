"""Which pair a person sees next, and what stays theirs while they look at it.

A pair leaves the queue when it has the votes the project asks for. What people hold counts as on its way, so
that several at once never give a pair more than that; a late answer is taken all the same. A person meets a
pair once, except in a hidden repeat: one they skipped stays in the queue for others, and comes back to them
only when they ask for it (`skipped_by`). Which arm served a pair is on record here, never the client's word.

A Task holds nothing that would tell who wrote an answer: those columns are not even read. Where a fix has
changed texts, it holds the fixed ones, as a release will (docs/decisions/0063).
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from curation import text
from curation.database import Database
from curation.errors import Unknown
from curation.labelling import journal, leases, mends, mix, quotas, shares
from curation.labelling.journal import Journal
from curation.labelling.leases import Holdings, Lease
from curation.model import Answer, Arm, Message

_CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One pair as one person is to see it.

    Attributes:
        round: 0 the first time the person meets the pair.
        left: the answer that stands left.
        supersedes: the person's own decision that a new one replaces, None where there is none.
        text_id: which texts these are (Decision.text_seen).
    """

    pair_id: str
    round: int
    arm: Arm
    left: Answer
    context: tuple[Message, ...]
    prompt: str
    answer_1: str
    answer_2: str
    supersedes: str | None = None
    text_id: str = ""

    @property
    def left_text(self) -> str:
        return self.answer_1 if self.left is Answer.ONE else self.answer_2

    @property
    def right_text(self) -> str:
        return self.answer_2 if self.left is Answer.ONE else self.answer_1


def next_for(
    database: Database,
    annotator_id: str,
    *,
    limit: int,
    now: datetime,
    but: Collection[str] = (),
    day_start: datetime | None = None,
    chance: random.Random = _CHANCE,
) -> tuple[Task, ...]:
    """The next pairs for this person, best first, theirs until the lease ends; empty when nothing is left.

    What they were given before and have not answered comes first. Asking also renews the leases of `but`, so
    asking for none is a heartbeat.

    Args:
        limit: how many at most.
        now: naive UTC.
        but: pairs that are on their screen already, or decided there and not saved yet.
        day_start: naive UTC; when the person's day began, for their quota. None: with the day in UTC.
    """
    book, holdings = journal.of(database), leases.of(database)
    with book.lock:
        book.catch_up(database)
        holdings.load(database, now)
        allowed = _allowed(database, book, annotator_id, day_start or datetime.combine(now, time()))
        if allowed == 0:
            return ()
        limit = limit if allowed is None else min(limit, max(0, allowed - len(set(but))))
        given = _held(book, holdings, annotator_id, now, but)[:limit]
        kept = _to_renew(book, holdings, annotator_id, now, but)
        if limit > len(given):
            turn = mix.Turn(
                book,
                holdings,
                annotator_id=annotator_id,
                now=now,
                chance=chance,
                but={book.places[pair_id] for pair_id in but if pair_id in book.places},
                weights=shares.current(database),
            )
            given += _chosen(book, turn, annotator_id, now, limit - len(given))
        ends = now + leases.DURATION
        renewed = [replace(lease, expires=ends) for lease in given + kept]
        holdings.grant(
            database, [new for new, old in zip(renewed, given + kept, strict=True) if _is_due(old, now)]
        )
    return _tasks(database, annotator_id, [_Given(lease.pair_id, lease.round, lease.arm) for lease in given])


def warm_up(database: Database) -> None:
    """Read everything that the first request for a pair would have to read."""
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        if book.unsorted:
            book.sort_in()


def give_back(database: Database, annotator_id: str, pair_ids: Collection[str], *, now: datetime) -> None:
    """The person has left without answering these: others may have them at once."""
    book, holdings = journal.of(database), leases.of(database)
    with book.lock:
        holdings.load(database, now)
        holdings.give_up(database, annotator_id, pair_ids, now)


def skipped_by(
    database: Database, annotator_id: str, *, limit: int, but: Collection[str] = ()
) -> tuple[Task, ...]:
    """Pairs this person skipped, oldest skip first; a decision on one replaces the skip."""
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        person = book.person(annotator_id)
        skips = [(pair, row) for pair, row in book.skips(person) if book.ids[pair] not in but][:limit]
        given = [
            (book.ids[pair], *(book.entries.last_of(pair, person) or (0, Arm.RANDOM)), row)
            for pair, row in skips
        ]
    with database.reading() as cursor:
        names = dict(
            cursor.execute(
                "SELECT rowid, id FROM decision WHERE rowid IN (SELECT unnest($rows))",
                {"rows": [row for _, row in skips]},
            ).fetchall()
        )
    chosen = [_Given(pair_id, number, arm, names[row]) for pair_id, number, arm, row in given]
    return _tasks(database, annotator_id, chosen)


def task_of(database: Database, annotator_id: str, pair_id: str) -> Task:
    """One pair as this person saw it last, whatever they decided; for going back to it.

    Raises:
        Unknown: there is no such pair.
    """
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        place = book.places.get(pair_id)
        last = None if place is None else book.entries.last_of(place, book.person(annotator_id))
    found = _tasks(database, annotator_id, [_Given(pair_id, *(last or (0, Arm.RANDOM)))])
    if not found:
        raise Unknown(f"There is no pair {pair_id}. It may belong to another workspace.")
    return found[0]


def again(database: Database, annotator_id: str, rounds: Mapping[str, int]) -> tuple[Task, ...]:
    """Pairs that stand on this person's screen already, with the texts that they have now.

    Args:
        rounds: by pair, the round in which the person meets it, which decides the sides.
    """
    return _tasks(
        database, annotator_id, [_Given(pair_id, number, Arm.RANDOM) for pair_id, number in rounds.items()]
    )


def assignment(database: Database, annotator_id: str, pair_id: str, round_number: int) -> tuple[int, Arm]:
    """Round and arm of an answer, from what was given out and never from the client's word.

    An answer to a pair that nobody gave this person is taken as an extra vote: it was not chosen at random,
    so agreement must not rest on it.
    """
    book, holdings = journal.of(database), leases.of(database)
    with book.lock:
        arm = holdings.arm_of(pair_id=pair_id, annotator_id=annotator_id, round_number=round_number)
    if arm is None:  # its time has passed, perhaps before a restart
        arm = leases.arm_of(database, pair_id=pair_id, annotator_id=annotator_id, round_number=round_number)
    if arm is not None:
        return round_number, arm
    with book.lock:
        book.catch_up(database)
        place = book.places.get(pair_id)
        last = None if place is None else book.entries.last_of(place, book.person(annotator_id))
    return last or (0, Arm.SECOND_VOTE)


@dataclass(frozen=True, slots=True)
class _Given:
    pair_id: str
    round: int
    arm: Arm
    supersedes: str | None = None


def _held(
    book: Journal, holdings: Holdings, annotator_id: str, now: datetime, but: Collection[str]
) -> list[Lease]:
    """What was given to the person before and is neither answered nor on their screen."""
    person = book.person(annotator_id)
    held: list[Lease] = []
    for lease in holdings.of_person(annotator_id, now):
        place = book.places[lease.pair_id]
        if place in book.aside or book.entries.has_answered(place, person, lease.round):
            holdings.forget(lease)
        elif lease.pair_id not in but:
            held.append(lease)
    return held


def _to_renew(
    book: Journal, holdings: Holdings, annotator_id: str, now: datetime, but: Collection[str]
) -> list[Lease]:
    """Leases of what is on the screen, a pair that was taken back and stands there again included."""
    person = book.person(annotator_id)
    kept = [lease for lease in holdings.of_person(annotator_id, now) if lease.pair_id in but]
    known = {lease.pair_id for lease in kept}
    for pair_id in but:
        place = book.places.get(pair_id)
        if place is None or pair_id in known or book.entries.has_met(place, person):
            continue
        last = book.entries.last_of(place, person)
        if last is not None:
            kept.append(
                Lease(pair_id=pair_id, annotator_id=annotator_id, round=last[0], arm=last[1], expires=now)
            )
    return kept


def _chosen(book: Journal, turn: mix.Turn, annotator_id: str, now: datetime, limit: int) -> list[Lease]:
    if book.unsorted:
        book.sort_in()
    return [
        Lease(
            pair_id=book.ids[choice.pair],
            annotator_id=annotator_id,
            round=choice.round,
            arm=choice.arm,
            expires=now,
        )
        for choice in turn.choose(limit)
    ]


def _allowed(database: Database, book: Journal, annotator_id: str, day_start: datetime) -> int | None:
    diary = book.entries.diaries[book.person(annotator_id)]
    return quotas.allowance(database, annotator_id, today=diary.since(day_start), ever=diary.mine).left


def _is_due(lease: Lease, now: datetime) -> bool:
    return lease.expires - now < leases.DURATION - leases.RENEW_AFTER


def _tasks(database: Database, annotator_id: str, chosen: Sequence[_Given]) -> tuple[Task, ...]:
    # A list of names written out is looked up in the index; one in a parameter would read the whole column.
    if not chosen:
        return ()
    names = {f"id_{number}": given.pair_id for number, given in enumerate(chosen)}
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, context, prompt, answer_1, answer_2 FROM pair"  # noqa: S608 - names of ours
            f" WHERE id IN ({', '.join(f'${name}' for name in names)})",
            names,
        ).fetchall()
    fixed = mends.shown(database, names.values())
    texts = {row[0]: row[1:] for row in rows}
    for pair_id, each in fixed.items():
        context = texts[pair_id][0] if each.context is None else each.context
        texts[pair_id] = (context, each.prompt, each.answer_1, each.answer_2)
    return tuple(
        Task(
            pair_id=given.pair_id,
            round=given.round,
            arm=given.arm,
            left=text.left_answer(annotator_id, given.pair_id, given.round),
            context=text.context_from_json(texts[given.pair_id][0]),
            prompt=texts[given.pair_id][1],
            answer_1=texts[given.pair_id][2],
            answer_2=texts[given.pair_id][3],
            supersedes=given.supersedes,
            text_id=fixed[given.pair_id].text_id if given.pair_id in fixed else "",
        )
        for given in chosen
        if given.pair_id in texts
    )
