"""Texts that a fix has changed. The only writer of mend.

A pair is its content, so nothing is overwritten: a mend says what annotators see and a release writes
instead; votes and winner stay. An action may mend thousands of pairs and is undone as one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from curation import text
from curation.database import Database
from curation.labelling import actions, events
from curation.labelling.actions import Action
from curation.model import Answer, Pair

_MOST_KEPT = 10_000  # ids of mended pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What a release writes of a pair; context as JSON, answers in canonical order."""

    pair_id: str
    context: str
    prompt: str
    answer_1: str
    answer_2: str

    @property
    def text_id(self) -> str:
        """Hash of the texts; never the id of a pair."""
        return text.digest(["mend", self.context, self.prompt, self.answer_1, self.answer_2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What stands for the imported texts of a pair now, and whose fix made it so; in canonical order.

    Attributes:
        text_id: tells these texts from every other state of the pair's texts.
        context: JSON; None where the earlier turns are as imported.
    """

    rule: str
    text_id: str
    context: str | None
    prompt: str
    answer_1: str
    answer_2: str

    def text_of(self, answer: Answer) -> str:
        return self.answer_1 if answer is Answer.ONE else self.answer_2

    def over(self, pair: Pair) -> Pair:
        """The pair with these texts; its id stays that of the import."""
        context = pair.context if self.context is None else text.context_from_json(self.context)
        return replace(
            pair, context=context, prompt=self.prompt, answer_1=self.answer_1, answer_2=self.answer_2
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One row of a pair: whose fix, who applied it and when; `undone` where it put the import back."""

    rule: str
    reason: str
    by: str
    when: datetime
    undone: bool


def mend(database: Database, mends: Sequence[Mend], rule: str, action: Action) -> int:
    """Apply a fix to every pair of `mends` in one action, or to none of them.

    Returns:
        How many pairs were mended; 0 where this action was done before.

    Raises:
        InvalidInput: no reason, or no pair.
        Unknown: there is no such pair.
    """
    wanted = [each.pair_id for each in mends]
    action.checked(wanted)
    with database.writing() as tx:
        if rows_of(tx, action.id):
            return 0
        actions.require_pairs(tx, wanted)
        _insert(tx, mends, rule, action)
        detail = {"action": action.id, "pairs": len(wanted), "rule": rule}
        events.record(
            tx, actor=action.by, action="fix", subject=actions.subject(wanted), detail=detail, now=action.now
        )
    return len(wanted)


def present(cursor: duckdb.DuckDBPyConnection, pair_ids: Collection[str]) -> dict[str, Present]:
    """The fixed texts of those pairs that have any, by pair; the others are as imported."""
    if not pair_ids:
        return {}
    # Names written out are looked up in the index.
    names = {f"id_{number}": pair_id for number, pair_id in enumerate(dict.fromkeys(pair_ids))}
    rows = cursor.execute(
        "SELECT pair_id, text_id, rule, context, prompt, answer_1, answer_2 FROM mend"  # noqa: S608 - names of ours
        f" WHERE pair_id IN ({', '.join(f'${name}' for name in names)}) ORDER BY number",
        names,
    ).fetchall()
    newest = {row[0]: row[1:] for row in rows}
    return {
        pair_id: Present(
            rule=rule, text_id=text_id, context=context, prompt=prompt, answer_1=one, answer_2=two
        )
        for pair_id, (text_id, rule, context, prompt, one, two) in newest.items()
        if text_id is not None
    }


def shown(database: Database, pair_ids: Collection[str]) -> dict[str, Present]:
    """As present, for what runs at every key press: where no pair was ever mended, nothing is read."""
    known = database.remembered(_ever_mended)
    mended = pair_ids if known is None else known.intersection(pair_ids)
    if not mended:
        return {}
    with database.reading() as cursor:
        return present(cursor, mended)


def prompts(database: Database, pair_ids: Collection[str], *, length: int) -> dict[str, str]:
    """The first `length` characters of the prompts of these pairs as annotators see them, by pair."""
    if not pair_ids:
        return {}
    names = {f"id_{number}": pair_id for number, pair_id in enumerate(dict.fromkeys(pair_ids))}
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, left(prompt, $length) FROM pair"  # noqa: S608 - names of ours
            f" WHERE id IN ({', '.join(f'${name}' for name in names)})",
            {**names, "length": length},
        ).fetchall()
    fixed = shown(database, pair_ids)
    return dict(rows) | {pair_id: each.prompt[:length] for pair_id, each in fixed.items()}


def newest(cursor: duckdb.DuckDBPyConnection) -> int:
    """Grows with every fix and every undoing of one; 0 where there was none."""
    (number,) = cursor.execute("SELECT coalesce(max(number), 0) FROM mend").fetchone() or (0,)
    return int(number)


def as_fixed(cursor: duckdb.DuckDBPyConnection, pair: Pair) -> Pair:
    """The pair as annotators see it: with the fixed texts where there are any, else as imported."""
    fixed = present(cursor, [pair.id]).get(pair.id)
    return pair if fixed is None else fixed.over(pair)


def history(database: Database, pair_id: str) -> tuple[Past, ...]:
    """Everything that was ever fixed in a pair's texts, oldest first, what was undone included."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT rule, reason, mended_by, mended, text_id IS NULL
            FROM mend WHERE pair_id = $pair_id ORDER BY number
            """,
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(Past(rule=row[0], reason=row[1], by=row[2], when=row[3], undone=row[4]) for row in rows)


def restore(tx: duckdb.DuckDBPyConnection, action_id: str, undo: Action) -> list[str]:
    """Give each pair of an action the texts it had before it, unless it was mended since; those pairs."""
    pairs = rows_of(tx, action_id, newest=True)
    tx.execute(
        """
        INSERT INTO mend (id, pair_id, rule, text_id, context, prompt, answer_1, answer_2, reason, mended_by,
                          mended)
        SELECT $undo || ':' || now.pair_id, now.pair_id, coalesce(before.rule, now.rule), before.text_id,
               before.context, before.prompt, before.answer_1, before.answer_2, $reason, $by, $when
        FROM mend AS now
        LEFT JOIN LATERAL (
            SELECT rule, text_id, context, prompt, answer_1, answer_2 FROM mend AS m
            WHERE m.pair_id = now.pair_id AND m.number < now.number ORDER BY m.number DESC LIMIT 1
        ) AS before ON true
        WHERE split_part(now.id, ':', 1) = $action AND list_contains($pairs, now.pair_id)
        """,
        {
            "undo": undo.id,
            "reason": undo.reason,
            "by": undo.by,
            "when": undo.now,
            "action": action_id,
            "pairs": pairs,
        },
    )
    return pairs


def rows_of(cursor: duckdb.DuckDBPyConnection, action_id: str, *, newest: bool = False) -> list[str]:
    """The pairs of an action; with `newest` those that no later action has mended, undone ones aside."""
    rows = cursor.execute(
        """
        WITH told AS (  -- what was undone, and the undoing of it, stand in nobody's way
            SELECT id, pair_id, number,
                   starts_with(id, $undo) OR $undo || id IN (SELECT id FROM mend) AS void
            FROM mend WHERE pair_id IN (SELECT pair_id FROM mend WHERE split_part(id, ':', 1) = $action)
        ),
        last AS (SELECT pair_id, max(number) AS number FROM told WHERE NOT void GROUP BY pair_id)
        SELECT t.pair_id FROM told AS t LEFT JOIN last AS l ON l.pair_id = t.pair_id
        WHERE split_part(t.id, ':', 1) = $action AND (NOT $newest OR t.number = l.number) ORDER BY t.pair_id
        """,
        {"action": action_id, "undo": actions.UNDO, "newest": newest},
    ).fetchall()
    return [pair_id for (pair_id,) in rows]


def _ever_mended(cursor: duckdb.DuckDBPyConnection) -> frozenset[str] | None:
    """None where they are too many to be kept in memory and read again after every action of a lead."""
    rows = cursor.execute(
        "SELECT DISTINCT pair_id FROM mend LIMIT $most", {"most": _MOST_KEPT + 1}
    ).fetchall()
    return frozenset(pair_id for (pair_id,) in rows) if len(rows) <= _MOST_KEPT else None


def _insert(tx: duckdb.DuckDBPyConnection, mends: Sequence[Mend], rule: str, action: Action) -> None:
    tx.execute(
        """
        INSERT INTO mend (id, pair_id, rule, text_id, context, prompt, answer_1, answer_2, reason, mended_by,
                          mended)
        SELECT $action || ':' || named.pair_id, named.pair_id, $rule, named.text_id, named.context,
               named.prompt, named.one, named.two, $reason, $by, $now
        FROM (SELECT unnest($pairs) AS pair_id, unnest($ids) AS text_id, unnest($contexts) AS context,
                     unnest($prompts) AS prompt, unnest($ones) AS one, unnest($twos) AS two) AS named
        """,
        {
            "action": action.id,
            "rule": rule,
            "reason": action.reason.strip(),
            "by": action.by,
            "now": action.now,
            "pairs": [each.pair_id for each in mends],
            "ids": [each.text_id for each in mends],
            "contexts": [each.context for each in mends],
            "prompts": [each.prompt for each in mends],
            "ones": [each.answer_1 for each in mends],
            "twos": [each.answer_2 for each in mends],
        },
    )
