"""The rows of a release as plain values, streamed in chunks, in an order that only their content decides."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from curation import text
from curation.model import Speaker, Tier
from curation.validation import texts
from curation.validation.exclusion import Cursor

Row = dict[str, Any]
CHUNK = 1000  # rows of a Parquet row group; part of what makes two releases byte-identical


def preferences(cursor: Cursor, part: str) -> Iterator[list[Row]]:
    """Rows of "train" or "test" (columns.PREFERENCE)."""
    cursor.execute(
        """
        SELECT c.pair_id, p.context, p.prompt, c.winner = 'answer_1' AS first_won, p.answer_1, p.answer_2,
               c.tier, c.votes, c.votes_1, c.votes_2, c.votes_tie + c.votes_both_bad AS undecided,
               c.agreement, c.strength, l.label, p.source_row, p.origin_1, p.origin_2
        FROM part AS t
        JOIN candidate AS c ON c.pair_id = t.pair_id
        JOIN pair AS p ON p.id = t.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        WHERE t.part = $part
        ORDER BY c.pair_id
        """,
        {"part": part},
    )
    for chunk in _chunks(cursor):
        yield [_preference(row) for row in chunk]


def ties(cursor: Cursor) -> Iterator[list[Row]]:
    """Rows whose verdict is a tie or both bad (columns.TIE)."""
    cursor.execute(
        """
        SELECT c.pair_id, p.context, p.prompt, p.answer_1, p.answer_2, c.winner, c.tier, c.votes, c.agreement,
               l.label, p.source_row, p.origin_1, p.origin_2
        FROM candidate AS c
        JOIN pair AS p ON p.id = c.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        WHERE c.winner IN ('tie', 'both_bad')
          AND NOT EXISTS (SELECT 1 FROM exclusion AS e WHERE e.pair_id = c.pair_id)
        ORDER BY c.pair_id
        """
    )
    for chunk in _chunks(cursor):
        yield [_tie(row) for row in chunk]


def excluded(cursor: Cursor) -> Iterator[list[Row]]:
    """What stays out and why (columns.EXCLUDED)."""
    cursor.execute(
        """
        SELECT e.pair_id, list(e.rule ORDER BY e.rule, e.reason) AS rules,
               list(e.reason ORDER BY e.rule, e.reason) AS reasons,
               any_value(coalesce(c.tier, 'none')) AS tier,
               any_value(l.label) AS label, any_value(p.source_row) AS source_row
        FROM exclusion AS e
        JOIN pair AS p ON p.id = e.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        LEFT JOIN candidate AS c ON c.pair_id = e.pair_id
        GROUP BY e.pair_id
        ORDER BY e.pair_id
        """
    )
    for chunk in _chunks(cursor):
        yield [
            {
                "pair_id": row["pair_id"],
                "rules": row["rules"],
                "reasons": row["reasons"],
                "tier": row["tier"],
                "source": _source(row),
            }
            for row in chunk
        ]


def decisions(cursor: Cursor) -> Iterator[list[Row]]:
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
    for chunk in _chunks(cursor):
        yield [{**row, "reasons": json.loads(row["reasons"])} for row in chunk]
    cursor.execute(
        """
        SELECT id, 'settlement' AS kind, pair_id, settled_by AS annotator, verdict,
               verdict IS NOT NULL
               AND row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1 AS in_effect,
               settled AS decided_at
        FROM settlement ORDER BY number
        """
    )
    yield from _chunks(cursor)


def p_chosen(tier: Tier, *, votes: int, for_winner: int, undecided: int) -> float | None:
    """How likely the chosen answer is the better one, in (0, 1].

    The posterior mean (s + 1) / (n + 2) of a binomial share under a uniform prior (Laplace), s counting a
    tie or both-bad as half a vote; 1 where a lead has settled it; None where no person has voted.
    """
    if tier is Tier.GOLD:
        return 1.0
    return None if votes == 0 else (for_winner + undecided / 2 + 1) / (votes + 2)


def conversation(context: str, prompt: str) -> list[dict[str, str]]:
    """Context and prompt as messages; a system message in which a reader sees nothing is left out."""
    return [*_earlier(context), {"role": Speaker.USER.value, "content": prompt}]


@lru_cache(maxsize=1024)
def _earlier(context: str) -> tuple[dict[str, str], ...]:
    """Most sets have a handful of system messages: reading them again a million times costs a minute."""
    if context == "[]":
        return ()
    return tuple(
        {"role": message.speaker.value, "content": message.content}
        for message in text.context_from_json(context)
        if message.speaker is not Speaker.SYSTEM or text.visible(message.content)
    )


def _chunks(cursor: Cursor) -> Iterator[list[Row]]:
    """The result of the last query, row by row as column name → value."""
    names = [column[0] for column in cursor.description or ()]
    while batch := cursor.fetchmany(CHUNK):
        yield [dict(zip(names, row, strict=True)) for row in batch]


def _preference(row: Row) -> Row:
    won, lost = ("1", "2") if row["first_won"] else ("2", "1")
    return {
        "prompt": conversation(row["context"], row["prompt"]),
        "chosen": [_said(row[f"answer_{won}"])],
        "rejected": [_said(row[f"answer_{lost}"])],
        "pair_id": row["pair_id"],
        "tier": row["tier"],
        "n_votes": row["votes"],
        "agreement": row["agreement"],
        "strength": row["strength"],
        "p_chosen": p_chosen(
            Tier(row["tier"]), votes=row["votes"], for_winner=row[f"votes_{won}"], undecided=row["undecided"]
        ),
        "source": _source(row),
        "origins": {"chosen": row[f"origin_{won}"], "rejected": row[f"origin_{lost}"]},
    }


def _tie(row: Row) -> Row:
    return {
        "prompt": conversation(row["context"], row["prompt"]),
        "answer_1": [_said(row["answer_1"])],
        "answer_2": [_said(row["answer_2"])],
        "verdict": row["winner"],
        "pair_id": row["pair_id"],
        "tier": row["tier"],
        "n_votes": row["votes"],
        "agreement": row["agreement"],
        "source": _source(row),
        "origins": {"answer_1": row["origin_1"], "answer_2": row["origin_2"]},
    }


def _said(answer: str) -> dict[str, str]:
    return {"role": Speaker.ASSISTANT.value, "content": texts.trimmed(answer)}


def _source(row: Row) -> str:
    return f"{row['label']}#{row['source_row']}"
