"""The rows of a release as Arrow tables, streamed in chunks, in an order that only their content decides.

Columns are made whole and not row by row: a dictionary a row costs three times as much.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import pyarrow as pa

from curation import text
from curation.model import Speaker, Tier
from curation.release import columns
from curation.validation import texts
from curation.validation.exclusion import Cursor

Column = Sequence[Any]
CHUNK = 1000  # rows of a Parquet row group; part of what makes two releases byte-identical


def preferences(cursor: Cursor, part: str) -> Iterator[pa.Table]:
    """Rows of "train" or "test" (columns.PREFERENCE)."""
    cursor.execute(
        """
        SELECT p.context, p.prompt, chosen_of(c.winner, p.answer_1, p.answer_2) AS chosen,
               chosen_of(c.winner, p.answer_2, p.answer_1) AS rejected,
               c.pair_id, c.tier, c.votes AS n_votes, c.agreement, c.strength,
               chosen_of(c.winner, c.votes_1, c.votes_2) AS for_winner,
               c.votes_tie + c.votes_both_bad AS undecided, l.label || '#' || p.source_row AS source,
               chosen_of(c.winner, p.origin_1, p.origin_2) AS chosen_origin,
               chosen_of(c.winner, p.origin_2, p.origin_1) AS rejected_origin
        FROM part AS t
        JOIN candidate AS c ON c.pair_id = t.pair_id
        JOIN pair AS p ON p.id = t.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        WHERE t.part = $part
        ORDER BY c.pair_id
        """,
        {"part": part},
    )
    for read in _chunks(cursor):
        support = zip(read["tier"], read["n_votes"], read["for_winner"], read["undecided"], strict=True)
        made = {
            "prompt": _conversations(read["context"], read["prompt"]),
            "chosen": _said(read["chosen"]),
            "rejected": _said(read["rejected"]),
            "p_chosen": [
                p_chosen(Tier(tier), votes=votes, for_winner=won, undecided=undecided)
                for tier, votes, won, undecided in support
            ],
            "origins": _struct(chosen=read["chosen_origin"], rejected=read["rejected_origin"]),
        }
        yield _table(columns.PREFERENCE, read | made)


def ties(cursor: Cursor) -> Iterator[pa.Table]:
    """Rows whose verdict is a tie or both bad (columns.TIE)."""
    cursor.execute(
        """
        SELECT p.context, p.prompt, p.answer_1, p.answer_2, c.winner AS verdict, c.pair_id, c.tier,
               c.votes AS n_votes, c.agreement, l.label || '#' || p.source_row AS source,
               p.origin_1, p.origin_2
        FROM candidate AS c
        JOIN pair AS p ON p.id = c.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        WHERE c.winner IN ('tie', 'both_bad')
          AND NOT EXISTS (SELECT 1 FROM exclusion AS e WHERE e.pair_id = c.pair_id)
        ORDER BY c.pair_id
        """
    )
    for read in _chunks(cursor):
        made = {
            "prompt": _conversations(read["context"], read["prompt"]),
            "answer_1": _said(read["answer_1"]),
            "answer_2": _said(read["answer_2"]),
            "origins": _struct(answer_1=read["origin_1"], answer_2=read["origin_2"]),
        }
        yield _table(columns.TIE, read | made)


def excluded(cursor: Cursor) -> Iterator[pa.Table]:
    """What stays out and why (columns.EXCLUDED)."""
    cursor.execute(
        """
        SELECT e.pair_id, list(e.rule ORDER BY e.rule, e.reason) AS rules,
               list(e.reason ORDER BY e.rule, e.reason) AS reasons,
               any_value(coalesce(c.tier, 'none')) AS tier,
               any_value(l.label) || '#' || any_value(p.source_row) AS source
        FROM exclusion AS e
        JOIN pair AS p ON p.id = e.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        LEFT JOIN candidate AS c ON c.pair_id = e.pair_id
        GROUP BY e.pair_id
        ORDER BY e.pair_id
        """
    )
    for read in _chunks(cursor):
        yield _table(columns.EXCLUDED, read)


def decisions(cursor: Cursor) -> Iterator[pa.Table]:
    """Every decision, then every settlement, in the order they were made (columns.DECISION)."""
    cursor.execute(
        """
        SELECT d.id, 'vote' AS kind, d.pair_id, d.annotator_id AS annotator, d.verdict,
               c.id IS NOT NULL AS in_effect, d.supersedes, d.strength, d.reasons, d.left_answer, d.arm,
               d.round, d.guideline_version, d.seconds_shown, d.seconds_active, d.server_time AS decided_at,
               w.pair_id AS made_pair
        FROM decision AS d
        LEFT JOIN current_decision AS c ON c.id = d.id
        LEFT JOIN rewrite AS w ON w.decision_id = d.id
        ORDER BY d.number
        """
    )
    for read in _chunks(cursor):
        yield _table(columns.DECISION, read | {"reasons": [json.loads(each) for each in read["reasons"]]})
    cursor.execute(
        """
        SELECT id, 'settlement' AS kind, pair_id, settled_by AS annotator, verdict,
               verdict IS NOT NULL
               AND row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1 AS in_effect,
               settled AS decided_at
        FROM settlement ORDER BY number
        """
    )
    for read in _chunks(cursor):
        nothing = dict.fromkeys(columns.DECISION.names, [None] * len(read["id"]))
        yield _table(columns.DECISION, nothing | read)


def p_chosen(tier: Tier, *, votes: int, for_winner: int, undecided: int) -> float | None:
    """How likely the chosen answer is the better one, in (0, 1].

    The posterior mean (s + 1) / (n + 2) of a binomial share under a uniform prior (Laplace), s counting a
    tie or both-bad as half a vote; 1 where a lead has settled it; None where no person has voted.
    """
    if tier is Tier.GOLD:
        return 1.0
    return None if votes == 0 else (for_winner + undecided / 2 + 1) / (votes + 2)


def _conversations(contexts: Iterable[str], prompts: Column) -> pa.Array:
    """Context and prompt as messages; a system message in which a reader sees nothing is left out."""
    turns = [
        (*_earlier(context), (Speaker.USER.value, prompt))
        for context, prompt in zip(contexts, prompts, strict=True)
    ]
    flat = [turn for each in turns for turn in each]
    return _messages([role for role, _ in flat], [said for _, said in flat], accumulate(map(len, turns)))


@lru_cache(maxsize=1024)
def _earlier(context: str) -> tuple[tuple[str, str], ...]:
    """(role, content). Most sets have a handful of system messages: reading them again costs a minute."""
    if context == "[]":
        return ()
    return tuple(
        (message.speaker.value, message.content)
        for message in text.context_from_json(context)
        if message.speaker is not Speaker.SYSTEM or text.visible(message.content)
    )


def _said(answers: Column) -> pa.Array:
    """Each answer as the only message of the assistant."""
    roles = [Speaker.ASSISTANT.value] * len(answers)
    return _messages(roles, list(map(texts.trimmed, answers)), range(1, len(answers) + 1))


def _messages(roles: Column, contents: Column, ends: Iterable[int]) -> pa.Array:
    """Lists of messages.

    Args:
        ends: where each list ends among the messages, ascending; one a row.
    """
    offsets = pa.array([0, *ends], pa.int32())
    return pa.ListArray.from_arrays(offsets, _struct(role=roles, content=contents), type=columns.MESSAGES)


def _struct(**members: Column) -> pa.Array:
    arrays = [pa.array(values, pa.string()) for values in members.values()]
    return pa.StructArray.from_arrays(arrays, names=list(members))


def _table(schema: pa.Schema, read: dict[str, Any]) -> pa.Table:
    """The columns of the schema; what else was read is left out."""
    return pa.table({name: read[name] for name in schema.names}, schema=schema)


def _chunks(cursor: Cursor) -> Iterator[dict[str, Column]]:
    """The result of the last query, in chunks of column name → values."""
    names = [column[0] for column in cursor.description or ()]
    while batch := cursor.fetchmany(CHUNK):
        yield dict(zip(names, zip(*batch, strict=True), strict=True))
