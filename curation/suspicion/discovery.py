"""How fast the order of suspicion finds wrong labels, by what people have verified. Only SELECTs.

The imported winner is the label on trial, people's blind votes are the judges. Only pairs that the random arm
served first count: those the queue chose because they were suspected would flatter the order. A score never
rests on a pair's own label or those of its near-duplicates (model), so pairs verified before the look count.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from curation.database import Database
from curation.quality import verified
from curation.suspicion import measures

LEAST_WRONG = 5  # wrong labels; a share of fewer says nothing
_RESAMPLES = 500
_SEED = 1
_SHARES = np.linspace(0, 1, 21)

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Share of the wrong labels found, by share of the pairs reviewed; all in [0, 1].

    Attributes:
        text, length: in the order of each detector.
        low, high: of `text`, 95 % of bootstrap samples of the pairs.
    """

    reviewed: float
    text: float
    low: float
    high: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """What people found among pairs that a part of the queue served first."""

    reviewed: int
    wrong: int

    @property
    def share(self) -> float | None:
        return self.wrong / self.reviewed if self.reviewed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Imported labels that people have verified.

    Attributes:
        reviewed: scored pairs with an imported winner, judged by people and served by the random arm.
        wrong: of these, where people's majority prefers the other answer; a tie is not counted as wrong.
        along: the curve, from nothing to everything reviewed; empty below LEAST_WRONG.
        auroc: of the text detector with its interval, None where undefined.
        random, suspected: pairs by the arm that served them first, scored or not.
        times: how many times as often the suspected arm finds a wrong label as the random one, with a 95 %
            interval (low, estimate, high); None where either has found none.
    """

    reviewed: int
    wrong: int
    along: tuple[Along, ...]
    auroc: tuple[float, float, float] | None
    random: Arms
    suspected: Arms
    times: tuple[float, float, float] | None


def measured(database: Database) -> Discovery:
    """What the decisions say so far."""
    with database.reading() as cursor:
        arms = _arms(cursor)
        rows = _verified(cursor)
    wrong = np.array([row[0] for row in rows], dtype=np.bool_)
    text, length = (np.array([row[place] for row in rows], dtype=np.float64) for place in (1, 2))
    enough = int(wrong.sum()) >= LEAST_WRONG and not wrong.all()
    random, suspected = (arms.get(name, Arms(reviewed=0, wrong=0)) for name in ("random", "suspected"))
    return Discovery(
        reviewed=len(rows),
        wrong=int(wrong.sum()),
        along=_curve(text, length, wrong) if enough else (),
        auroc=_with_interval(text, wrong) if enough else None,
        random=random,
        suspected=suspected,
        times=times_as_often(suspected, random),
    )


def times_as_often(found: Arms, other: Arms) -> tuple[float, float, float] | None:
    """(low, estimate, high) of the ratio of two shares; None where either has found nothing.

    Source: Katz et al. (1978), the logarithm of a risk ratio is nearly normal.
    """
    if not found.wrong or not other.wrong or found.share is None or other.share is None:
        return None
    spread = 1 / found.wrong - 1 / found.reviewed + 1 / other.wrong - 1 / other.reviewed
    ratio, width = found.share / other.share, 1.96 * float(np.sqrt(max(0.0, spread)))
    return float(ratio * np.exp(-width)), ratio, float(ratio * np.exp(width))


def _curve(text: Numbers, length: Numbers, wrong: npt.NDArray[np.bool_]) -> tuple[Along, ...]:
    middle, other = (measures.found_along(each, wrong, _SHARES) for each in (text, length))
    drawn = [measures.found_along(text[rows], wrong[rows], _SHARES) for rows in _resampled(wrong)]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    columns = zip(_SHARES, middle, low, high, other, strict=True)
    return tuple(
        Along(reviewed=float(share), text=float(one), low=float(least), high=float(most), length=float(alone))
        for share, one, least, most, alone in columns
    )


def _with_interval(text: Numbers, wrong: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    drawn = [measures.auroc(text[rows], wrong[rows]) or 0.0 for rows in _resampled(wrong)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), measures.auroc(text, wrong) or 0.0, float(high)


def _resampled(wrong: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """Rows of bootstrap samples in which some labels are wrong and some are right."""
    chance = np.random.default_rng(_SEED)
    samples = [chance.integers(0, len(wrong), len(wrong)) for _ in range(_RESAMPLES)]
    return [rows for rows in samples if wrong[rows].any() and not wrong[rows].all()]


def _arms(cursor: duckdb.DuckDBPyConnection) -> dict[str, Arms]:
    rows = cursor.execute(
        f"""
        SELECT arm, count(*),
               count(*) FILTER (WHERE found IN ('answer_1', 'answer_2') AND found <> prior_winner)
        FROM ({verified.JUDGED}) GROUP BY arm
        """  # noqa: S608 - a query of ours
    ).fetchall()
    return {arm: Arms(reviewed=int(reviewed), wrong=int(wrong)) for arm, reviewed, wrong in rows}


def _verified(cursor: duckdb.DuckDBPyConnection) -> list[tuple[bool, float, float]]:
    """(wrong, suspicion of the imported label by text, by length), by pair id."""
    return cursor.execute(
        f"SELECT wrong, by_text, by_length FROM ({verified.SCORED}) WHERE arm = 'random' ORDER BY pair_id"  # noqa: S608
    ).fetchall()
