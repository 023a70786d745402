"""The log of decisions in memory: one entry a row, chained by pair, newest first.

Places of pairs and people are small integers, given by journal.py; an entry is the place of its row. Nothing
here knows what a pair waits for.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime

from curation.labelling import diaries
from curation.labelling.diaries import Diary
from curation.model import Arm, Verdict

_TAKEN_BACK = -1
_VERDICTS: dict[str | None, int] = {verdict.value: place for place, verdict in enumerate(Verdict)}
_VERDICTS[None] = _TAKEN_BACK
_SKIP = _VERDICTS[Verdict.SKIP.value]
_NO_VOTE = frozenset(_VERDICTS[verdict.value] for verdict in Verdict if not verdict.is_vote)
_ARMS = tuple(Arm)
_ARM_PLACES = {arm.value: place for place, arm in enumerate(_ARMS)}


class Entries:
    """What was recorded, and which of it is in effect; with a diary of each person."""

    def __init__(self) -> None:
        self.diaries: list[Diary] = []
        self._newest = array("i")  # by pair
        self._row, self._pair, self._person, self._before = array("q"), array("i"), array("i"), array("i")
        self._verdict, self._round, self._arm, self._live = array("b"), array("b"), array("b"), array("b")
        self._quarter = array("i")

    def __len__(self) -> int:
        return len(self._row)

    def add_pair(self) -> None:
        """One more pair, that nobody has met."""
        self._newest.append(-1)

    def add(
        self,
        *,
        row: int,
        pair: int,
        person: int,
        round_number: int,
        verdict: str | None,
        arm: str,
        quarter: int,
        ends: int | None,
    ) -> int:
        """Add an entry.

        Args:
            row: its row id.
            quarter: of an hour since 1970.
            ends: row id of the entry that it replaces.
        """
        entry = len(self._row)
        self._row.append(row)
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
        if ends is not None:
            self._end(pair, ends)
        return entry

    def pair_of(self, entry: int) -> int:
        return self._pair[entry]

    def row_of(self, entry: int) -> int:
        return self._row[entry]

    def people_of(self, pair: int) -> set[int]:
        """Everybody who has recorded anything on the pair."""
        return {self._person[entry] for entry in self._chain(pair)}

    def verdicts(self, pair: int) -> list[int]:
        """The vote of each person: their newest of their first round; a number for each verdict."""
        votes: dict[int, tuple[int, int, int]] = {}
        for entry in self._chain(pair):
            if self._live[entry] and self._verdict[entry] not in _NO_VOTE:
                vote = (-self._round[entry], entry, self._verdict[entry])
                votes[self._person[entry]] = max(vote, votes.get(self._person[entry], vote))
        return [verdict for _, _, verdict in votes.values()]

    def has_met(self, pair: int, person: int) -> bool:
        """The person has decided or skipped the pair, and has not taken that back."""
        if self._newest[pair] < 0:  # most pairs that are asked about: nobody has met them
            return False
        return any(self._live[entry] for entry in self._theirs(pair, person))

    def has_answered(self, pair: int, person: int, round_number: int) -> bool:
        """Likewise, in this round."""
        return any(
            self._live[entry] and self._round[entry] == round_number for entry in self._theirs(pair, person)
        )

    def standing(self, pair: int, person: int) -> int | None:
        """The newest entry that is the person's vote or repeat on the pair, None where there is none."""
        for entry in self._theirs(pair, person):
            if self._live[entry] and self._verdict[entry] not in _NO_VOTE:
                return entry
        return None

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

    def write_diary(self, pair: int, person: int, before: int | None) -> None:
        """Count the person's work on the pair again, `before` having stood there."""
        diary = self.diaries[person]
        after = self.standing(pair, person)
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

    def _end(self, pair: int, row: int) -> None:
        for entry in self._chain(pair):
            if self._row[entry] == row:
                self._live[entry] = 0

    def _theirs(self, pair: int, person: int) -> Iterator[int]:
        return (entry for entry in self._chain(pair) if self._person[entry] == person)

    def _chain(self, pair: int) -> Iterator[int]:
        entry = self._newest[pair]
        while entry >= 0:
            yield entry
            entry = self._before[entry]
