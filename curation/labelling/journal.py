"""The log of decisions, folded into counts and lines in memory, so that no question reads it again.

The tables stay the truth: a Journal holds nothing that reading them from the start would not give. It follows
the log by row id, which only grows in tables nothing is deleted from, and so sees what is committed and never
what was rolled back. One process holds the database, hence one Journal (docs/decisions/0010).

It does not know who holds a lease, nor why a pair is served: that is queue.py.
"""

import threading
from array import array
from collections.abc import Sequence
from enum import IntEnum

import duckdb
import numpy as np

from curation.database import Database
from curation.labelling import committed, orders, projects
from curation.labelling.committed import Row, Told
from curation.labelling.diaries import Diary
from curation.labelling.entries import Entries
from curation.labelling.lines import Line
from curation.labelling.placements import Place
from curation.labelling.slices import Slices


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
        self.reads = 0  # grows with each look at the table itself
        self._begin()

    def _begin(self) -> None:
        """Know nothing: the next look reads the tables from the start."""
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.votes, self.needs = array("h"), bytearray()
        self.lines: dict[Need, Line] = {need: Line() for need in Need if need is not Need.NOTHING}
        self.entries, self.slices = Entries(), Slices()
        self.aside: set[int] = set()  # by a reviewer: asked of nobody, counted nowhere
        self._sent_back: dict[int, int] = {}  # likewise: how many votes the pair had then
        self.complete = 0
        self.project = projects.Project()
        self.unsorted = False  # pairs have arrived that no line holds yet, or their prompts were grouped anew
        self._sources: dict[str, int] = {}
        self._source, self._cluster, self._shuffle = array("i"), array("q"), array("q")
        self._commits = self._decided = -1
        self._next_row = 0
        self._seen = committed.Seen()
        self._told: dict[int, Sequence[Told]] = {}

    def catch_up(self, database: Database) -> None:
        """Read what was committed since the last time; the first time, everything."""
        commits, decided = database.commits, database.changes["decision"]
        if (commits, decided) == (self._commits, self._decided):
            return
        with database.reading() as cursor:
            rows = self._told_rows(decided) if commits == self._commits else None
            if rows is None:
                rows = self._read_rows(cursor)
            if commits == self._commits and all(row[1] in self.places for row in rows):
                news = None
            else:
                news = committed.read(cursor, self._seen)
            replaced = committed.replaced(cursor, rows)
            if news is not None:
                self._add_pairs(news.pairs)
                self._group(news.clusters)
                asked_anew = self.slices.catch_up(cursor, self.places)
        if news is not None and news.project != self.project:
            self._ask_for(news.project)
        if len(self.entries) == 0:
            self._fold_all(rows, replaced)
        else:
            for row in rows:
                self._fold(row, replaced)
        if rows:
            self._next_row = rows[-1][0] + 1
        if news is not None:
            for _, pair_id, place, votes in news.placements:
                if pair_id in self.places:  # a pair made by rewriting is asked of nobody anyway
                    self._place(self.places[pair_id], None if place is None else Place(place), votes)
            for pair in asked_anew:
                self._count(pair)
            self._seen = news.seen
        self._commits, self._decided = commits, decided

    def tell(self, batch: Sequence[Told], *, decided: int, reads: int) -> None:
        """These decisions are on disk, in this order: nobody need read them again.

        Args:
            decided: database.changes["decision"] right after their commit.
            reads: `self.reads` before it. A look at the table since may have seen them already.
        """
        with self.lock:
            if reads == self.reads:
                self._told[decided] = batch

    def _told_rows(self, decided: int) -> list[Row] | None:
        """The rows of every commit since the last look; None where nobody has told of one of them.

        Rows are only ever added, and the next one's id is the number of rows before it.
        """
        batches = [self._told.pop(number, None) for number in range(self._decided + 1, decided + 1)]
        if None in batches:
            return None
        told = [each for batch in batches if batch is not None for each in batch]
        return [(self._next_row + place, *each) for place, each in enumerate(told)]

    def _read_rows(self, cursor: duckdb.DuckDBPyConnection) -> list[Row]:
        rows = committed.decisions(cursor, self._next_row)
        self.reads += 1
        self._told.clear()
        if rows and rows[0][0] != self._next_row:  # what was told was not what the table holds
            self._begin()
            return committed.decisions(cursor, 0)
        return rows

    def person(self, annotator_id: str) -> int:
        """The place of a person, a new one for a name that is new."""
        place = self.people.setdefault(annotator_id, len(self.people))
        if place == len(self.entries.diaries):
            self.entries.diaries.append(Diary())
        return place

    def skips(self, person: int) -> list[tuple[int, int]]:
        """Pair and row id of what the person skipped and has not decided, oldest first."""
        skipped = self.entries.diaries[person].skipped
        return [(pair, self.entries.row_of(entry)) for pair, entry in skipped.items()]

    def wanted(self, pair: int) -> int:
        """Votes the pair should have."""
        if self._waits_again(pair, self.votes[pair]):
            return max(self.votes[pair] + 1, self.project.votes_per_pair)
        asked = max(self.project.votes_per_pair, self.slices.votes.get(pair, 0))
        return asked + (self.needs[pair] == Need.SETTLER)

    def sort_in(self) -> None:
        """Put the pairs without a vote in random order, every source and cluster in its share all along."""
        waiting = np.flatnonzero(np.frombuffer(self.needs, dtype=np.uint8) == Need.FIRST)
        source = np.array(self._source, dtype=np.int32)[waiting]
        cluster = np.array(self._cluster, dtype=np.int64)[waiting]
        shuffle = np.array(self._shuffle, dtype=np.int64)[waiting]
        order = orders.proportional(source, cluster, shuffle)
        self.lines[Need.FIRST].replace(waiting[order].tolist())
        self.unsorted = False

    def _add_pairs(self, rows: list[tuple[int, str, str, int]]) -> None:
        for _, pair_id, source_id, shuffle in rows:
            self.places[pair_id] = len(self.ids)
            self.ids.append(pair_id)
            self._source.append(self._sources.setdefault(source_id, len(self._sources)))
            self._cluster.append(orders.ALONE)
            self._shuffle.append(shuffle)
            self.entries.add_pair()
            self.votes.append(0)
            self.needs.append(Need.FIRST)
        self.unsorted = self.unsorted or bool(rows)

    def _group(self, clusters: Sequence[tuple[str, int]] | None) -> None:
        """Learn which prompts belong together, from the last look at all of them."""
        if clusters is None:
            return
        self._cluster = array("q", [orders.ALONE]) * len(self.ids)
        for pair_id, cluster in clusters:
            if pair_id in self.places:
                self._cluster[self.places[pair_id]] = cluster
        self.unsorted = True

    def _fold_all(self, rows: list[Row], replaced: dict[str, int]) -> None:
        """The same as one by one, five times as fast: every pair is counted once."""
        noted = (self._note(row, replaced) for row in rows)
        for pair in dict.fromkeys(pair for pair in noted if pair is not None):
            for person in self.entries.people_of(pair):
                self.entries.write_diary(pair, person, None)
            self._count(pair)
        for diary in self.entries.diaries:
            diary.skipped = dict(sorted(diary.skipped.items(), key=lambda skip: skip[1]))

    def _fold(self, row: Row, replaced: dict[str, int]) -> None:
        pair, person = self.places.get(row[1]), self.person(row[2])
        if pair is None:
            return
        before, met = self.entries.standing(pair, person), self.entries.has_met(pair, person)
        self._note(row, replaced)
        self.entries.write_diary(pair, person, before)
        self._count(pair)
        if met and not self.entries.has_met(pair, person) and self.needs[pair]:
            self._bring_back(pair, person)

    def _note(self, row: Row, replaced: dict[str, int]) -> int | None:
        """Add an entry; its pair, None where that is not known."""
        row_id, pair_id, annotator_id, round_number, verdict, quarter, supersedes, arm = row
        pair = self.places.get(pair_id)
        if pair is not None:
            self.entries.add(
                row=row_id,
                pair=pair,
                person=self.person(annotator_id),
                round_number=round_number,
                verdict=verdict,
                arm=arm,
                quarter=quarter,
                ends=None if supersedes is None else replaced.get(supersedes, -1),
            )
        return pair

    def _bring_back(self, pair: int, person: int) -> None:
        """The person may meet the pair again, wherever they had passed it."""
        self.lines[Need(self.needs[pair])].bring_back(pair, person)
        for number, line in self.slices.batches.items():
            if self.slices.holds(number, pair):
                line.bring_back(pair, person)

    def _count(self, pair: int) -> None:
        said = self.entries.verdicts(pair)
        if pair not in self.aside:
            asked = self.project.votes_per_pair
            self.complete += (len(said) >= asked) - (self.votes[pair] >= asked)
        self.votes[pair] = min(len(said), 32767)
        most = max((said.count(verdict) for verdict in said), default=0)
        self._wait_for(pair, self._need(pair, len(said), most))

    def _need(self, pair: int, votes: int, most: int) -> Need:
        if pair in self.aside:
            return Need.NOTHING
        if votes and self._waits_again(pair, votes):
            return Need.SETTLER
        if votes == 0:
            return Need.FIRST
        if votes < max(self.project.votes_per_pair, self.slices.votes.get(pair, 0)):
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


def of(database: Database) -> Journal:
    """The journal of an open database, made on first use; take its lock before using it."""
    return database.attached(Journal)
