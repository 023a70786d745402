"""V23: the same prompt in train and in test."""

from curation.validation import concern
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity


def leak(cursor: Cursor) -> tuple[Finding, ...]:
    """V23: a user turn, or nearly the same one (V08), on both sides of the table `part` (pair_id, part).

    It asks the texts' own hashes and not the clusters that the split was made by, so that a mistake
    there shows here. Held-out figures are worth nothing on prompts that were trained on.
    """
    count, examples = concern.noted(
        cursor,
        "V23",
        Severity.ERROR,
        """
        WITH asked AS (  -- of the test side, which is small
            SELECT f.prompt, f.opening FROM fact AS f
            SEMI JOIN (SELECT pair_id FROM part WHERE part = 'test') AS t USING (pair_id)
        ),
        tested AS (SELECT prompt AS turn FROM asked UNION SELECT opening FROM asked),
        wanted AS (
            SELECT turn FROM tested
            UNION SELECT n.other FROM near_prompt AS n SEMI JOIN tested AS t ON t.turn = n.one
            UNION SELECT n.one FROM near_prompt AS n SEMI JOIN tested AS t ON t.turn = n.other
        ),
        close AS (  -- every row of the test side, and every other that could share a turn with one
            SELECT pair_id, prompt, opening FROM fact
            WHERE prompt IN (SELECT turn FROM wanted) OR opening IN (SELECT turn FROM wanted)
        ),
        turn AS (
            SELECT p.pair_id, p.part, c.prompt AS turn FROM part AS p JOIN close AS c ON c.pair_id = p.pair_id
            UNION SELECT p.pair_id, p.part, c.opening FROM part AS p JOIN close AS c ON c.pair_id = p.pair_id
        ),
        both_sides AS (
            SELECT turn FROM turn GROUP BY turn HAVING count(DISTINCT part) > 1
            UNION
            SELECT unnest([n.one, n.other]) FROM near_prompt AS n
            JOIN turn AS t ON t.turn = n.one JOIN turn AS u ON u.turn = n.other WHERE t.part <> u.part
        )
        SELECT DISTINCT pair_id FROM turn SEMI JOIN both_sides USING (turn)
        """,
    )
    if not count:
        return ()
    (total,) = cursor.execute("SELECT count(*) FROM part").fetchone() or (0,)
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
