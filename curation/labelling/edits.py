"""Corrected pairs. The only writer of edit.

A pair is its content, so nothing is overwritten: an edit makes a new pair, which begins without votes and
without a prior, and sets the old one aside with everything that was ever said of it. The new pair keeps the
source and the line it comes from; an answer that was changed says in its origin that a person edited it.
What is edited are the texts as they stand, with what fixes have made of them: the import would come back.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from curation import text
from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events, mends, pairs, placements
from curation.labelling.actions import Action
from curation.labelling.mends import Present
from curation.labelling.placements import Place
from curation.model import Answer, Pair, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What a pair is to say instead, answers in the order of the old pair.

    Attributes:
        made_of: the mends.Present.text_id of the texts that were edited; "" for the import.
    """

    prompt: str
    answer_1: str
    answer_2: str
    made_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit: the new pair, the one it comes from, who made it, when and why."""

    pair_id: str
    edited_from: str
    reason: str
    edited_by: str
    edited: datetime


def edit(database: Database, pair_id: str, texts: Texts, action: Action) -> str:
    """Make the corrected pair and set the old one aside, in one transaction.

    Returns:
        Id of the new pair; where this action was done before, of the one that it made then.

    Raises:
        InvalidInput: no reason, nothing changed, a text is empty, such a pair is there already, or a fix has
            changed the texts since they were read.
        Unknown: there is no such pair.
    """
    action.checked([pair_id])
    imported = pairs.get(database, pair_id)
    with database.writing() as tx:
        repeated = placements.rows_of(tx, action.id)
        fixed = mends.present(tx, [pair_id]).get(pair_id)
        if not repeated:
            _require_current(fixed, texts)
        new = _corrected(imported if fixed is None else fixed.over(imported), texts)
        if repeated:
            return new.id
        _require_new(tx, new.id, pair_id)
        if pairs.add(tx, [new], action.now):
            _insert(tx, new.id, pair_id, action)
        # The second: an edit that was undone and is made again finds the pair it had made, set aside.
        placements.place(tx, {pair_id: Place.ASIDE, new.id: None}, action)
        detail = {"action": action.id, "new_pair": new.id}
        events.record(tx, actor=action.by, action="edit pair", subject=pair_id, detail=detail, now=action.now)
    return new.id


def about(database: Database, pair_id: str) -> tuple[Edit, ...]:
    """The edit that made this pair, and those that were made of it, oldest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT pair_id, edited_from, reason, edited_by, edited
            FROM edit WHERE pair_id = $pair_id OR edited_from = $pair_id ORDER BY edited, pair_id
            """,
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(
        Edit(pair_id=row[0], edited_from=row[1], reason=row[2], edited_by=row[3], edited=row[4])
        for row in rows
    )


def made_by(cursor: duckdb.DuckDBPyConnection, action_id: str) -> list[str]:
    """The pairs that an action made; at most one."""
    rows = cursor.execute("SELECT pair_id FROM edit WHERE action = $action", {"action": action_id}).fetchall()
    return [pair_id for (pair_id,) in rows]


def _corrected(old: Pair, texts: Texts) -> Pair:
    if not (text.visible(texts.prompt) and text.visible(texts.answer_1) and text.visible(texts.answer_2)):
        raise InvalidInput("Prompt and answers need text. To drop the pair, set it aside.")
    if (texts.prompt, texts.answer_1, texts.answer_2) == (old.prompt, old.answer_1, old.answer_2):
        raise InvalidInput("Nothing was changed, so no new pair was made.")
    if text.folded(texts.answer_1) == text.folded(texts.answer_2):
        raise InvalidInput("Both answers would be the same. Settle the pair as a tie, or set it aside.")
    origins = (
        _origin(old.origin_1, changed=texts.answer_1 != old.answer_1),
        _origin(old.origin_2, changed=texts.answer_2 != old.answer_2),
    )
    pair_id, place = text.canonical(old.context, texts.prompt, texts.answer_1, texts.answer_2, old.item)
    turned = place is Answer.TWO
    return replace(
        old,
        id=pair_id,
        prompt=texts.prompt,
        answer_1=texts.answer_2 if turned else texts.answer_1,
        answer_2=texts.answer_1 if turned else texts.answer_2,
        origin_1=origins[1] if turned else origins[0],
        origin_2=origins[0] if turned else origins[1],
        prior_winner=None,
        prior_provenance=Provenance.NONE,
    )


def _require_current(fixed: Present | None, texts: Texts) -> None:
    """A form that was opened before a fix holds what the fix has taken out."""
    if texts.made_of != ("" if fixed is None else fixed.text_id):
        raise InvalidInput(
            "A fix has changed the texts of this pair since you opened them, so nothing was saved. "
            "Make your change in the texts as they are now."
        )


def _origin(origin: str, *, changed: bool) -> str:
    if not changed:
        return origin
    return f"{origin}, edited by a person" if origin else "edited by a person"


def _require_new(tx: duckdb.DuckDBPyConnection, pair_id: str, edited_from: str) -> None:
    taken = tx.execute(
        """
        SELECT 1 FROM pair WHERE id = $id
        AND NOT EXISTS (SELECT 1 FROM edit WHERE edit.pair_id = $id AND edited_from = $old)
        """,
        {"id": pair_id, "old": edited_from},
    ).fetchone()
    if taken is not None:
        raise InvalidInput(
            f"A pair with these texts is there already: {pair_id}. Set this one aside instead."
        )


def _insert(tx: duckdb.DuckDBPyConnection, pair_id: str, edited_from: str, action: Action) -> None:
    tx.execute(
        """
        INSERT INTO edit (pair_id, edited_from, action, reason, edited_by, edited)
        VALUES ($pair_id, $edited_from, $action, $reason, $by, $now)
        """,
        {
            "pair_id": pair_id,
            "edited_from": edited_from,
            "action": action.id,
            "reason": action.reason.strip(),
            "by": action.by,
            "now": action.now,
        },
    )
