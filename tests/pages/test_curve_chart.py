"""What a curve draws."""

from collections.abc import Iterable

import numpy as np
import pytest

from pages.parts import curve_chart, run_curves
from pages.parts.curve_chart import Line, Mark, MarkKind
from training import record
from training.choices import Method
from training.record import Points


def line(pairs: Iterable[tuple[int, float]]) -> Points:
    steps, values = np.array(list(pairs), float).reshape(-1, 2).T
    return Points(steps=steps.astype(np.int64), values=values)


def pairs(points: Points) -> list[tuple[int, float]]:
    return list(zip(points.steps.tolist(), points.values.tolist(), strict=True))


def drawn_points(chart: object) -> int:
    specification = chart.to_dict()  # type: ignore[attr-defined]
    lines = [layer for layer in specification["layer"] if layer["mark"]["type"] == "line"]
    names = [layer.get("data", specification.get("data"))["name"] for layer in lines]
    return sum(len(specification["datasets"][name]) for name in names)


@pytest.mark.parametrize("length", [0, 1, 1000, 1001, 25_000])
def test_thinning_leaves_at_most_a_thousand_points(length: int) -> None:
    assert len(curve_chart.thinned(line((step, step % 7) for step in range(length)))) <= 1000


@pytest.mark.parametrize("smoothing", [0.0, 0.9])
def test_a_picture_of_four_long_lines_holds_at_most_a_thousand_points(smoothing: float) -> None:
    points = line((step, (step * 7919 % 101) / 101) for step in range(5000))
    lines = [Line(label=str(number), points=points) for number in range(4)]
    chart = curve_chart.curve(lines, last_step=5000, smoothing=smoothing)
    assert 500 < drawn_points(chart) <= 1000


def test_thinning_keeps_a_single_spike_both_ends_and_the_order() -> None:
    points = line((step, 99.0 if step == 12_345 else 0.5) for step in range(20_000))
    kept = pairs(curve_chart.thinned(points))
    assert {(0, 0.5), (12_345, 99.0), (19_999, 0.5)} <= set(kept)
    assert kept == sorted(kept)


def test_smoothing_keeps_a_constant_and_begins_at_the_first_point() -> None:
    flat = curve_chart.smoothed(line((step, 0.7) for step in range(5)), 0.9)
    assert flat.values == pytest.approx([0.7] * 5)
    # 0.5 · 1 + 0.5 · 0.5 · 0 over the weights 0.5 + 0.25: a third
    assert pairs(curve_chart.smoothed(line([(1, 1.0), (2, 0.0)]), 0.5)) == [
        (1, 1.0),
        (2, pytest.approx(1 / 3)),
    ]


def test_held_out_points_are_never_smoothed() -> None:
    held_out = Line(label="held-out", points=line([(0, 0.0), (10, 1.0), (20, 0.0)]), sparse=True)
    assert drawn_points(curve_chart.curve([held_out], last_step=20, smoothing=0.9)) == 3


def test_whatever_a_page_draws_is_kept() -> None:
    curves = [*run_curves.of_method(Method.DPO), *run_curves.of_method(Method.KTO)]
    assert {name for curve in curves for name, _ in curve.series} == set(record.DRAWN)


def test_marks_carry_their_words_and_never_become_a_bar() -> None:
    marks = [Mark(step=step, kind=MarkKind.CHECKPOINT, words=f"Saved step {step}.") for step in range(500)]
    chart = curve_chart.curve(
        [Line(label="loss", points=line([(1, 0.6)]))], last_step=500, marks=marks
    ).to_dict()
    held = [rows for rows in chart["datasets"].values() if "words" in rows[0]]
    assert len(held) == 1
    assert 30 < len(held[0]) <= 60


def test_training_and_held_out_points_of_one_series_share_its_colour_and_differ_by_dashes() -> None:
    training = Line(label="chosen", form="training", points=line((n, n / 50) for n in range(50)))
    held_out = Line(label="chosen", form="held-out", points=line([(0, 0.0), (49, 1.0)]), sparse=True)
    drawn = curve_chart.curve([training, held_out], last_step=50, smoothing=0.6).to_dict()["layer"]
    assert [each["mark"]["opacity"] for each in drawn] == [0.25, 1.0, 1.0]  # raw, smoothed, held-out
    for each in drawn:
        assert each["encoding"]["color"]["scale"]["domain"] == ["chosen"]
        dashes = each["encoding"]["strokeDash"]["scale"]
        assert dashes["domain"] == ["training", "held-out"]
        assert dashes["range"][0] != dashes["range"][1]
