"""The pairs behind a finding: what a lead would have labelled again so that it goes away."""

from curation.database import Database
from curation.release import gate
from curation.validation import snapshot
from curation.validation.finding import Severity
from curation.validation.policy import Policy

MOST = 5000  # pairs that one batch is made of
BLIND = 300  # votes that tell a preference from a model's style (rules.md §2, V13)


def pairs_behind(db: Database, policy: Policy, rule: str, severity: Severity) -> tuple[str, ...]:
    """Pairs that a rule concerns now, smallest id first; at most 5,000.

    Looks at the whole workspace again: the findings carry examples only.

    Args:
        severity: an error's pairs are left out of the release, a warning's are in it.
    """
    with snapshot.opened(db) as cursor:
        examination = gate.examined(cursor, policy)
        rows = cursor.execute(
            """
            SELECT pair_id FROM (
                SELECT pair_id, rule, 'E' AS severity FROM exclusion
                UNION ALL SELECT pair_id, rule, CASE rule WHEN 'V28 cut' THEN 'I' ELSE 'W' END
                          FROM doubt SEMI JOIN releasable USING (pair_id)
                UNION ALL SELECT r.pair_id, 'V08', 'I'
                          FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
                          SEMI JOIN (SELECT unnest([one, other]) AS prompt FROM near_prompt) AS n
                          ON n.prompt = f.prompt
                UNION ALL SELECT pair_id, 'V18', 'W' FROM releasable WHERE tier IN ('single', 'prior')
                -- Where people disagree, one more vote says which label stands.
                UNION ALL SELECT pair_id, 'V20', unnest(['E', 'W']) FROM candidate
                WHERE tier IN ('conflict', 'majority')
                UNION ALL (
                    SELECT r.pair_id, 'V13', 'W' FROM releasable AS r JOIN pair AS p ON p.id = r.pair_id
                    ORDER BY p.shuffle, r.pair_id LIMIT $blind))
            WHERE split_part(rule, ' ', 1) = $rule AND severity = $severity
            GROUP BY pair_id ORDER BY pair_id LIMIT $most
            """,
            {"rule": rule, "severity": severity.value, "most": MOST, "blind": BLIND},
        ).fetchall()
    found = tuple(str(pair_id) for (pair_id,) in rows)
    same = (each for each in examination.validation.of_rule(rule) if each.severity is severity)
    return found or tuple(dict.fromkeys(pair_id for each in same for pair_id in each.examples))
