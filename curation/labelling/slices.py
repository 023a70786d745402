"""Pairs with a reason of their own to be served: gold, suspected, uncertain, and the batches of a lead.

All by place in the journal, which tells when to look again; only reads.
"""

from collections.abc import Mapping

import duckdb

from curation.labelling.lines import Line

_MOST = 20_000  # suspected and uncertain pairs that are held ready; more than a team decides in days
_SUSPECTED = 0.5  # the detector rather believes the other label
_UNCERTAIN = 0.2  # from 1/2, either way


class Slices:
    """Lines of places. A pair may stand in several, and leaves none of them when it was decided."""

    def __init__(self) -> None:
        self.gold, self.suspected, self.uncertain = Line(), Line(), Line()
        self.known: frozenset[int] = frozenset()  # gold now
        self.batches: dict[int, Line] = {}  # by number, in the order in which they are worked on
        self.votes: dict[int, int] = {}  # asked for by an open batch
        self._pairs_of: dict[int, dict[int, int]] = {}
        self._marks: tuple[object, ...] = ()

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, places: Mapping[str, int]) -> set[int]:
        """Read again what has changed.

        Returns:
            Pairs that batches ask for another number of votes than before.
        """
        marks = cursor.execute(
            """
            SELECT (SELECT count(*) FROM gold), (SELECT max(added) FROM gold),
                   (SELECT count(*) FROM suspicion), (SELECT max(computed) FROM suspicion),
                   (SELECT list(number ORDER BY rank, number) FROM batch WHERE ended IS NULL)
            """
        ).fetchone() or (0, None, 0, None, None)
        before, self._marks = self._marks or (0, None, 0, None, None), marks
        if marks[:2] != before[:2]:
            self._read_gold(cursor, places)
        if marks[2:4] != before[2:4]:
            self._read_suspicion(cursor, places)
        return self._read_batches(cursor, places, marks[4] or []) if marks[4] != before[4] else set()

    def holds(self, number: int, pair: int) -> bool:
        """The pair belongs to this open batch."""
        return pair in self._pairs_of[number]

    def _read_gold(self, cursor: duckdb.DuckDBPyConnection, places: Mapping[str, int]) -> None:
        rows = cursor.execute("SELECT pair_id FROM gold ORDER BY added, pair_id").fetchall()
        found = [places[pair_id] for (pair_id,) in rows if pair_id in places]
        for pair in found:
            if pair not in self.known:
                self.gold.append(pair)
        self.known = frozenset(found)

    def _read_suspicion(self, cursor: duckdb.DuckDBPyConnection, places: Mapping[str, int]) -> None:
        # The detector that suspects a pair most speaks for it. Length alone is what they are compared
        # with, and the base model's likelihoods are no chances.
        suspected = cursor.execute(
            """
            SELECT pair_id FROM suspicion WHERE detector NOT IN ('length', 'reference')
            GROUP BY pair_id HAVING max(score) > $least
            ORDER BY max(score) DESC, pair_id LIMIT $most
            """,
            {"least": _SUSPECTED, "most": _MOST},
        ).fetchall()
        uncertain = cursor.execute(
            """
            SELECT pair_id FROM suspicion WHERE detector NOT IN ('length', 'reference')
            GROUP BY pair_id HAVING abs(max(score) - 0.5) < $near
            ORDER BY abs(max(score) - 0.5), pair_id LIMIT $most
            """,
            {"near": _UNCERTAIN, "most": _MOST},
        ).fetchall()
        self.suspected.replace(places[pair_id] for (pair_id,) in suspected if pair_id in places)
        self.uncertain.replace(places[pair_id] for (pair_id,) in uncertain if pair_id in places)

    def _read_batches(
        self, cursor: duckdb.DuckDBPyConnection, places: Mapping[str, int], numbers: list[int]
    ) -> set[int]:
        before = self.votes
        for number in numbers:
            if number not in self._pairs_of:
                self._read_batch(cursor, places, number)
        self.batches = {number: self.batches[number] for number in numbers}
        self._pairs_of = {number: self._pairs_of[number] for number in numbers}
        self.votes = {}
        for asked in self._pairs_of.values():
            for pair, votes in asked.items():
                self.votes[pair] = max(votes, self.votes.get(pair, 0))
        return {
            pair for pair in before.keys() | self.votes.keys() if before.get(pair) != self.votes.get(pair)
        }

    def _read_batch(self, cursor: duckdb.DuckDBPyConnection, places: Mapping[str, int], number: int) -> None:
        rows = cursor.execute(
            "SELECT pair_id, votes FROM batch_pair WHERE batch = $number ORDER BY place", {"number": number}
        ).fetchall()
        asked = {places[pair_id]: votes for pair_id, votes in rows if pair_id in places}
        self.batches[number], self._pairs_of[number] = Line(), asked
        self.batches[number].replace(asked)
