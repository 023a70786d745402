"""What the project asks of its annotators. The only writer of the table project, whose rows are versions."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events

MOST_VOTES = 25
MOST_REASONS = 12  # more is a questionnaire, and no longer fits beside a pair
LONGEST_REASON = 40
USUAL_REASONS = ("More correct", "Follows the prompt", "Clearer", "More complete", "Shorter", "Safer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The version in effect; version 0 until somebody has changed anything.

    Attributes:
        votes_per_pair: how many people judge each pair, 1 to 25.
        one_more_on_disagreement: ask one more person where those votes have no majority. Two votes and a
            third on disagreement make as few errors as always three, at 2.3 votes a pair (rules.md §3).
        strength: a preference says how much better: 1 slightly, 2 better, 3 much better.
        reasons: what a person may give as the reasons of a decision; empty where none are asked.
        reasons_required: a preference needs at least one of them.
        comments: a decision may carry a comment.
        rewriting: the better answer may be rewritten.
    """

    version: int = 0
    name: str = "Pairloom"
    votes_per_pair: int = 1
    one_more_on_disagreement: bool = False
    strength: bool = False
    reasons: tuple[str, ...] = ()
    reasons_required: bool = False
    comments: bool = True
    rewriting: bool = True


def current(database: Database) -> Project:
    """The version in effect; from memory where nothing has changed."""
    return database.remembered(read)


def read(cursor: duckdb.DuckDBPyConnection) -> Project:
    """The version in effect, on a cursor that is open already."""
    row = cursor.execute(
        """
        SELECT version, name, votes_per_pair, one_more_on_disagreement, answer_scale, reasons,
               reasons_required, comments, rewriting
        FROM project ORDER BY version DESC LIMIT 1
        """
    ).fetchone()
    if row is None:
        return Project()
    return Project(
        version=row[0],
        name=row[1],
        votes_per_pair=row[2],
        one_more_on_disagreement=bool(row[3]),
        strength=row[4] == "strength",
        reasons=tuple(json.loads(row[5])),
        reasons_required=bool(row[6]),
        comments=bool(row[7]),
        rewriting=bool(row[8]),
    )


def change(
    database: Database, changed: Callable[[Project], Project], *, actor: str, now: datetime
) -> Project:
    """Put a new version into effect, and tell the audit what differs. What is there already stays as it is.

    Args:
        changed: the version in effect → the one to be, so that two leads who change different things at once
            undo nothing of each other.

    Returns:
        The version in effect; the old one where nothing differs.

    Raises:
        InvalidInput: a setting is not what it may be; the message says which.
    """
    with database.writing() as tx:
        before = read(tx)
        after = replace(changed(before), version=before.version + 1)
        _check(after)
        old, new = asdict(before), asdict(after)
        differing = {
            name: [old[name], new[name]] for name in new if name != "version" and old[name] != new[name]
        }
        if not differing:
            return before
        _insert(tx, after, actor, now)
        events.record(
            tx, actor=actor, action="change project", subject=str(after.version), now=now, detail=differing
        )
    return after


def ask_for(
    database: Database, *, votes_per_pair: int, one_more_on_disagreement: bool, actor: str, now: datetime
) -> Project:
    """Ask for so many votes a pair from now on. Votes that are there stay; asking for less loses none.

    Raises:
        InvalidInput: the number is not between 1 and 25.
    """

    def asking(project: Project) -> Project:
        return replace(
            project, votes_per_pair=votes_per_pair, one_more_on_disagreement=one_more_on_disagreement
        )

    return change(database, asking, actor=actor, now=now)


def _check(project: Project) -> None:
    if not 1 <= project.votes_per_pair <= MOST_VOTES:
        raise InvalidInput(f"Ask for 1 to {MOST_VOTES} votes a pair, not {project.votes_per_pair}.")
    _check_reasons(project.reasons)
    if project.reasons_required and not project.reasons:
        raise InvalidInput(
            "Reasons cannot be required while there are none to choose from. Add at least one."
        )


def _check_reasons(reasons: tuple[str, ...]) -> None:
    if len(reasons) > MOST_REASONS:
        raise InvalidInput(
            f"Give at most {MOST_REASONS} reasons, not {len(reasons)}: people must see them at once."
        )
    if len({reason.casefold() for reason in reasons}) < len(reasons):
        raise InvalidInput("Two reasons have the same name. Each must be told from the others.")
    for reason in reasons:
        if not reason.isprintable() or not reason.strip() or len(reason) > LONGEST_REASON:
            raise InvalidInput(
                f"A reason is one line of 1 to {LONGEST_REASON} characters;"
                f" “{reason[:LONGEST_REASON]}” is not."
            )


def _insert(tx: duckdb.DuckDBPyConnection, project: Project, actor: str, now: datetime) -> None:
    tx.execute(
        """
        INSERT INTO project (version, name, votes_per_pair, one_more_on_disagreement, answer_scale, reasons,
                             reasons_required, comments, rewriting, changed_by, changed)
        VALUES ($version, $name, $votes, $more, $scale, $reasons, $required, $comments, $rewriting,
                $actor, $now)
        """,
        {
            "version": project.version,
            "name": project.name,
            "votes": project.votes_per_pair,
            "more": project.one_more_on_disagreement,
            "scale": "strength" if project.strength else "verdict",
            "reasons": json.dumps(project.reasons, ensure_ascii=False),
            "required": project.reasons_required,
            "comments": project.comments,
            "rewriting": project.rewriting,
            "actor": actor,
            "now": now,
        },
    )
