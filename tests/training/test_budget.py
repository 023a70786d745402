"""What more labels may bring, and where nothing can be said."""

from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.conftest import a_pair, in_folder, write_release
from training import (
    budget,
    parts,
    presets,
    recipe,
    release_folder,
    release_pairs,
    run_views,
    supervisor,
)
from training.budget import Point
from training.runs import RunState
from training.supervisor import StartRequest


def a_point(pairs: int, accuracy: float | None, *, n: int = 400) -> Point:
    return Point(
        run=f"run-{pairs}", state=RunState.COMPLETED, pairs=pairs, n=n, accuracy=accuracy, interval=None
    )


def curve(*accuracies: float, n: int = 400) -> list[Point]:
    return [a_point(pairs, value, n=n) for pairs, value in zip((250, 500, 1000), accuracies, strict=True)]


def test_a_steep_curve_on_many_held_out_pairs_says_what_to_expect() -> None:
    # 10 points a doubling; 200 more of 1000 are log2(1.2) = 0.263 doublings, so 2.6 points in the middle.
    low, high = _numbers(budget.words(curve(0.6, 0.7, 0.8, n=4000)))
    assert (low + high) / 2 == pytest.approx(2.63, abs=0.1)
    assert low > 0


def test_a_flat_curve_on_many_held_out_pairs_says_that_little_is_to_come() -> None:
    assert "unlikely to bring a point" in budget.words(curve(0.8, 0.8, 0.8, n=20_000))


def test_few_held_out_pairs_say_nothing() -> None:
    assert "drowns in the chance of 20 held-out pairs" in budget.words(curve(0.6, 0.7, 0.8, n=20))


def test_two_sizes_say_nothing() -> None:
    assert "before the runs" in budget.words([a_point(500, 0.7), a_point(1000, 0.8), a_point(250, None)])


def test_a_set_that_200_labels_would_double_says_nothing() -> None:
    points = [a_point(pairs, 0.8) for pairs in (20, 40, 80)]
    assert "more than double the 80 pairs" in budget.words(points)


def test_parts_lie_within_each_other_and_keep_the_test_split(tmp_path: Path) -> None:
    release = write_release(
        tmp_path / "r", [a_pair(n) for n in range(40)], [a_pair(n) for n in range(90, 95)]
    )
    space = Workspace(home=tmp_path)
    ids = {}
    for share in (0.25, 0.5):
        part = parts.write(space, release, share)
        ids[share] = {pair.pair_id for pair in release_pairs.read(part, "train")}
        assert release_pairs.read(part, "test") == release_pairs.read(release, "test")
        assert release_folder.differences(release_folder.load(part)) == ()
        assert parts.is_of(part, "f" * 64)
        assert parts.write(space, release, share) == part
    assert [len(ids[share]) for share in (0.25, 0.5)] == [10, 20]
    assert ids[0.25] < ids[0.5]


@pytest.mark.trainer
def test_asking_twice_starts_two_runs_on_a_quarter_and_on_half(tmp_path: Path, untrained_model: Path) -> None:
    space = Workspace(home=tmp_path)
    release = write_release(
        space.releases / "small", [a_pair(n) for n in range(24)], [a_pair(n) for n in range(100, 108)]
    )
    changes = {"max_steps": "2", "warmup_steps": "0", "sample_prompts": "1", "sample_tokens": "4"}
    settings = recipe.with_changes(presets.find("demo").recipe, changes)
    request = StartRequest(
        release=release, model=in_folder(untrained_model), recipe=settings, by="lead", space=space
    )
    run = space.runs / supervisor.start(request)
    started = budget.start(run, by="lead")
    assert budget.start(run, by="lead") == started
    for one in (run.name, *started):
        run_folders.until(space.runs / one, lambda state: state.state.is_final, 120)
    found = budget.points(run_views.list_runs(space), run_views.view(run))
    assert [(point.pairs, point.n) for point in found] == [(6, 8), (12, 8), (24, 8)]
    assert all(point.accuracy is not None and point.interval for point in found)


def _numbers(words: str) -> tuple[float, float]:
    low, _, high = words.split(" may bring ")[1].split(" points")[0].partition(" to ")
    return float(low), float(high)
