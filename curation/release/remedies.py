"""The pairs behind a finding: what a lead would have labelled again so that it goes away."""

from curation.database import Database
from curation.release import gate
from curation.validation import snapshot
from curation.validation.policy import Policy

MOST = 5000  # pairs that one batch is made of


def pairs_behind(db: Database, policy: Policy, rule: str) -> tuple[str, ...]:
    """Pairs that a rule concerns now, smallest id first; at most 5,000.

    Looks at the whole workspace again: the findings carry examples only.
    """
    with snapshot.opened(db) as cursor:
        examination = gate.examined(cursor, policy)
        rows = cursor.execute(
            """
            SELECT pair_id FROM (
                SELECT pair_id, rule FROM doubt UNION ALL SELECT pair_id, rule FROM exclusion
                UNION ALL SELECT pair_id, 'V18' FROM releasable WHERE tier IN ('single', 'prior'))
            WHERE rule = $rule GROUP BY pair_id ORDER BY pair_id LIMIT $most
            """,
            {"rule": rule, "most": MOST},
        ).fetchall()
    found = tuple(str(pair_id) for (pair_id,) in rows)
    examples = (pair_id for each in examination.validation.of_rule(rule) for pair_id in each.examples)
    return found or tuple(dict.fromkeys(examples))
