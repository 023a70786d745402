"""The import as it came: its texts to the byte and its winners, before anybody looked at them."""

from collections.abc import Collection

from curation import text
from curation.database import Database
from curation.model import Message, Provenance, Speaker, Verdict
from curation.release.raw_pair import RawPair


def pairs(database: Database, *, but_prompts: Collection[str] = ()) -> list[RawPair]:
    """Every imported preference, whatever people have said of it since, in the order of ids.

    Args:
        but_prompts: prompts that must not be trained on, as text.folded gives them.
    """
    held_out = frozenset(but_prompts)
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT id, context, prompt, answer_1, answer_2, prior_winner FROM pair
            WHERE prior_winner IN ('answer_1', 'answer_2') AND prior_provenance = $imported ORDER BY id
            """,
            {"imported": Provenance.IMPORTED.value},
        ).fetchall()
    return [_pair(*row) for row in rows if text.folded(row[2]) not in held_out]


def _pair(pair_id: str, context: str, prompt: str, one: str, two: str, winner: str) -> RawPair:
    first = winner == Verdict.ANSWER_1.value
    return RawPair(
        pair_id=pair_id,
        turns=(*_earlier(context), Message(speaker=Speaker.USER, content=prompt)),
        chosen=one if first else two,
        rejected=two if first else one,
    )


def _earlier(context: str) -> tuple[Message, ...]:
    """An empty system message is left out, as in a release: a trainer would take it for one."""
    return tuple(
        turn
        for turn in text.context_from_json(context)
        if turn.speaker is not Speaker.SYSTEM or text.visible(turn.content)
    )
