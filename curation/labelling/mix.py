"""Which pairs one person is given in one request: the weighted mix of rules.md §5.

The random arm alone measures agreement, so it must meet some pairs twice: OVERLAP of its draws are further
votes on pairs that it chose itself, taken in the order of their first vote and whatever that vote said.
Batches of a lead come before everything else, but for gold and repeats. An arm that has nothing for a person
leaves its turn to the random one.
"""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from curation.labelling import shares
from curation.labelling.journal import Journal, Need
from curation.labelling.leases import Holdings
from curation.labelling.lines import Fit, Line
from curation.model import Arm

OVERLAP = 0.3
REPEAT_AFTER = timedelta(days=1)
_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A pair for a person, by place."""

    pair: int
    round: int
    arm: Arm


class Turn:
    """One request of one person. journal.lock must be held for as long as it is used."""

    def __init__(
        self,
        journal: Journal,
        holdings: Holdings,
        *,
        annotator_id: str,
        now: datetime,
        chance: random.Random,
        but: Collection[int],
        weights: Mapping[Arm, float] = shares.USUAL,
    ) -> None:
        self._journal, self._holdings, self._now, self._chance = journal, holdings, now, chance
        self._annotator_id, self._person = annotator_id, journal.person(annotator_id)
        held = {journal.places[lease.pair_id] for lease in holdings.of_person(annotator_id, now)}
        self._taken = set(but) | held
        self._walks: dict[Need, Iterator[int]] = {need: self._walk(need) for need in journal.lines}
        self._arms, self._weights = list(weights), list(weights.values())
        slices = journal.slices
        self._batches = [self._walk_waiting(line) for line in slices.batches.values()]
        self._likely = {
            Arm.SUSPECTED: self._walk_waiting(slices.suspected),
            Arm.UNCERTAIN: self._walk_waiting(slices.uncertain),
        }
        self._gold = slices.gold.walk(self._person, self._fits_gold)
        self._seen: dict[Need, int] = {}

    def choose(self, limit: int) -> Iterator[Choice]:
        """Up to so many, best first; none when nothing ordinary is left for this person.

        Gold and repeats only ever stand among ordinary pairs: alone they would show what they are.
        """
        for _ in range(limit):
            arm = self._chance.choices(self._arms, self._weights)[0]
            ordinary = self._of_batch() or self._of_likely(arm) or self._ordinary(arm)
            if ordinary is None:
                return
            choice = self._hidden(arm) or ordinary
            self._taken.add(choice.pair)
            self._seen = {need: pair for need, pair in self._seen.items() if pair != choice.pair}
            yield choice

    def _of_batch(self) -> Choice | None:
        """What leads want first; a hidden pair in its place leaves it for the next turn."""
        for walk in self._batches:
            pair = self._next_of(walk)
            if pair is not None:
                return Choice(pair=pair, round=0, arm=Arm.BATCH)
        return None

    def _of_likely(self, drawn: Arm) -> Choice | None:
        pair = self._next_of(self._likely[drawn]) if drawn in self._likely else None
        return None if pair is None else Choice(pair=pair, round=0, arm=drawn)

    def _next_of(self, walk: Iterator[int]) -> int | None:
        return next((pair for pair in walk if pair not in self._taken), None)

    def _hidden(self, arm: Arm) -> Choice | None:
        if arm is Arm.GOLD:
            found = next(self._gold, None)
            return None if found is None else Choice(pair=found, round=0, arm=arm)
        return self._repeat() if arm is Arm.REPEAT else None

    def _ordinary(self, drawn: Arm) -> Choice | None:
        for need in self._order(drawn):
            pair = self._first(need)
            if pair is not None:
                return Choice(pair=pair, round=0, arm=self._named(need, pair, drawn))
        return None

    def _order(self, drawn: Arm) -> tuple[Need, Need, Need]:
        # Where votes are split, a pair is uncertain.
        if drawn in (Arm.ADJUDICATION, Arm.UNCERTAIN) and self._first(Need.SETTLER) is not None:
            return Need.SETTLER, Need.FIRST, Need.MORE
        if drawn is Arm.SECOND_VOTE or (self._several and self._chance.random() < OVERLAP):
            return Need.MORE, Need.FIRST, Need.SETTLER
        return Need.FIRST, Need.MORE, Need.SETTLER

    @property
    def _several(self) -> bool:
        return self._journal.project.votes_per_pair > 1

    def _named(self, need: Need, pair: int, drawn: Arm) -> Arm:
        if need is Need.SETTLER:
            return Arm.ADJUDICATION
        if need is Need.MORE and (
            drawn is Arm.SECOND_VOTE or not self._journal.entries.chosen_at_random(pair)
        ):
            return Arm.SECOND_VOTE
        return Arm.RANDOM

    def _first(self, need: Need) -> int | None:
        if need not in self._seen:
            for pair in self._walks[need]:
                if pair not in self._taken:
                    self._seen[need] = pair
                    break
        return self._seen.get(need)

    def _walk(self, need: Need) -> Iterator[int]:
        return self._journal.lines[need].walk(
            self._person,
            lambda pair: self._fits(pair) if self._journal.needs[pair] == need else Fit.NEVER,
            gone=lambda pair: self._journal.needs[pair] != need,
        )

    def _walk_waiting(self, line: Line) -> Iterator[int]:
        """Pairs of a slice that still need somebody, whatever they need."""
        return line.walk(
            self._person, self._fits, gone=lambda pair: self._journal.needs[pair] == Need.NOTHING
        )

    def _fits(self, pair: int) -> Fit:
        journal = self._journal
        if journal.needs[pair] == Need.NOTHING or journal.entries.has_met(pair, self._person):
            return Fit.NEVER
        if pair in self._taken:
            return Fit.LATER
        on_the_way = sum(
            not journal.entries.has_met(pair, journal.person(name))
            for name in self._holdings.others(journal.ids[pair], self._annotator_id, self._now)
        )
        return Fit.FREE if journal.votes[pair] + on_the_way < journal.wanted(pair) else Fit.LATER

    def _fits_gold(self, pair: int) -> Fit:
        if pair not in self._journal.slices.known or pair in self._journal.aside:
            return Fit.NEVER
        if self._journal.entries.has_met(pair, self._person):
            return Fit.NEVER
        return Fit.LATER if pair in self._taken else Fit.FREE

    def _repeat(self) -> Choice | None:
        """One of the person's own older votes, any with the same chance."""
        entries, before = self._journal.entries.diaries[self._person].entries, self._now - REPEAT_AFTER
        for _ in range(_TRIES if entries else 0):
            entry = self._chance.choice(entries)
            pair = self._journal.entries.pair_of(entry)
            if pair in self._journal.aside:
                continue
            if pair not in self._taken and self._journal.entries.repeatable(entry, before):
                return Choice(pair=pair, round=1, arm=Arm.REPEAT)
        return None
