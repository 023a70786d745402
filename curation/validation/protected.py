"""Protected prompts: what no training set may hold, such as a benchmark's questions, and who holds it.

The lead hands them in; they are kept in the workspace, and every later validation and release asks for
them. Texts are named by their hash (a pair's id, a mend's text_id), so each is compared once
(protected_check) until more prompts are handed in.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation import text
from curation.database import Database
from curation.labelling import events

GRAM = 8  # words
Cursor = duckdb.DuckDBPyConnection
Progress = Callable[[int, int], None]
_COVER = 0.5
_NUMBERS_MOST = 3  # of the 8 words
_BATCH = 2000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One protected prompt: its set and its place in it, from 1."""

    name: str
    number: int


Check = tuple[str, Item | None]  # id of a text, what its prompt holds


class Index:
    """Protected prompts by their 8-grams; short ones by their whole text."""

    def __init__(self, prompts: Iterable[tuple[Item, str]]) -> None:
        self._grams: dict[int, list[tuple[Item, int]]] = {}
        self._short: dict[tuple[str, ...], Item] = {}
        self._length: dict[Item, int] = {}
        for item, prompt in prompts:
            words = _words(prompt)
            if len(words) < GRAM:
                if words:
                    self._short.setdefault(words, item)
                continue
            self._length[item] = len(words)
            for place, gram in enumerate(_grams(words)):
                self._grams.setdefault(gram, []).append((item, place))

    def found_in(self, content: str) -> Item | None:
        """The protected prompt that this text holds most of; None where it holds none.

        It holds one when the 8-grams they share cover more than half of the protected prompt's words. A
        protected prompt of fewer than 8 words must be the whole text, letter case and signs aside.

        Source: Lambert et al. (2024), Tülu 3, section 3.2, arXiv 2411.15124.
        """
        words = _words(content)
        if len(words) < GRAM:
            return self._short.get(words)
        covered: dict[Item, set[int]] = {}
        for gram in _grams(words):
            for item, place in self._grams.get(gram, ()):
                covered.setdefault(item, set()).update(range(place, place + GRAM))
        shares = {item: len(places) / self._length[item] for item, places in covered.items()}
        best = max(shares, key=lambda item: (shares[item], item.name, -item.number), default=None)
        return best if best is not None and shares[best] > _COVER else None


def held_spans(content: str, prompt: str) -> list[tuple[int, int]]:
    """The places of a text that it shares with a protected prompt, in order; characters, from and before."""
    words = [(text.folded(found[0]), found.span()) for found in _WORD.finditer(content)]
    wanted = set(_grams(_words(prompt)))
    spans: list[tuple[int, int]] = []
    for start, gram in enumerate(_grams(tuple(word for word, _ in words))):
        if gram in wanted:
            first, last = words[start][1][0], words[start + GRAM - 1][1][1]
            if spans and first <= spans[-1][1]:
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
    return spans


def protect(
    db: Database, name: str, prompts: Sequence[str], now: datetime, *, by: str = "command line"
) -> int:
    """Keep prompts that no release may contain; returns how many were new.

    Args:
        name: of the set, such as a file name; prompts it has already are not added again.
        now: naive UTC.
        by: pseudonym of who asks for it, for the audit.
    """
    with db.writing() as tx:
        rows = tx.execute("SELECT prompt FROM protected_prompt WHERE name = $name", {"name": name}).fetchall()
        known = {prompt for (prompt,) in rows}
        fresh = [prompt for prompt in dict.fromkeys(prompts) if prompt not in known]
        if fresh:
            tx.execute(
                """
                INSERT INTO protected_prompt (name, prompt, number, added)
                SELECT $name, unnest($prompts), unnest($numbers), $added
                """,
                {
                    "name": name,
                    "prompts": fresh,
                    "numbers": list(range(len(known) + 1, len(known) + len(fresh) + 1)),
                    "added": now,
                },
            )
            detail = {"prompts": len(fresh)}
            events.record(tx, actor=by, action="protect prompts", subject=name, detail=detail, now=now)
    return len(fresh)


def behind(db: Database, pair_id: str) -> tuple[Item, str] | None:
    """The protected prompt that a pair was last found to hold, and its text; None where it holds none."""
    with db.reading() as cursor:
        row = cursor.execute(
            """
            SELECT k.name, k.number, p.prompt FROM protected_check AS k
            JOIN protected_prompt AS p ON p.name = k.name AND p.number = k.number
            WHERE k.pair_id = coalesce(
                (SELECT text_id FROM current_mend WHERE pair_id = $pair_id), $pair_id)
            """,
            {"pair_id": pair_id},
        ).fetchone()
    return None if row is None else (Item(name=row[0], number=row[1]), row[2])


