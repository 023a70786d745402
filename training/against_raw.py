"""What curation was worth: one recipe on the raw import and on the release, against the same judged rows.

Both runs are held against the rows of the release's test split that people have judged, and nothing else:
an import that leaks reports a high accuracy on itself, which says that its leak was learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation import text
from curation.comparison import winning
from curation.model import Tier
from curation.release.raw_pair import RawPair
from curation.workspace import Workspace
from training import (
    documents,
    errors,
    metrics,
    parts,
    recipe,
    release_folder,
    release_pairs,
    runs,
    supervisor,
)
from training.run_views import RunView
from training.runs import RunState
from training.supervisor import StartRequest

LEAST = 10  # judged rows; fewer tell nothing apart (choice)
_BY_PEOPLE = frozenset({Tier.GOLD, Tier.AGREE2, Tier.MAJORITY, Tier.SINGLE})
_SURE = 0.05
_RAW, _CURATED = "raw import", "curated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs.

    Attributes:
        claimed: reward accuracy of the last training step, as a curve shows it; None before there is one.
        accuracy: on the n rows that people have judged, with Wilson's 95 % interval; None until then.
        right: whether it is right about each of these rows, in their order.
    """

    name: str
    run: str
    state: RunState
    pairs: int
    n: int
    claimed: float | None
    accuracy: float | None
    interval: tuple[float, float] | None
    right: tuple[bool, ...]


def held_out_prompts(release: Path) -> frozenset[str]:
    """Prompts of the release's test split, as text.folded gives them: the raw side must not train on them."""
    pairs = release_pairs.read_if_there(release, "test")
    return frozenset(text.folded(pair.prompt[-1]["content"]) for pair in pairs)


def start(run: Path, imported: Sequence[RawPair], *, by: str) -> tuple[str, str]:
    """Train the run's recipe on the raw import, and on its release, with the same held-out rows.

    Args:
        imported: none of whose prompts is held out, see held_out_prompts.

    Returns:
        Ids of the two runs; asking again names the same.

    Raises:
        UnusableRelease: people have judged too few held-out rows, or nothing was imported.
        PreflightRefused, LaunchFailed: see supervisor.start.
    """
    request, space = runs.read_request(run), Workspace(home=run.parent.parent)
    judged = parts.rows(request.release, "test", of_tiers=_BY_PEOPLE)
    if len(judged) < LEAST:
        raise errors.UnusableRelease(
            f"People have judged {len(judged)} of the release's held-out rows; comparing needs {LEAST}. "
            "Have held-out pairs judged, then release again."
        )
    if not imported:
        raise errors.UnusableRelease("No imported preference is left beside the held-out prompts.")
    whole = release_folder.load(request.release)
    trains: dict[str, list[parts.Row]] = {
        _RAW: [_row(one) for one in imported],
        _CURATED: parts.rows(request.release, "train"),
    }
    first, second = (
        supervisor.start(
            StartRequest(
                release=parts.made(space, whole, name, train=train, test=judged),
                model=request.model,
                recipe=recipe.from_dict(request.recipe),
                by=by,
                request_id=text.digest(["against raw", run.name, name]),
                space=space,
            )
        )
        for name, train in trains.items()
    )
    return first, second


def sides(known: Sequence[RunView], run: RunView) -> tuple[Side, ...]:
    """The two runs of this run's comparison, raw first; empty before they were started."""
    found = []
    for name in (_RAW, _CURATED):
        wanted = text.digest(["against raw", run.id, name])
        found += [_side(name, one) for one in known if one.request.request_id == wanted]
    return tuple(found)


def words(found: Sequence[Side]) -> str:
    """One sentence on what the comparison shows.

    Both runs answer for the same rows, so only rows on which they disagree say who is better (McNemar 1947).
    """
    told = {side.name: side for side in found if side.accuracy is not None and side.interval is not None}
    if set(told) != {_RAW, _CURATED}:
        return "Both runs have to complete first."
    raw, curated = told[_RAW], told[_CURATED]
    assert raw.interval is not None
    illusion = raw.claimed is not None and raw.claimed > raw.interval[1]
    claim = (
        f" The raw run claims {raw.claimed:.0%} on its own pairs: what it learned there is not what people "
        "prefer."
        if illusion
        else ""
    )
    pairs = list(zip(curated.right, raw.right, strict=True))
    better, worse = pairs.count((True, False)), pairs.count((False, True))
    chance = winning.sign_test(better, worse)
    counts = f"it alone is right about {better} of {len(pairs)} judged rows, the raw run alone about {worse}"
    if chance >= _SURE:
        return f"No difference shown by curation: {counts} (p = {chance:.2f}).{claim}"
    if better > worse:
        return f"Curation has helped: {counts} (p = {chance:.2g}).{claim}"
    return f"Curation has done harm: {counts} (p = {chance:.2g}). Look at what was left out.{claim}"


def _row(one: RawPair) -> parts.Row:
    return {
        "pair_id": one.pair_id,
        "prompt": [{"role": turn.speaker.value, "content": turn.content} for turn in one.turns],
        "chosen": [{"role": "assistant", "content": one.chosen}],
        "rejected": [{"role": "assistant", "content": one.rejected}],
    }


def _side(name: str, one: RunView) -> Side:
    told = documents.read_or_none(one.path / "evaluation" / "held_out.json") or {}
    after = told.get("after") or {}
    interval = after.get("interval")
    logged = [row for row in metrics.read(one.path / runs.METRICS) if row.get("kind") == "train"]
    return Side(
        name=name,
        run=one.id,
        state=one.state.state,
        pairs=release_folder.load(one.request.release).train,
        n=int(told.get("n") or 0),
        claimed=logged[-1].get("rewards/accuracies") if logged else None,
        accuracy=after.get("accuracy"),
        interval=(interval[0], interval[1]) if interval else None,
        right=tuple(margin > 0 for margin in told.get("margins") or ()),
    )
