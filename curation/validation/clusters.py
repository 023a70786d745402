"""Which prompts belong together in a split.

Pairs share a cluster when their first or their last user turns are the same text to a reader, or their
last user turns nearly the same, directly or through other pairs: a conversation and its continuation,
or one question asked under two system messages or with another number in it, stay on one side.
"""

from collections.abc import Sequence

import duckdb

from curation import text
from curation.database import Database
from curation.quality import tallies
from curation.validation import changes, concern, measuring, traits
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

Key = str
_BATCH = 2000


def build(cursor: Cursor, policy: Policy) -> None:
    """Make the table `cluster`, and fill `near_prompt`.

    cluster: pair_id, cluster (16 hexadecimal digits, a hash of a prompt of it), draw (the first 64 bits of
    what the split orders clusters by), is_near (the prompt is in near_prompt), prompt and opening (the hashes
    of the last and the first user turn as numbers, which are compared faster than their digits).
    near_prompt: one, other (hashes of prompts that are nearly the same).
    """
    links = cursor.execute("SELECT DISTINCT opening, prompt FROM fact WHERE opening <> prompt").fetchall()
    near = _known_links(cursor, policy.near_prompt)
    roots = joined(links + near)
    cursor.execute("CREATE TEMP TABLE root (prompt VARCHAR, cluster VARCHAR)")
    if roots:
        names, clusters = list(roots), list(roots.values())
        cursor.execute(
            "INSERT INTO root SELECT unnest($names), unnest($clusters)",
            {"names": names, "clusters": clusters},
        )
    cursor.execute(f"CREATE TEMP TABLE cluster AS {_CLUSTER}", {"salt": salt(policy.split_seed)})


def salt(seed: int) -> str:
    """What is put before a cluster's name, so that each seed of a split orders clusters in its own way."""
    return text.digest(["split", str(seed)])


