"""What more labels would bring: one recipe on nested parts of a release, all held against its test split."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation import text
from curation.workspace import Workspace
from training import documents, parts, recipe, release_folder, runs, supervisor
from training.run_views import RunView
from training.runs import RunState
from training.supervisor import StartRequest

SHARES = (0.25, 0.5)
MORE = 200  # labels that the sentence speaks of
_Z = 1.959963984540054
_SMALL = 0.01  # accuracy; a gain that nobody would label for (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run on so many training pairs.

    Attributes:
        accuracy: on the n held-out pairs, in [0, 1], with Wilson's 95 % interval; None before it completes.
    """

    run: str
    state: RunState
    pairs: int
    n: int
    accuracy: float | None
    interval: tuple[float, float] | None


def start(run: Path, *, by: str) -> tuple[str, ...]:
    """Train on a quarter and on half of the run's release, with its recipe and model; asking twice is once.

    Raises:
        UnusableRelease, PreflightRefused, LaunchFailed: see supervisor.start.
    """
    request, space = runs.read_request(run), Workspace(home=run.parent.parent)
    return tuple(
        supervisor.start(
            StartRequest(
                release=parts.write(space, request.release, share),
                model=request.model,
                recipe=recipe.from_dict(request.recipe),
                by=by,
                request_id=text.digest(["budget", run.name, str(share)]),
                space=space,
            )
        )
        for share in SHARES
    )


def points(known: Sequence[RunView], run: RunView) -> tuple[Point, ...]:
    """The run and those on parts of its release with the same recipe and model, fewest pairs first."""
    same = [one for one in known if one.id == run.id or _is_part(one, run)]
    return tuple(sorted((_point(one) for one in same), key=lambda point: (point.pairs, point.run)))


def words(found: Sequence[Point]) -> str:
    """One sentence on what MORE labels may bring, or that nothing can be said.

    Accuracy is taken to grow with the logarithm of the pairs, fitted by least squares with binomial weights.
    All points share their test pairs, so the slope is surer than said here: it errs towards silence.
    """
    done = [point for point in found if point.accuracy is not None and point.n]
    known = [(point.pairs, point.n, float(point.accuracy or 0.0)) for point in done]
    if len({pairs for pairs, _, _ in known}) < 3:
        return "Nothing can be said before the runs on a quarter and on half have completed."
    most = max(pairs for pairs, _, _ in known)
    if most < MORE:
        return (
            f"Nothing can be said: {MORE} more labels would more than double the {most} pairs, which is "
            "further than these runs reach."
        )
    slope, error = _slope(known)
    step = math.log2((most + MORE) / most)
    low, high = (100 * step * (slope + sign * _Z * error) for sign in (-1, 1))
    if low > 0:
        return f"{MORE} more labels may bring {low:.1f} to {high:.1f} points of held-out accuracy (95 %)."
    if high < 100 * _SMALL:
        return f"{MORE} more labels are unlikely to bring a point of held-out accuracy (at most {high:.1f})."
    return (
        f"Nothing can be said: {MORE} more labels may bring {low:+.1f} to {high:+.1f} points, so the "
        f"difference drowns in the chance of {min(n for _, n, _ in known)} held-out pairs."
    )


def _slope(known: Sequence[tuple[int, int, float]]) -> tuple[float, float]:
    """(accuracy gained by doubling the pairs, its standard error)."""
    rows = []
    for pairs, n, accuracy in known:
        near = (accuracy * n + 1) / (n + 2)  # so that 0 and 1 have a spread too (Laplace)
        rows.append((math.log2(pairs), accuracy, n / (near * (1 - near))))
    total = math.fsum(weight for _, _, weight in rows)
    centre = math.fsum(weight * x for x, _, weight in rows) / total
    spread = math.fsum(weight * (x - centre) ** 2 for x, _, weight in rows)
    slope = math.fsum(weight * (x - centre) * y for x, y, weight in rows) / spread
    return slope, math.sqrt(1 / spread)


def _is_part(one: RunView, run: RunView) -> bool:
    same = one.request.recipe == run.request.recipe and one.request.model == run.request.model
    return same and parts.is_of(one.request.release, run.request.fingerprint)


def _point(one: RunView) -> Point:
    told = documents.read_or_none(one.path / "evaluation" / "held_out.json") or {}
    after = told.get("after") or {}
    interval = after.get("interval")
    return Point(
        run=one.id,
        state=one.state.state,
        pairs=release_folder.load(one.request.release).train,
        n=int(told.get("n") or 0),
        accuracy=after.get("accuracy"),
        interval=(interval[0], interval[1]) if interval else None,
    )