def supplied(cursor: Cursor) -> dict[str, int]:
    """Protected prompts by set."""
    rows = cursor.execute(
        "SELECT name, count(*) FROM protected_prompt GROUP BY name ORDER BY name"
    ).fetchall()
    return {str(name): int(count) for name, count in rows}


def fill(db: Database, progress: Progress) -> None:
    """Compare every text that has not been compared with all of today's protected prompts."""
    with db.reading() as cursor:
        today = version(cursor)
        total = count_unchecked(cursor, today)
        if not today or not total:
            return
        done = 0
        for rows in checked(cursor, today):
            with db.writing() as tx:
                tx.execute(
                    """
                    INSERT OR REPLACE INTO protected_check (pair_id, supplied, name, number)
                    SELECT unnest($pairs), $version, unnest($names), unnest($numbers)
                    """,
                    {**columns(rows), "version": today},
                )
            done += len(rows)
            progress(done, total)


def checked(cursor: Cursor, today: int) -> Iterator[list[Check]]:
    """Every text that was not compared with these protected prompts, compared; in batches.

    The texts of imports and, under ids of their own, those that fixes have made of them.
    """
    if not count_unchecked(cursor, today):
        return
    prompts = cursor.execute(
        "SELECT name, number, prompt FROM protected_prompt ORDER BY name, number"
    ).fetchall()
    index = Index((Item(name=name, number=number), prompt) for name, number, prompt in prompts)
    stream = cursor.execute(
        """
        SELECT p.id, p.context, p.prompt FROM pair AS p
        WHERE NOT EXISTS (
            SELECT 1 FROM protected_check AS k WHERE k.pair_id = p.id AND k.supplied = $version)
        UNION ALL
        SELECT m.text_id, coalesce(m.context, p.context), m.prompt
        FROM (SELECT DISTINCT ON (text_id) * FROM current_mend) AS m JOIN pair AS p ON p.id = m.pair_id
        WHERE NOT EXISTS (
            SELECT 1 FROM protected_check AS k WHERE k.pair_id = m.text_id AND k.supplied = $version)
        """,
        {"version": today},
    )
    while rows := stream.fetchmany(_BATCH):
        yield [(pair_id, _found(index, context, prompt)) for pair_id, context, prompt in rows]


def _found(index: Index, context: str, prompt: str) -> Item | None:
    found = index.found_in(prompt)
    if found is not None or context == "[]":
        return found
    # A context that is no list of messages is rule V01's; as one text it can still be compared.
    earlier = index.found_in(context)
    return earlier or next((each for each in map(index.found_in, _contents(context)) if each), None)


def _contents(context: str) -> list[str]:
    try:
        return [str(turn["content"]) for turn in json.loads(context)]
    except (ValueError, TypeError, KeyError):
        return []


def columns(rows: list[Check]) -> dict[str, list[str] | list[str | None] | list[int | None]]:
    """The same by column, as parameters of a statement."""
    return {
        "pairs": [pair_id for pair_id, _ in rows],
        "names": [None if item is None else item.name for _, item in rows],
        "numbers": [None if item is None else item.number for _, item in rows],
    }


def count_unchecked(cursor: Cursor, today: int) -> int:
    """Texts that were not compared with all of these protected prompts."""
    (count,) = cursor.execute(
        """
        SELECT (SELECT count(*) FROM pair AS p WHERE NOT EXISTS (
                    SELECT 1 FROM protected_check AS k WHERE k.pair_id = p.id AND k.supplied = $version))
             + (SELECT count(DISTINCT text_id) FROM current_mend AS m WHERE NOT EXISTS (
                    SELECT 1 FROM protected_check AS k WHERE k.pair_id = m.text_id AND k.supplied = $version))
        """,
        {"version": today},
    ).fetchone() or (0,)
    return int(count)


def version(cursor: Cursor) -> int:
    """Protected prompts are only ever added, so that their number tells what was compared with."""
    (count,) = cursor.execute("SELECT count(*) FROM protected_prompt").fetchone() or (0,)
    return int(count)


def _words(content: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.folded(content)))


def _grams(words: tuple[str, ...]) -> list[int]:
    """Hashes of the 8-grams; a question with other numbers in it is the same question.

    Where fewer than five of the eight words are no numbers, the numbers are what is asked, and stay.
    """
    # The hash of a tuple is 64 bits: two of a billion 8-grams meet by chance with p = 0.03. Half of a
    # protected prompt does not.
    masked = tuple("0" if word.isdigit() else word for word in words)
    found = []
    for start in range(len(words) - GRAM + 1):
        gram = masked[start : start + GRAM]
        found.append(hash(gram if gram.count("0") <= _NUMBERS_MOST else words[start : start + GRAM]))
    return found
