"""V23: the same prompt in train and in test."""

from curation.validation import concern
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity


def leak(cursor: Cursor) -> tuple[Finding, ...]:
    """V23: a user turn, or nearly the same one (V08), in `test_row` and in the rest of `drawn`.

    It asks the texts' own hashes and not the clusters that the split was made by, so that a mistake
    there shows here. Held-out figures are worth nothing on prompts that were trained on.
    """
    count, examples = concern.noted(
        cursor,
        "V23",
        Severity.ERROR,
        """
        WITH near AS (
            SELECT ('0x' || one)::UBIGINT AS one, ('0x' || other)::UBIGINT AS other FROM near_prompt
            UNION ALL SELECT ('0x' || other)::UBIGINT, ('0x' || one)::UBIGINT FROM near_prompt
        ),
        tested AS (SELECT prompt AS turn FROM test_row UNION SELECT opening FROM test_row),
        wanted AS (
            SELECT turn FROM tested
            UNION SELECT n.other FROM near AS n SEMI JOIN tested AS t ON t.turn = n.one
        ),
        close AS (  -- every row of the test side, and every other that could share a turn with one
            SELECT d.pair_id, d.prompt, d.opening, t.pair_id IS NOT NULL AS is_test
            FROM drawn AS d LEFT JOIN test_row AS t ON t.pair_id = d.pair_id
            WHERE d.prompt IN (SELECT turn FROM wanted) OR d.opening IN (SELECT turn FROM wanted)
        ),
        turn AS (
            SELECT pair_id, is_test, prompt AS turn FROM close
            UNION SELECT pair_id, is_test, opening FROM close
        ),
        both_sides AS (
            SELECT turn FROM turn GROUP BY turn HAVING count(DISTINCT is_test) > 1
            UNION
            SELECT unnest([n.one, n.other]) FROM near AS n
            JOIN turn AS t ON t.turn = n.one JOIN turn AS u ON u.turn = n.other
            WHERE t.is_test AND NOT u.is_test
        )
        SELECT DISTINCT pair_id FROM turn SEMI JOIN both_sides USING (turn)
        """,
        adds_up=False,
    )
    if not count:
        return ()
    (total,) = cursor.execute("SELECT count(*) FROM drawn").fetchone() or (0,)
    return (
        Finding(
            rule="V23",
            severity=Severity.ERROR,
            scope=Scope.SET,
            count=count,
            share=count / total,
            examples=examples,
            message=f"{count:,} of {total:,} rows share a prompt with a row on the other side of the split.",
            fix="The split goes by prompt cluster, so this is a fault of Pairloom: please report it. Set "
            "these pairs aside on Browse to release without them; no vote clears it.",
        ),
    )
