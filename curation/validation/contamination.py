"""V22: prompts that are those of a benchmark, with other words around them."""

from curation.validation import concern, exclusion, protected, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy


def held(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V22: a prompt holds most of a protected prompt; the row stays out.

    A benchmark's questions in the training set make its figures worthless: Intel/orca_dpo_pairs held
    GSM8K's in other words around them (Argilla). A second finding names the sets of which much is hit.

    Source: Lambert et al. (2024), Tülu 3, section 3.2, arXiv 2411.15124.
    """
    return exclusion.finding(
        cursor,
        "V22",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs the prompt holds most of a protected prompt.",
        fix="Drop them (always done at release).",
    ) + _much_hit(cursor, policy)


def mark_held(cursor: Cursor, _policy: Policy) -> None:
    version = protected.version(cursor)
    if not version:
        return
    cursor.execute(
        "CREATE TEMP TABLE told AS SELECT pair_id, name, number FROM protected_check"
        " WHERE supplied = $version AND name IS NOT NULL",
        {"version": version},
    )
    just_arrived = [row for rows in protected.checked(cursor, version) for row in rows]
    if just_arrived:
        cursor.execute(
            "INSERT INTO told SELECT pair_id, name, number FROM (SELECT unnest($pairs) AS pair_id,"
            " unnest($names) AS name, unnest($numbers) AS number) WHERE name IS NOT NULL",
            protected.columns(just_arrived),
        )
    cursor.execute(
        """
        INSERT INTO contaminated
        SELECT t.pair_id, t.name, t.number FROM told AS t
        SEMI JOIN candidate AS c ON c.pair_id = t.pair_id ANTI JOIN text_of AS o ON o.pair_id = t.pair_id
        UNION ALL  -- where a fix has made another text of it, that one counts
        SELECT o.pair_id, t.name, t.number FROM told AS t JOIN text_of AS o ON o.text_id = t.pair_id;
        DROP TABLE told
        """
    )
    cursor.execute(
        "INSERT INTO exclusion"
        " SELECT pair_id, 'V22', 'its prompt holds number ' || number || ' of ' || name FROM contaminated"
    )


def _much_hit(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    rows = cursor.execute(
        """
        WITH hit AS (SELECT name, count(DISTINCT number) AS items FROM contaminated GROUP BY name),
        total AS (SELECT name, count(*) AS items FROM protected_prompt GROUP BY name)
        SELECT h.name, h.items, t.items FROM hit AS h JOIN total AS t ON t.name = h.name
        WHERE h.items > $share * t.items ORDER BY h.items / t.items DESC, h.name
        """,
        {"share": policy.protected_share},
    ).fetchall()
    if not rows:
        return ()
    count, examples = concern.noted(
        cursor,
        "V22",
        Severity.WARNING,
        "SELECT DISTINCT pair_id FROM contaminated WHERE list_contains($names::VARCHAR[], name)",
        {"names": [row[0] for row in rows]},
    )
    told = ", ".join(f"{items} of {total} prompts of {name}" for name, items, total in rows)
    return (
        Finding(
            rule="V22",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=count / snapshot.count(cursor),
            examples=examples,
            message=f"The pairs hold {told}. Figures on such a set would say little.",
            fix="Ask where the source has its prompts from.",
            threshold=policy.protected_share,
            value=rows[0][1] / rows[0][2],
        ),
    )
