"""The fix of V24: lengths that as many rows fit into whole as the project asks for."""

from dataclasses import dataclass

from curation.database import Database
from curation.release import gate
from curation.validation import budget
from curation.validation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two lengths in tokens, and what they change.

    Attributes:
        rows: decided pairs that no other rule keeps out.
        short_now, short_then: those of them that are cut or left out for their length.
    """

    max_length: int
    max_prompt_length: int
    rows: int
    short_now: int
    short_then: int


def proposed(db: Database, policy: Policy) -> Proposal | None:
    """Lengths that `policy.length_coverage` of the rows fit into; None where there is no row.

    Rows that the present length keeps out count, because it is them that a longer one brings back.
    """
    with gate.opened(db, policy) as (cursor, _):
        cursor.execute(
            """
            CREATE OR REPLACE TEMP TABLE measured_row AS
            SELECT l.prompt, l.answer, l.shared, l.certain
            FROM length AS l JOIN candidate AS c ON c.pair_id = l.pair_id
            WHERE c.winner IN ('answer_1', 'answer_2') AND NOT EXISTS (
                SELECT 1 FROM exclusion AS e WHERE e.pair_id = l.pair_id AND e.rule <> 'V24')
            """
        )
        rows, total, prompt = cursor.execute(
            "SELECT count(*), quantile_disc(prompt + answer, $share), quantile_disc(prompt, $share)"
            " FROM measured_row",
            {"share": policy.length_coverage},
        ).fetchone() or (0, None, None)
        if total is None or prompt is None:
            return None
        longer = budget.rounded(total)
        # A prompt that fills the whole length leaves no room for an answer.
        before = min(budget.rounded(prompt), longer - 1)
        counts = [
            cursor.execute(_SHORT, {"total": most, "prompt": asked}).fetchone() or (0,)
            for most, asked in ((policy.max_length, policy.max_prompt_length), (longer, before))
        ]
    return Proposal(
        max_length=longer,
        max_prompt_length=before,
        rows=int(rows),
        short_now=int(counts[0][0]),
        short_then=int(counts[1][0]),
    )


_SHORT = """
SELECT count(*) FROM measured_row
WHERE prompt + answer > $total OR prompt > $prompt OR certain * prompt >= $total
   OR (shared > 0 AND certain * shared >= $total - certain * prompt)
"""
