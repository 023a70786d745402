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
        WITH turn AS (
            SELECT p.pair_id, p.part, f.prompt AS turn FROM part AS p JOIN fact AS f ON f.pair_id = p.pair_id
            UNION SELECT p.pair_id, p.part, f.opening FROM part AS p JOIN fact AS f ON f.pair_id = p.pair_id
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
