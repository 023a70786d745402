"""V24: texts that training would cut.

Without a tokenizer lengths are estimated (texts.tokens) and may be off by a factor of two. So an
estimate excludes a row only when half of it is already too long; exact counts are taken as they are.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa

from curation.quality import tallies
from curation.validation import concern, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

_CERTAIN_SHARE_OF_ESTIMATE = 0.5
_STEP = 64  # proposed lengths are multiples of this


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """Lengths of one pair in tokens, under the chosen tokenizer and chat template.

    Attributes:
        shared: the beginning that both answers have in common.
    """

    pair_id: str
    prompt: int
    answer_1: int
    answer_2: int
    shared: int


def take(cursor: Cursor, counts: Iterable[TokenCount]) -> None:
    """Make `length`: exact counts where they are given, estimates elsewhere."""
    given = list(counts)
    if not given:  # a view copies nothing
        cursor.execute(
            f"""
            CREATE TEMP VIEW length AS
            SELECT pair_id, prompt_tokens AS prompt, greatest(tokens_1, tokens_2) AS answer,
                   shared_tokens AS shared, {_CERTAIN_SHARE_OF_ESTIMATE}::DOUBLE AS certain
            FROM fact
            """  # noqa: S608 - a number of ours
        )
        return
    exact = pa.table(  # noqa: F841 - DuckDB finds it by name
        {
            "pair_id": pa.array([each.pair_id for each in given], pa.string()),
            "prompt": pa.array([each.prompt for each in given], pa.int64()),
            "answer_1": pa.array([each.answer_1 for each in given], pa.int64()),
            "answer_2": pa.array([each.answer_2 for each in given], pa.int64()),
            "shared": pa.array([each.shared for each in given], pa.int64()),
        }
    )
    cursor.execute(
        """
        CREATE TEMP TABLE length AS
        SELECT f.pair_id,
               coalesce(e.prompt, f.prompt_tokens) AS prompt,
               greatest(coalesce(e.answer_1, f.tokens_1), coalesce(e.answer_2, f.tokens_2)) AS answer,
               coalesce(e.shared, f.shared_tokens) AS shared,
               CASE WHEN e.pair_id IS NULL THEN $certain ELSE 1.0 END AS certain
        FROM fact AS f LEFT JOIN exact AS e ON e.pair_id = f.pair_id
        """,
        {"certain": _CERTAIN_SHARE_OF_ESTIMATE},
    )


def no_room(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V24, rows: the prompt fills the whole length, or the answers are equal in what is left of it.

    TRL 1.16 drops or truncates such rows without a word; equal sides then teach nothing.

    Source: TRL 1.16, truncation in its preference collator; rules.md §2, V24.
    """
    return exclusion.finding(
        cursor,
        "V24",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs nothing that differs would be left within "
        f"{policy.max_length} tokens.",
        fix="Raise max_length, or drop them.",
    )


def mark_no_room(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT pair_id, 'V24',
               CASE WHEN certain * prompt >= $max_length
                    THEN 'the prompt alone fills ' || $max_length || ' tokens'
                    ELSE 'the answers are equal within ' || $max_length || ' tokens' END
        FROM length
        WHERE certain * prompt >= $max_length
           OR (shared > 0 AND certain * shared >= $max_length - certain * prompt)
        """,
        {"max_length": policy.max_length},
    )


def cut(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V24, set: prompts or answers that training would cut.

    A cut answer loses its end token, so that a model learns not to stop.

    Source: TRL 1.16, truncation in its preference collator; rules.md §2, V24.
    """
    limits = {"total": policy.max_length, "prompt": policy.max_prompt_length}
    count, examples = concern.noted(
        cursor,
        "V24",
        Severity.WARNING,
        "SELECT pair_id FROM length SEMI JOIN releasable USING (pair_id)"
        " WHERE prompt + answer > $total OR prompt > $prompt",
        limits,
    )
    if not count:
        return ()
    ((total, estimated),) = tallies.summed(
        cursor,
        """
        SELECT count(*), count(*) FILTER (WHERE certain < 1)
        FROM length SEMI JOIN releasable USING (pair_id)
        """,
    )
    covering = _covering(cursor, "prompt + answer", policy.length_coverage)
    covering_prompt = _covering(cursor, "prompt", policy.length_coverage)
    return (
        Finding(
            rule="V24",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=count / total,
            examples=examples,
            message=f"{count:,} of {total:,} rows have more than {policy.max_length:,} tokens, or more than "
            f"{policy.max_prompt_length:,} before the answer; training would cut them."
            + (" Lengths are estimated." if estimated else ""),
            fix=f"{policy.length_coverage:.0%} of the rows fit whole into a max_length of "
            f"{rounded(covering)} with a prompt of {rounded(covering_prompt)}.",
            threshold=float(policy.max_length),
            value=float(covering),
        ),
    )


def _covering(cursor: Cursor, tokens: str, share: float) -> int:
    """The least length that this share of the rows, in [0, 1], does not exceed."""
    lengths = tallies.summed(
        cursor,
        f"""
        SELECT {tokens} AS tokens, count(*) FROM length SEMI JOIN releasable USING (pair_id) GROUP BY tokens
        """,  # noqa: S608 - words of ours
        keys=1,
    )
    reached = accumulate(rows for _, rows in lengths)
    most = math.ceil(share * sum(rows for _, rows in lengths))
    return next((length for (length, _), rows in zip(lengths, reached, strict=True) if rows >= most), 0)


def rounded(tokens: int) -> int:
    """Up to the next length worth proposing."""
    return math.ceil(tokens / _STEP) * _STEP
