"""The first rows of a release in the queue's random order: a sample that stays while a set grows."""

from curation.validation.exclusion import Cursor

_PLACES = 2**63 - 1  # of pair.shuffle, from a hash
_AMPLE, _MORE = 1.2, 500  # so many times the rows wanted, and more, are looked at first


def take(cursor: Cursor, size: int) -> None:
    """Make the table `sampled` (pair_id, winner) of the first `size` rows of `releasable`, or of all."""
    (rows,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    wanted = min(size, rows)
    if _taken(cursor, size, _place(wanted, rows)) < wanted:  # a hash is seldom so uneven
        _taken(cursor, size, _PLACES)


def _place(wanted: int, rows: int) -> int:
    """Before it nearly surely stand as many rows as are wanted, and few more: others need not be sorted."""
    return min(_PLACES, int(_PLACES * (_AMPLE * wanted + _MORE) / max(rows, 1)))


def _taken(cursor: Cursor, size: int, until: int) -> int:
    (count,) = cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE sampled AS
        SELECT pair_id, winner FROM releasable WHERE shuffle <= $until ORDER BY shuffle, pair_id LIMIT $size
        """,
        {"size": size, "until": until},
    ).fetchone() or (0,)
    return int(count)
