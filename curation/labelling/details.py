"""What a decision holds beyond its verdict, checked: strength, reasons, comment, rewritten answer, flag.

A decision is a person's work and is not refused because a lead has changed the project meanwhile: a reason
that any version of the project offered is a reason, and one is required only by the version that was shown.
"""

import json
from collections.abc import Sequence

import duckdb

from curation import text
from curation.errors import InvalidInput
from curation.labelling import projects
from curation.model import Answer, Decision

LONGEST_COMMENT = 4_000
LONGEST_REWRITE = 100_000
LONGEST_FLAG = 500


def check(decision: Decision) -> None:
    """Refuse what no project could hold.

    Raises:
        InvalidInput: a sentence that names the part and says what to do.
    """
    for name, said, longest in (
        ("comment", decision.comment, LONGEST_COMMENT),
        ("rewritten answer", decision.rewrite or "", LONGEST_REWRITE),
        ("reason of the flag", decision.flag or "", LONGEST_FLAG),
    ):
        _check_text(name, said, longest)
    _check_strength(decision)
    if decision.rewrite is not None and (decision.verdict is None or not decision.verdict.is_preference):
        raise InvalidInput(
            "Only the better answer can be rewritten. Say which is better, or leave it as it is."
        )
    if decision.flag is not None and not decision.flag.strip():
        raise InvalidInput("Say why the pair is flagged, or drop the flag.")


def versions(cursor: duckdb.DuckDBPyConnection) -> tuple[tuple[int, tuple[str, ...], bool], ...]:
    """What each version of the project asks for, oldest first: number, reasons, whether one is required."""
    rows = cursor.execute(
        "SELECT version, reasons, reasons_required FROM project ORDER BY version"
    ).fetchall()
    return tuple((row[0], tuple(json.loads(row[1])), bool(row[2])) for row in rows)


def check_against(
    asked: Sequence[tuple[int, tuple[str, ...], bool]], decision: Decision, seen: int | None
) -> None:
    """Refuse what this project does not ask for or does not accept.

    Args:
        asked: from `versions`.
        seen: the version of the project the person was shown; None for the one in effect.

    Raises:
        InvalidInput: a reason that is none of the project's, or none where one is required.
    """
    offered = {reason for row in asked for reason in row[1]}
    foreign = [reason for reason in decision.reasons if reason not in offered]
    if foreign:
        raise InvalidInput(
            f"“{foreign[0][: projects.LONGEST_REASON]}” is none of this project's reasons. "
            "Choose from those shown."
        )
    if len(set(decision.reasons)) < len(decision.reasons):
        raise InvalidInput("The same reason was given twice. Give each once.")
    shown = [row for row in asked if seen is None or row[0] <= seen]
    required = bool(shown) and shown[-1][2]
    if required and decision.verdict is not None and decision.verdict.is_preference and not decision.reasons:
        raise InvalidInput("This project asks for a reason. Choose at least one.")


def check_side(decision: Decision) -> None:
    """Refuse a decision whose sides are not those that this person was given.

    Raises:
        InvalidInput: the client says that another answer stood left. Whatever it showed, what the person
            meant cannot be known, and a guess could be a wrong label.
    """
    given = text.left_answer(decision.annotator_id, decision.pair_id, decision.round)
    if decision.left is not given:
        raise InvalidInput(
            "This was not saved: the screen showed the answers on other sides than the server had given. "
            "Reload the page and decide again."
        )


def check_rewrite(rewritten: str, original: str) -> None:
    """Refuse a rewritten answer in which a reader would see nothing new.

    Raises:
        InvalidInput: it is empty, or the same as the answer.
    """
    if not text.visible(rewritten):
        raise InvalidInput("The rewritten answer is empty. Write it, or drop it.")
    if text.visible(rewritten) == text.visible(original):
        raise InvalidInput("The rewritten answer is the same as the answer. Change it, or drop it.")


def better(decision: Decision) -> Answer:
    """The answer that won; of a decision that is a preference."""
    if decision.verdict is None or not decision.verdict.is_preference:
        raise ValueError("only a preference has a better answer")
    return Answer(decision.verdict.value)


def _check_strength(decision: Decision) -> None:
    if decision.strength is None:
        return
    if decision.strength not in (1, 2, 3):
        raise InvalidInput("The strength must be 1 (slightly better), 2 (better) or 3 (much better).")
    if decision.verdict is not None and not decision.verdict.is_preference:
        raise InvalidInput("A strength says how much better an answer is, and no answer was better.")


def _check_text(name: str, said: str, longest: int) -> None:
    if len(said) > longest:
        raise InvalidInput(f"The {name} has {len(said):,} characters. Keep it to {longest:,}.")
    if "\0" in said:
        raise InvalidInput(f"The {name} holds a NUL character, which no database keeps. Remove it.")
    if any("\ud800" <= sign <= "\udfff" for sign in said):
        raise InvalidInput(f"The {name} holds half a character (a lone surrogate). Type it again.")
