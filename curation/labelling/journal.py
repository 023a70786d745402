"""The log of decisions, folded into counts and lines in memory, so that no question reads it again.

The tables stay the truth: a Journal holds nothing that reading them from the start would not give. It follows
the log by row id, which only grows in tables nothing is deleted from, and so sees what is committed and never
what was rolled back. One process holds the database, hence one Journal (docs/decisions/0010).

It does not know who holds a lease, nor why a pair is served: that is queue.py.
"""

import threading
from array import array
from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum

import numpy as np

from curation.database import Database
from curation.labelling import committed, diaries, orders, projects
from curation.labelling.committed import Row
from curation.labelling.diaries import Diary
from curation.labelling.lines import Line
from curation.labelling.placements import Place
from curation.model import Arm, Verdict

_TAKEN_BACK = -1
_VERDICTS: dict[str | None, int] = {verdict.value: place for place, verdict in enumerate(Verdict)}
_VERDICTS[None] = _TAKEN_BACK
_SKIP = _VERDICTS[Verdict.SKIP.value]
_NO_VOTE = frozenset(_VERDICTS[verdict.value] for verdict in Verdict if not verdict.is_vote)
_ARMS = tuple(Arm)
_ARM_PLACES = {arm.value: place for place, arm in enumerate(_ARMS)}


class Need(IntEnum):
    """What a pair waits for."""

    NOTHING = 0
    FIRST = 1
    MORE = 2  # it has votes, and fewer than the project asks for
    SETTLER = 3  # it has them, and they do not agree, or a reviewer wants one more


