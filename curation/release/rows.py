"""The rows of a release as Arrow tables, streamed in chunks, in an order that only their content decides.

Texts stay Arrow's from the database to the file: as Python's they were a third of a release's work.
"""

import json
from collections.abc import Iterator
from functools import lru_cache

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation import text
from curation.model import Speaker, Tier
from curation.release import columns
from curation.validation.exclusion import Cursor

Read = dict[str, pa.Array]
Ends = npt.NDArray[np.int64]
CHUNK = 1000  # rows of a Parquet row group; part of what makes two releases byte-identical


def preferences(cursor: Cursor, part: str) -> Iterator[pa.Table]:
    """Rows of "train" or "test" (columns.PREFERENCE)."""
    found = cursor.sql(
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
        params={"part": part},
    )
    for read in _chunks(found):
        made = {
            "prompt": _conversations(read["context"], read["prompt"]),
            "chosen": _said(read["chosen"]),
            "rejected": _said(read["rejected"]),
            "p_chosen": p_chosen(
                read["tier"],
                votes=read["n_votes"],
                for_winner=read["for_winner"],
                undecided=read["undecided"],
            ),
            "origins": _struct(chosen=read["chosen_origin"], rejected=read["rejected_origin"]),
        }
        yield _table(columns.PREFERENCE, read | made)


