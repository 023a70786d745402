"""V06, V07: the same texts more than once, and what to believe when the copies disagree.

A content is a prompt with its context and two answers, whichever came first (text.content_hash). Its
copies are further rows of a source (appearances) and pairs that an item keeps apart. One pair, the one
with the smallest id, stands for all: the votes of all copies are pooled, one vote a person.
"""

from curation.validation import concern, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy


def repeated(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V06: contents seen more than once; `count` is the surplus of rows, each of which is left out, its
    pairs those that stay.

    Repeated training rows are memorised and, across a split, inflate held-out figures (Lee et al. 2022,
    Deduplicating Training Data Makes Language Models Better).
    """
    surplus, rows = cursor.execute(
        """
        SELECT coalesce(sum(times) - count(*), 0)::BIGINT,
               greatest((SELECT count(*) FROM pair), (SELECT count(*) FROM appearance))
        FROM repeated
        """
    ).fetchone() or (0, 0)
    if not surplus:
        return ()
    _, examples = concern.noted(cursor, "V06", Severity.WARNING, "SELECT kept AS pair_id FROM repeated")
    return (
        Finding(
            rule="V06",
            severity=Severity.WARNING,
            scope=Scope.ROW,
            count=surplus,
            share=surplus / rows,
            examples=examples,
            message=f"{surplus:,} of {rows:,} imported rows are copies of another row. "
            "A release keeps one row of each and pools the votes of its copies.",
            fix="Keep one, pool its votes (always done at release).",
            unit="copy",
        ),
    )


def mark_repeated(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT pair_id, 'V06', 'its texts are those of pair ' || kept || ', where its votes are counted'
        FROM member WHERE pair_id <> kept
        """
    )


def contradictory(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V07: the copies of one content name opposite winners, and nobody has decided between them.

    Decided means: a settlement, or more than half of the pooled votes. Settlements against each other
    are a contradiction again. A contradiction is never resolved by counting imports: a prior is a
    hypothesis, and a wrong label costs more than a missing row (arXiv 2404.09824).
    """
    return exclusion.finding(
        cursor,
        "V07",
        total=snapshot.count(cursor),
        message="{count:,} of {total:,} contents come with opposite winners, and neither a majority nor a "
        "lead has decided.",
        fix="Label them once more, or settle them.",
    )


def mark_contradictory(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        WITH opposite_settlements AS (
            SELECT m.kept FROM current_settlement AS s JOIN member AS m ON m.pair_id = s.pair_id
            WHERE s.verdict IN ('answer_1', 'answer_2')
            GROUP BY m.kept HAVING count(DISTINCT turned(s.verdict, m.same_order)) > 1
        ),
        opposite_imports AS (
            SELECT o.kept FROM opinion AS o JOIN candidate AS c ON c.pair_id = o.kept
            WHERE o.winner IN ('answer_1', 'answer_2') AND c.votes = 0 AND c.tier <> 'gold'
            GROUP BY o.kept HAVING count(*) > 1
        ),
        opposite_copies AS (  -- the copies' own majorities differ, and the pooled votes have none
            SELECT m.kept
            FROM member AS m
            JOIN standing AS s ON s.pair_id = m.pair_id
            JOIN candidate AS c ON c.pair_id = m.kept
            WHERE s.votes > 0 AND s.winner IN ('answer_1', 'answer_2') AND c.tier = 'conflict'
            GROUP BY m.kept HAVING count(DISTINCT turned(s.winner, m.same_order)) > 1
        )
        SELECT kept, 'V07', 'settled in opposite ways under the same texts' FROM opposite_settlements
        UNION ALL
        SELECT kept, 'V07', 'imported with opposite winners, and no person has decided' FROM opposite_imports
        UNION ALL
        SELECT kept, 'V07', 'voted in opposite ways under the same texts, without a majority'
        FROM opposite_copies
        """
    )