class Journal:
    """What is in effect, by place of a pair and of a person (small integers, in order of arrival)."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.diaries: list[Diary] = []
        self.votes, self.needs = array("h"), bytearray()
        self.lines: dict[Need, Line] = {need: Line() for need in Need if need is not Need.NOTHING}
        self.gold = Line()
        self.aside: set[int] = set()  # by a reviewer: asked of nobody, counted nowhere
        self._sent_back: dict[int, int] = {}  # likewise: how many votes the pair had then
        self.complete = 0
        self.project = projects.Project()
        self.unsorted = False  # pairs have arrived that no line holds yet
        self._sources: dict[str, int] = {}
        self._source, self._shuffle, self._newest = array("i"), array("q"), array("i")
        self._row, self._pair, self._person, self._before = array("q"), array("i"), array("i"), array("i")
        self._verdict, self._round, self._arm, self._live = array("b"), array("b"), array("b"), array("b")
        self._quarter = array("i")
        self._commits = self._decided = -1
        self._next_row = 0
        self._seen = committed.Seen()

    def catch_up(self, database: Database) -> None:
        """Read what was committed since the last time; the first time, everything."""
        commits, decided = database.commits, database.changes["decision"]
        if (commits, decided) == (self._commits, self._decided):
            return
        with database.reading() as cursor:
            rows = committed.decisions(cursor, self._next_row)
            if commits == self._commits and all(row[1] in self.places for row in rows):
                news = None
            else:
                news = committed.read(cursor, self._seen)
            replaced = committed.replaced(cursor, rows)
        if news is not None:
            self._add_pairs(news.pairs)
            for _, pair_id in news.gold:
                if pair_id in self.places:
                    self.gold.append(self.places[pair_id])
            if news.project != self.project:
                self._ask_for(news.project)
        if len(self._row) == 0:
            self._fold_all(rows, replaced)
        else:
            for row in rows:
                self._fold(row, replaced)
        if rows:
            self._next_row = rows[-1][0] + 1
        if news is not None:
            for _, pair_id, place, votes in news.placements:
                self._place(self.places[pair_id], None if place is None else Place(place), votes)
            self._seen = news.seen
        self._commits, self._decided = commits, decided

    def person(self, annotator_id: str) -> int:
        """The place of a person, a new one for a name that is new."""
        place = self.people.setdefault(annotator_id, len(self.people))
        if place == len(self.diaries):
            self.diaries.append(Diary())
        return place

    def has_met(self, pair: int, person: int) -> bool:
        """The person has decided or skipped the pair, and has not taken that back."""
        return any(self._live[entry] for entry in self._theirs(pair, person))

    def has_answered(self, pair: int, person: int, round_number: int) -> bool:
        """Likewise, in this round."""
        return any(
            self._live[entry] and self._round[entry] == round_number for entry in self._theirs(pair, person)
        )

    def repeatable(self, entry: int, before: datetime) -> bool:
        """The entry is a person's only, older vote on its pair."""
        pair, person = self._pair[entry], self._person[entry]
        live = [other for other in self._theirs(pair, person) if self._live[other]]
        return (
            live == [entry]
            and self._verdict[entry] not in _NO_VOTE
            and self._quarter[entry] < diaries.quarter(before)
        )

    def last_of(self, pair: int, person: int) -> tuple[int, Arm] | None:
        """Round and arm of the newest thing the person recorded on the pair, taken back or not."""
        for entry in self._theirs(pair, person):
            return self._round[entry], _ARMS[self._arm[entry]]
        return None

    def chosen_at_random(self, pair: int) -> bool:
        """Every vote so far came from the random arm."""
        return all(_ARMS[self._arm[entry]] is Arm.RANDOM for entry in self._chain(pair) if self._live[entry])

    def recent(self, person: int, limit: int) -> list[int]:
        """Row ids of the person's last decisions in effect, newest first."""
        found: list[int] = []
        for entry in reversed(self.diaries[person].entries):
            if len(found) == limit:
                break
            if self._live[entry]:
                found.append(self._row[entry])
        return found

    def newest(self, person: int, limit: int) -> list[int]:
        """Row ids of the last things the person recorded, undos and all, newest first."""
        return [self._row[entry] for entry in reversed(self.diaries[person].entries[-limit:])]

    def skips(self, person: int) -> list[tuple[int, int]]:
        """Pair and row id of what the person skipped and has not decided, oldest first."""
        skipped = self.diaries[person].skipped
        return [(pair, self._row[entry]) for pair, entry in skipped.items()]

    def pair_of(self, entry: int) -> int:
        return self._pair[entry]

    def wanted(self, pair: int) -> int:
        """Votes the pair should have."""
        if self._waits_again(pair, self.votes[pair]):
            return max(self.votes[pair] + 1, self.project.votes_per_pair)
        return self.project.votes_per_pair + (self.needs[pair] == Need.SETTLER)

    def sort_in(self) -> None:
        """Put the pairs without a vote in random order, every source in its share all along (rules.md §5)."""
        waiting = np.flatnonzero(np.frombuffer(self.needs, dtype=np.uint8) == Need.FIRST)
        source = np.array(self._source, dtype=np.int32)[waiting]
        shuffle = np.array(self._shuffle, dtype=np.int64)[waiting]
        order = orders.proportional(source, shuffle)
        self.lines[Need.FIRST].replace(waiting[order].tolist())
        self.unsorted = False

    def _add_pairs(self, rows: list[tuple[int, str, str, int]]) -> None:
        for _, pair_id, source_id, shuffle in rows:
            self.places[pair_id] = len(self.ids)
            self.ids.append(pair_id)
            self._source.append(self._sources.setdefault(source_id, len(self._sources)))
            self._shuffle.append(shuffle)
            self._newest.append(-1)
            self.votes.append(0)
            self.needs.append(Need.FIRST)
        self.unsorted = self.unsorted or bool(rows)

    def _fold_all(self, rows: list[Row], replaced: dict[str, int]) -> None:
        """The same as one by one, five times as fast: every pair is counted once."""
        pairs = dict.fromkeys(self._pair[entry] for row in rows if (entry := self._note(row, replaced)) >= 0)
        for pair in pairs:
            for person in {self._person[entry] for entry in self._chain(pair)}:
                self._write_diary(pair, person, None)
            self._count(pair)
        for diary in self.diaries:
            diary.skipped = dict(sorted(diary.skipped.items(), key=lambda skip: skip[1]))

    def _fold(self, row: Row, replaced: dict[str, int]) -> None:
        pair, person = self.places.get(row[1]), self.person(row[2])
        if pair is None:
            return
        before, met = self._standing(pair, person), self.has_met(pair, person)
        self._note(row, replaced)
        self._write_diary(pair, person, before)
        self._count(pair)
        if met and not self.has_met(pair, person) and self.needs[pair]:
            self.lines[Need(self.needs[pair])].bring_back(pair, person)

    def _note(self, row: Row, replaced: dict[str, int]) -> int:
        """Add an entry, whose place is returned; -1 where its pair is not known."""
        row_id, pair_id, annotator_id, round_number, verdict, quarter, supersedes, arm = row
        pair = self.places.get(pair_id)
        if pair is None:
            return -1
        person, entry = self.person(annotator_id), len(self._row)
        self._row.append(row_id)
        self._pair.append(pair)
        self._person.append(person)
        self._before.append(self._newest[pair])
        self._verdict.append(_VERDICTS[verdict])
        self._round.append(min(round_number, 127))
        self._arm.append(_ARM_PLACES[arm])
        self._live.append(verdict is not None)
        self._quarter.append(quarter)
        self._newest[pair] = entry
        self.diaries[person].entries.append(entry)
        if supersedes is not None:
            self._end(pair, replaced.get(supersedes, -1))
        return entry

    def _end(self, pair: int, row_id: int) -> None:
        for entry in self._chain(pair):
            if self._row[entry] == row_id:
                self._live[entry] = 0

    def _write_diary(self, pair: int, person: int, before: int | None) -> None:
        diary = self.diaries[person]
        after = self._standing(pair, person)
        for standing, by in ((before, -1), (after, 1)):
            if standing is not None:
                diary.mine += by
                diary.quarters[self._quarter[standing]] += by
        met = [other for other in self._theirs(pair, person) if self._live[other]]
        skips = [other for other in met if self._verdict[other] == _SKIP]
        if after is None and skips and skips == met:
            diary.skipped[pair] = skips[0]
        else:
            diary.skipped.pop(pair, None)

    def _count(self, pair: int) -> None:
        votes: dict[int, tuple[int, int, int]] = {}  # a person's newest of their first round
        for entry in self._chain(pair):
            if self._live[entry] and self._verdict[entry] not in _NO_VOTE:
                vote = (-self._round[entry], entry, self._verdict[entry])
                votes[self._person[entry]] = max(vote, votes.get(self._person[entry], vote))
        if pair not in self.aside:
            asked = self.project.votes_per_pair
            self.complete += (len(votes) >= asked) - (self.votes[pair] >= asked)
        self.votes[pair] = min(len(votes), 32767)
        said = [verdict for _, _, verdict in votes.values()]
        most = max((said.count(verdict) for verdict in said), default=0)
        self._wait_for(pair, self._need(pair, len(votes), most))

    def _need(self, pair: int, votes: int, most: int) -> Need:
        if pair in self.aside:
            return Need.NOTHING
        if votes and self._waits_again(pair, votes):
            return Need.SETTLER
        if votes == 0:
            return Need.FIRST
        if votes < self.project.votes_per_pair:
            return Need.MORE
        settled = 2 * most > votes or not self.project.one_more_on_disagreement
        return Need.NOTHING if settled or votes > self.project.votes_per_pair else Need.SETTLER

    def _waits_again(self, pair: int, votes: int) -> bool:
        return votes <= self._sent_back.get(pair, -1)

    def _place(self, pair: int, place: Place | None, votes: int) -> None:
        is_complete = self.votes[pair] >= self.project.votes_per_pair
        self.complete += is_complete * ((pair in self.aside) - (place is Place.ASIDE))
        self.aside.discard(pair)
        self._sent_back.pop(pair, None)
        if place is Place.ASIDE:
            self.aside.add(pair)
        elif place is Place.SENT_BACK:
            self._sent_back[pair] = votes
        self._count(pair)

    def _wait_for(self, pair: int, need: Need) -> None:
        if need == self.needs[pair]:
            return
        self.needs[pair] = need
        if need is not Need.NOTHING:
            self.lines[need].append(pair)

    def _ask_for(self, project: projects.Project) -> None:
        self.project = project
        asked = project.votes_per_pair
        self.complete = sum(votes >= asked for pair, votes in enumerate(self.votes) if pair not in self.aside)
        for pair, votes in enumerate(self.votes):
            if votes:
                self._count(pair)

    def _standing(self, pair: int, person: int) -> int | None:
        """The newest entry that is the person's vote or repeat on the pair, None where there is none."""
        for entry in self._theirs(pair, person):
            if self._live[entry] and self._verdict[entry] not in _NO_VOTE:
                return entry
        return None

    def _theirs(self, pair: int, person: int) -> Iterator[int]:
        return (entry for entry in self._chain(pair) if self._person[entry] == person)

    def _chain(self, pair: int) -> Iterator[int]:
        entry = self._newest[pair]
        while entry >= 0:
            yield entry
            entry = self._before[entry]


def of(database: Database) -> Journal:
    """The journal of an open database, made on first use; take its lock before using it."""
    return database.attached(Journal)