def ties(cursor: Cursor) -> Iterator[pa.Table]:
    """Rows whose verdict is a tie or both bad (columns.TIE)."""
    found = cursor.sql(
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
    for read in _chunks(found):
        made = {
            "prompt": _conversations(read["context"], read["prompt"]),
            "answer_1": _said(read["answer_1"]),
            "answer_2": _said(read["answer_2"]),
            "origins": _struct(answer_1=read["origin_1"], answer_2=read["origin_2"]),
        }
        yield _table(columns.TIE, read | made)


def unpaired(cursor: Cursor) -> Iterator[pa.Table]:
    """Answers that are kept of pairs whose other one is empty, where nothing else excludes them."""
    found = cursor.sql(
        """
        SELECT p.context, p.prompt, chosen_of(c.winner, p.answer_1, p.answer_2) AS said, true AS label,
               c.pair_id, c.tier, c.votes AS n_votes, l.label || '#' || p.source_row AS source,
               chosen_of(c.winner, p.origin_1, p.origin_2) AS origin
        FROM (SELECT pair_id FROM exclusion GROUP BY pair_id
              HAVING list_distinct(list(rule)) = ['R02']) AS e
        JOIN candidate AS c ON c.pair_id = e.pair_id
        JOIN pair AS p ON p.id = c.pair_id
        JOIN source_label AS l ON l.source_id = p.source_id
        ORDER BY c.pair_id
        """
    )
    for read in _chunks(found):
        made = {
            "prompt": _conversations(read["context"], read["prompt"]),
            "completion": _said(read["said"]),
        }
        yield _table(columns.UNPAIRED, read | made)


def excluded(cursor: Cursor) -> Iterator[pa.Table]:
    """What stays out and why (columns.EXCLUDED)."""
    found = cursor.sql(
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
    for read in _chunks(found):
        yield _table(columns.EXCLUDED, read)


def decisions(cursor: Cursor) -> Iterator[pa.Table]:
    """Every decision, then every settlement, in the order they were made (columns.DECISION)."""
    found = cursor.sql(
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
    for read in _chunks(found):
        reasons = [json.loads(each) for each in read["reasons"].to_pylist()]
        yield _table(columns.DECISION, read | {"reasons": pa.array(reasons, pa.list_(pa.string()))})
    found = cursor.sql(
        """
        SELECT id, 'settlement' AS kind, pair_id, settled_by AS annotator, verdict,
               verdict IS NOT NULL
               AND row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1 AS in_effect,
               settled AS decided_at
        FROM settlement ORDER BY number
        """
    )
    for read in _chunks(found):
        nothing = dict.fromkeys(columns.DECISION.names, pa.nulls(len(read["id"])))
        yield _table(columns.DECISION, nothing | read)


def p_chosen(tiers: pa.Array, *, votes: pa.Array, for_winner: pa.Array, undecided: pa.Array) -> pa.Array:
    """How likely each chosen answer is the better one, in (0, 1]; one a row.

    The posterior mean (s + 1) / (n + 2) of a binomial share under a uniform prior (Laplace), s counting a
    tie or both-bad as half a vote; 1 where a lead has settled it; null where no person has voted.
    """
    n, won, neither = (np.asarray(each, np.float64) for each in (votes, for_winner, undecided))
    settled = np.asarray(pc.equal(tiers, Tier.GOLD.value).to_numpy(zero_copy_only=False))
    found = np.where(settled, 1.0, (won + neither / 2 + 1) / (n + 2))
    return pa.array(found, mask=~settled & (n == 0))


def _conversations(contexts: pa.Array, prompts: pa.Array) -> pa.Array:
    """Context and prompt as messages; a system message in which a reader sees nothing is left out."""
    coded = contexts.dictionary_encode()
    turns = [_earlier(context) for context in coded.dictionary.to_pylist()]
    place, rows = np.asarray(coded.indices), np.arange(len(prompts))
    lengths = np.array([len(each) + 1 for each in turns], np.int64)
    begins = (np.cumsum(lengths - 1) - (lengths - 1))[place]  # among the different earlier turns, in a row
    lengths = lengths[place]
    ends = np.cumsum(lengths)
    wanted = np.arange(ends[-1]) + np.repeat(begins - ends + lengths, lengths)
    earlier = [turn for each in turns for turn in each]
    wanted[ends - 1] = len(earlier) + rows  # the prompts stand behind all earlier turns
    roles = pa.array([role for role, _ in earlier], pa.string())
    contents = pa.array([content for _, content in earlier], pa.string())
    users = pa.repeat(pa.scalar(Speaker.USER.value), len(prompts))
    return _messages(
        pa.concat_arrays([roles, users]).take(pa.array(wanted)),
        pa.concat_arrays([contents, prompts]).take(pa.array(wanted)),
        ends,
    )


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


def _said(answers: pa.Array) -> pa.Array:
    """Each answer, trimmed, as the only message of the assistant."""
    roles = pa.repeat(pa.scalar(Speaker.ASSISTANT.value), len(answers))
    trimmed = pc.utf8_trim(answers, characters=text.TRIMMED)
    return _messages(roles, trimmed, np.arange(1, len(answers) + 1))


def _messages(roles: pa.Array, contents: pa.Array, ends: Ends) -> pa.Array:
    """Lists of messages.

    Args:
        ends: where each list ends among the messages, ascending; one a row.
    """
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32())
    return pa.ListArray.from_arrays(offsets, _struct(role=roles, content=contents), type=columns.MESSAGES)


def _struct(**members: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays(list(members.values()), names=list(members))


def _table(schema: pa.Schema, read: Read) -> pa.Table:
    """The columns of the schema; what else was read is left out."""
    return pa.table({name: read[name].cast(schema.field(name).type) for name in schema.names}, schema=schema)


def _chunks(found: duckdb.DuckDBPyRelation) -> Iterator[Read]:
    """The result of a query by column, so many rows at a time: batches of DuckDB's are of any size."""
    held: list[pa.RecordBatch] = []
    for batch in found.to_arrow_reader(CHUNK):
        held.append(batch)
        while sum(each.num_rows for each in held) >= CHUNK:
            whole = pa.Table.from_batches(held)
            yield _read(whole.slice(0, CHUNK))
            held = whole.slice(CHUNK).to_batches()
    if sum(each.num_rows for each in held):
        yield _read(pa.Table.from_batches(held))


def _read(found: pa.Table) -> Read:
    return {name: found[name].combine_chunks() for name in found.column_names}
