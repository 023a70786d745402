"""Which prompts belong together in a split.

Pairs share a cluster when their first or their last user turns are the same text to a reader, directly
or through other pairs: a conversation and its continuation, or one question asked under two system
messages, stay on one side.
"""

from curation.validation.exclusion import Cursor

Key = str


def build(cursor: Cursor) -> None:
    """Make the table `cluster`: pair_id, cluster (16 hexadecimal digits, a hash of a prompt of it)."""
    links = cursor.execute("SELECT DISTINCT opening, prompt FROM fact WHERE opening <> prompt").fetchall()
    roots = joined(links)
    cursor.execute("CREATE TEMP TABLE root (prompt VARCHAR, cluster VARCHAR)")
    if roots:
        names, clusters = list(roots), list(roots.values())
        cursor.execute(
            "INSERT INTO root SELECT unnest($names), unnest($clusters)",
            {"names": names, "clusters": clusters},
        )
    cursor.execute(
        "CREATE TEMP TABLE cluster AS"
        " SELECT f.pair_id, coalesce(r.cluster, f.prompt) AS cluster"
        " FROM fact AS f LEFT JOIN root AS r ON r.prompt = f.prompt"
    )


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
