"""How a step is shared among processes, and what a preflight says of it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training import division, errors, launch_findings, presets
from training.choices import Method, Tuning
from training.devices import Device
from training.findings import Severity
from training.launchers import table
from training.losses import Loss
from training.recipe import DpoRecipe

RECIPE = presets.find("demo").recipe
CPU = Device(kind="cpu", name="the processor", cores=2, free_bytes=1, total_bytes=1, capability=0.0)


def a_recipe(micro_batch: int, accumulation: int, **more: object) -> DpoRecipe:
    changes = {"micro_batch": micro_batch, "accumulation": accumulation, **more}
    return dataclasses.replace(RECIPE, **changes)  # type: ignore[arg-type]


def launch(**given: str | int) -> dict[str, str | int]:
    return table.checked("accelerate", given)


@given(st.integers(1, 16), st.integers(1, 16), st.integers(1, 8))
def test_a_step_takes_as_many_pairs_as_the_recipe_says_or_is_refused(
    micro_batch: int, accumulation: int, processes: int
) -> None:
    pairs = micro_batch * accumulation
    try:
        each = division.of(a_recipe(micro_batch, accumulation), processes)
    except errors.RecipeError:
        assert pairs % processes
    else:
        assert each.processes * each.micro_batch * each.accumulation == pairs
        assert each.micro_batch <= micro_batch  # what fits into memory still does


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (a_recipe(3, 1), "A step of 3 pairs (micro_batch × accumulation) cannot be shared equally among 2"),
        (a_recipe(4, 2, method=Method.KTO), "KTO compares the answers of a micro-batch"),
        (a_recipe(4, 1, loss_types=(Loss.AOT,)), "This loss sorts the pairs of a micro-batch"),
    ],
    ids=["does not divide", "kto", "sorted"],
)
def test_what_sharing_would_change_is_refused(settings: DpoRecipe, says: str) -> None:
    with pytest.raises(errors.RecipeError) as refused:
        division.of(settings, 2)
    assert says in str(refused.value)


def test_a_sorted_loss_may_be_shared_where_its_micro_batches_stay_whole() -> None:
    assert division.of(a_recipe(4, 2, loss_types=(Loss.AOT,)), 2).micro_batch == 4


@pytest.mark.parametrize(
    ("settings", "given", "says"),
    [
        (RECIPE, {"strategy": "fsdp"}, "FSDP splits a model among GPUs, and there is none here"),
        (RECIPE, {"strategy": "deepspeed"}, "DeepSpeed splits a model among GPUs"),
        (
            a_recipe(8, 1, tuning=Tuning.LORA_4BIT),
            {"strategy": "fsdp"},
            "cannot split weights that are rounded",
        ),
        (a_recipe(5, 1), {}, "cannot be shared equally among 2 processes"),
    ],
    ids=["fsdp", "deepspeed", "4-bit", "division"],
)
def test_what_cannot_work_here_stops_the_start(
    settings: DpoRecipe, given: dict[str, str | int], says: str
) -> None:
    found = launch_findings.of(settings, "accelerate", launch(**given), CPU, 100)
    stops = [one.message for one in found if one.severity is Severity.ERROR]
    assert any(says in one for one in stops), stops


def test_more_processes_than_processors_are_warned_of() -> None:
    found = {
        one.id: one for one in launch_findings.of(a_recipe(8, 1), "accelerate", launch(processes=4), CPU, 80)
    }
    assert found["launch-cores"].severity is Severity.WARNING
    assert found["launch"].message == (
        "A step of 8 pairs is 4 processes × 2 pairs at a time × 1. It learns what one process would."
    )


def test_one_process_finds_nothing() -> None:
    assert list(launch_findings.of(RECIPE, "local", {}, CPU, 100)) == []