def draw(cursor: Cursor) -> None:
    """Make the table `drawn` of what a split asks of the rows of a release, all of it numbers.

    drawn: pair_id, from_random_arm, number (of its cluster), draw, prompt, opening.
    """
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT r.pair_id, r.from_random_arm, ('0x' || c.cluster)::UBIGINT AS number, c.draw,
               c.prompt, c.opening
        FROM releasable AS r JOIN cluster AS c ON c.pair_id = r.pair_id
        """
    )


def redraw(cursor: Cursor, policy: Policy) -> None:
    """The same clusters in the order of another seed."""
    cursor.execute(
        f"UPDATE cluster SET draw = {_DRAW}",  # noqa: S608 - words of ours
        {"salt": salt(policy.split_seed)},
    )
    draw(cursor)


def rebuild(cursor: Cursor, policy: Policy) -> None:
    """The same where they are there already; what was counted by cluster is counted anew."""
    cursor.execute("DROP TABLE cluster; DROP TABLE root; DROP TABLE IF EXISTS alike; DELETE FROM near_prompt")
    build(cursor, policy)
    draw(cursor)
    tallies.forget(cursor)


def turns(cursor: Cursor, pairs: Sequence[str]) -> set[tuple[Key, Key]]:
    """Hashes of the first and the last user turn of those of these pairs that are candidates."""
    among, values = changes.named("pair_id", pairs)
    rows = cursor.execute(
        f"SELECT DISTINCT opening, prompt FROM fact SEMI JOIN candidate USING (pair_id) WHERE {among}",  # noqa: S608
        values,
    ).fetchall()
    return {(opening, prompt) for opening, prompt in rows}


def follow(cursor: Cursor, policy: Policy, pairs: Sequence[str], before: set[tuple[Key, Key]]) -> None:
    """Bring the tables up to now, where what is known of these pairs has changed.

    Clusters are a function of the set of turns. Votes leave it as it is, and so does another answer to a
    prompt that is there; where it has changed all prompts are looked at again.

    Args:
        before: the turns of these pairs when the tables were made.
    """
    changed = before ^ turns(cursor, pairs)
    if changed and not _elsewhere(cursor, pairs, changed):
        rebuild(cursor, policy)
        return
    among = "WHERE pair_id IN (SELECT unnest($pairs))"
    cursor.execute(f"DELETE FROM cluster {among}", {"pairs": list(pairs)})  # noqa: S608 - words of ours
    cursor.execute(
        f"INSERT INTO cluster {_CLUSTER} {among}",
        {"pairs": list(pairs), "salt": salt(policy.split_seed)},
    )


def _elsewhere(cursor: Cursor, pairs: Sequence[str], wanted: set[tuple[Key, Key]]) -> bool:
    """Other pairs have these turns too, each of them."""
    (found,) = cursor.execute(
        """
        SELECT count(DISTINCT (opening, prompt)) FROM fact
        WHERE (opening, prompt) IN (SELECT (unnest($openings), unnest($prompts)))
          AND pair_id NOT IN (SELECT unnest($pairs))
        """,
        {
            "openings": [opening for opening, _ in wanted],
            "prompts": [prompt for _, prompt in wanted],
            "pairs": list(pairs),
        },
    ).fetchone() or (0,)
    return int(found) == len(wanted)


def near(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V08: prompts that are nearly the same: Jaccard index of their 5-grams of words ≥ 0.8, counted exactly.

    They stay on one side of the split, else held-out figures count what was trained on (Lee et al. 2022,
    Deduplicating Training Data Makes Language Models Better; the candidates come from MinHash).
    """
    count, examples = concern.noted(
        cursor,
        "V08",
        Severity.NOTE,
        """
        SELECT r.pair_id FROM releasable AS r JOIN cluster AS c ON c.pair_id = r.pair_id WHERE c.is_near
        """,
    )
    if not count:
        return ()
    (total,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    return (
        Finding(
            rule="V08",
            severity=Severity.NOTE,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=examples,
            message=f"{count:,} of {total:,} rows have a prompt that is nearly that of another row; the "
            "split keeps them together.",
            fix="Keep at most five pairs of each such prompt.",
            threshold=policy.near_prompt,
        ),
    )


def neighbour(db: Database, pair_id: str) -> str | None:
    """A pair whose prompt was last found to be nearly this one's (V08); None where none was."""
    with db.reading() as cursor:
        row = cursor.execute(
            """
            WITH own AS (
                SELECT prompt FROM text_fact WHERE pair_id = coalesce(
                    (SELECT text_id FROM current_mend WHERE pair_id = $pair_id), $pair_id)
            ),
            linked AS (
                SELECT other AS prompt FROM near_link WHERE one IN (SELECT prompt FROM own)
                UNION SELECT one FROM near_link WHERE other IN (SELECT prompt FROM own)
            )
            SELECT p.id FROM text_fact AS f SEMI JOIN linked USING (prompt)
            LEFT JOIN current_mend AS m ON m.text_id = f.pair_id
            JOIN pair AS p ON p.id = coalesce(m.pair_id, f.pair_id)
            WHERE p.id <> $pair_id ORDER BY p.id LIMIT 1
            """,
            {"pair_id": pair_id},
        ).fetchone()
    return None if row is None else str(row[0])


def _known_links(cursor: Cursor, least: float) -> list[tuple[Key, Key]]:
    """Fill `near_prompt`, and return it; found anew only where the prompts are others than the last time.

    Links are a function of the whole set of prompts, so that a release does not depend on what was validated
    before; hence they are kept for the set and not prompt by prompt.
    """
    key = _looked_at(cursor, least)
    known = cursor.execute("SELECT 1 FROM near_link WHERE looked_at = $key LIMIT 1", {"key": key}).fetchone()
    if known is None:
        near = _near_prompts(cursor, least)
        ones: list[Key | None] = [None, *(one for one, _ in near)]
        others: list[Key | None] = [None, *(other for _, other in near)]
        cursor.execute(
            "INSERT INTO learnt_link SELECT $key, unnest($ones), unnest($others)",
            {"key": key, "ones": ones, "others": others},
        )
    source = "learnt_link" if known is None else "near_link"
    cursor.execute(
        f"INSERT INTO near_prompt SELECT one, other FROM {source}"  # noqa: S608 - one of two names of ours
        " WHERE looked_at = $key AND one IS NOT NULL ORDER BY one, other",
        {"key": key},
    )
    return cursor.execute("SELECT one, other FROM near_prompt ORDER BY one, other").fetchall()


def _looked_at(cursor: Cursor, least: float) -> str:
    """Equal for equal sets of prompts that are compared in the same way."""
    count, mixed, added = cursor.execute(
        """
        SELECT count(*), bit_xor(hash(prompt)), sum(hash(prompt) >> 8)
        FROM (SELECT DISTINCT prompt FROM fact)
        """
    ).fetchone() or (0, 0, 0)
    return f"{measuring.MEASURE} {duckdb.__version__} {least} {count} {mixed} {added}"


def _near_prompts(cursor: Cursor, least: float) -> list[tuple[Key, Key]]:
    """Pairs of different prompts whose Jaccard index is at least `least`, among those that share a band.

    In each bucket of a band every prompt is compared with the first and with the one before it: enough to
    join a cluster of any size at a cost that grows with the number of prompts only.
    """
    cursor.execute(
        """
        CREATE TEMP TABLE alike AS
        WITH different AS (
            SELECT prompt, min(pair_id) AS pair_id, arg_min(bands, pair_id) AS bands FROM fact GROUP BY prompt
        ),
        band AS (
            SELECT prompt, pair_id, unnest(bands) AS hash, generate_subscripts(bands, 1) AS place
            FROM different
        ),
        crowded AS (  -- most buckets hold one prompt, and sorting is what costs
            SELECT place, hash FROM band GROUP BY place, hash HAVING count(*) > 1
        ),
        bucket AS (
            SELECT prompt, pair_id,
                   first_value(prompt) OVER in_order AS head, first_value(pair_id) OVER in_order AS head_id,
                   lag(prompt) OVER in_order AS before, lag(pair_id) OVER in_order AS before_id
            FROM band SEMI JOIN crowded USING (place, hash)
            WINDOW in_order AS (PARTITION BY place, hash ORDER BY prompt)
        )
        SELECT head AS one, prompt AS other, head_id AS one_id, pair_id AS other_id
        FROM bucket WHERE head <> prompt
        UNION
        SELECT before, prompt, before_id, pair_id FROM bucket WHERE before IS NOT NULL
        """
    )
    stream = cursor.execute(
        """
        SELECT a.one, a.other, p.prompt, q.prompt
        FROM alike AS a JOIN pair AS p ON p.id = a.one_id JOIN pair AS q ON q.id = a.other_id
        """
    )
    found: list[tuple[Key, Key]] = []
    while rows := stream.fetchmany(_BATCH):
        found += [(one, other) for one, other, *both in rows if _jaccard(*both) >= least]
    return sorted(found)


def _jaccard(one: str, other: str) -> float:
    left, right = traits.grams(one), traits.grams(other)
    return len(left & right) / len(left | right)


def joined(links: list[tuple[Key, Key]]) -> dict[Key, Key]:
    """The smallest key of each connected component, for every key that a link names."""
    parent: dict[Key, Key] = {}
    for one, other in links:
        low, high = sorted((_root(parent, one), _root(parent, other)))
        parent[high] = low
    return {key: _root(parent, key) for key in list(parent)}


def _root(parent: dict[Key, Key], key: Key) -> Key:
    """Follow the parents up, halving the path, so that long chains stay cheap."""
    parent.setdefault(key, key)
    while parent[key] != key:
        parent[key] = parent[parent[key]]
        key = parent[key]
    return key


_DRAW = "('0x' || left(sha256($salt || cluster), 16))::UBIGINT"
_CLUSTER = f"""
SELECT pair_id, cluster, {_DRAW} AS draw, is_near, prompt, opening
FROM (SELECT f.pair_id, coalesce(r.cluster, f.prompt) AS cluster,
             f.prompt IN (SELECT one FROM near_prompt UNION SELECT other FROM near_prompt) AS is_near,
             ('0x' || f.prompt)::UBIGINT AS prompt, ('0x' || f.opening)::UBIGINT AS opening
      FROM fact AS f LEFT JOIN root AS r ON r.prompt = f.prompt)
"""  # noqa: S608 - words of ours
