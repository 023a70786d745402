"""Memory and time: what the terms depend on, and how near they come to runs that were measured."""

import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import estimate
from tests.training import run_folders
from tests.training.conftest import write_run
from training import (
    base_model,
    dpo,
    estimates,
    machine_findings,
    model_shape,
    presets,
    runs,
    track_record,
    usage,
)
from training.choices import KtoLoss, Method, Optimiser, Precision, Reference, Tuning
from training.devices import Device
from training.estimates import Bytes, Workload
from training.journal import Journal
from training.model_shape import ModelShape
from training.recipe import DpoRecipe
from training.runs import RunState, State

MEASURED = Path(__file__).with_name("measured_runs.jsonl")
CPU = Device(kind="cpu", name="the processor", cores=2, free_bytes=2**34, total_bytes=2**34, capability=0.0)
SHAPE = ModelShape(
    parameters=10_000_000, hidden=256, layers=8, vocabulary=2048, feed_forward=512, stored_bytes=40_000_000
)
GPU = replace(CPU, kind="cuda", capability=8.0)
WORK = Workload(
    train=100, test=10, mean_tokens=100.0, longest_tokens=400, mean_pair=150.0, longest_pair=600
)  # fmt: skip
RECIPE = presets.find("demo").recipe


def parts(settings: DpoRecipe, work: Workload = WORK, shape: ModelShape = SHAPE) -> dict[Bytes, int]:
    return estimates.memory(shape, settings, work, CPU)


def test_the_estimates_come_near_what_was_measured() -> None:
    kept = list(estimate.measured("", MEASURED))
    assert len(kept) >= 20
    for place, middle, worst in ((0, 0.10, 0.20), (1, 0.10, 0.25)):  # memory, then processor time
        errors = [abs(estimate.ratios(shape, one)[place] - 1) for shape, one in kept]
        assert statistics.median(errors) < middle
        assert max(errors) < worst


def test_recomputed_layers_keep_one_layers_worth_and_a_part_of_each() -> None:
    # a layer keeps 11 · 256 + 6 · 512 = 5,888 values a token; 9 of them, or one and 0.4 of 8 more
    whole, again = parts(RECIPE), parts(replace(RECIPE, gradient_checkpointing=True))
    tokens = RECIPE.micro_batch * WORK.longest_pair
    saved = whole[Bytes.ACTIVATIONS] - again[Bytes.ACTIVATIONS]
    assert saved == pytest.approx(tokens * 4 * (9 - 1 - 0.4 * 8) * 5888)


def test_a_reference_of_its_own_takes_as_much_as_the_weights() -> None:
    separate = parts(replace(RECIPE, reference=Reference.SEPARATE))
    assert separate[Bytes.REFERENCE] == separate[Bytes.WEIGHTS] == 4 * SHAPE.parameters
    assert parts(RECIPE)[Bytes.REFERENCE] == 0


def test_full_training_remembers_a_gradient_and_two_moments_a_weight() -> None:
    full = parts(replace(RECIPE, tuning=Tuning.FULL, optimizer=Optimiser.ADAMW))
    assert full[Bytes.TRAINABLE] == 12 * SHAPE.parameters


def test_the_disk_holds_the_kept_checkpoints_the_best_one_and_the_one_being_written() -> None:
    # 2 kept, the best, the newest: 4 of weights and two moments, and the model itself
    full = replace(RECIPE, tuning=Tuning.FULL, optimizer=Optimiser.ADAMW, checkpoints_kept=2)
    assert estimates.disk(SHAPE, full, download=False) == (4 * 12 + 4) * SHAPE.parameters


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")
@pytest.mark.parametrize("tuning", ["full", "lora"])
def test_adafactor_remembers_what_the_estimate_says(untrained_model: Path, tuning: str) -> None:
    import torch
    from peft import get_peft_model
    from transformers import AutoModelForCausalLM
    from transformers.optimization import Adafactor

    settings = replace(RECIPE, tuning=Tuning(tuning), optimizer=Optimiser.ADAFACTOR, lora_rank=4)
    model = AutoModelForCausalLM.from_pretrained(untrained_model)
    if tuning == "lora":
        model = get_peft_model(model, dpo.adapter(settings))
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = Adafactor(learned, lr=1e-3, scale_parameter=False, relative_step=False)
    model(input_ids=torch.tensor([[1, 2, 3]]), labels=torch.tensor([[1, 2, 3]])).loss.backward()
    optimiser.step()
    kept = sum(
        value.nbytes for state in optimiser.state.values() for value in state.values()
        if isinstance(value, torch.Tensor) and value.ndim
    )  # fmt: skip
    weights = sum(weight.numel() for weight in learned)
    shape = model_shape.read(untrained_model)
    assert estimates.state_bytes(shape, settings) * weights == pytest.approx(kept, rel=0.3)
    assert kept < 0.3 * 8 * weights  # of what Adam keeps


def test_logits_are_held_in_tiles_but_read_whole_for_held_out_pairs() -> None:
    wide = replace(SHAPE, vocabulary=200_000)
    kto = replace(RECIPE, method=Method.KTO)
    works = [replace(WORK, longest_tokens=n, longest_pair=2 * n) for n in (2_000, 40_000)]
    assert {parts(RECIPE, work, wide)[Bytes.LOGITS] for work in works} == {3 * 2**25}
    assert {parts(kto, work, wide)[Bytes.LOGITS] for work in works} == {4096 * 32768 * 4 * 7}
    assert parts(RECIPE, replace(WORK, test=0), wide)[Bytes.EVALUATION] == 0


def test_kto_reads_every_prompt_once_more_for_its_distance() -> None:
    work = replace(WORK, train=100_000)
    kto = replace(RECIPE, method=Method.KTO)
    apo = replace(kto, kto_loss=KtoLoss.APO_ZERO_UNPAIRED)
    assert estimates.seconds(SHAPE, apo, work, CPU) < estimates.seconds(SHAPE, kto, work, CPU)


def test_only_a_processor_reads_a_prompt_once_for_both_answers() -> None:
    here, there = (
        estimates.memory(SHAPE, replace(RECIPE, precision=Precision.FP32), WORK, device)[Bytes.ACTIVATIONS]
        for device in (CPU, GPU)
    )
    assert there == here / 600 * 2 * 400


def test_a_second_epoch_does_not_ask_the_reference_again() -> None:
    longer = [
        estimates.seconds(SHAPE, replace(RECIPE, max_steps=steps, evaluate_every=0), WORK, CPU)
        for steps in (100, 200, 300)
    ]
    assert longer[2] - longer[1] == pytest.approx(longer[1] - longer[0])
    once = [
        estimates.seconds(
            SHAPE, replace(RECIPE, max_steps=steps, evaluate_every=0, method=Method.KTO), WORK, CPU
        )
        for steps in (100, 200)
    ]
    assert once[1] - once[0] > 1.5 * (longer[1] - longer[0])


def test_finished_runs_say_how_far_the_estimates_were_off(tmp_path: Path) -> None:
    from curation.workspace import Workspace
    from training import documents

    release = run_folders.a_release(tmp_path / "tiny")
    for number, estimated in enumerate((90, 120)):
        run = write_run(tmp_path, release, RECIPE, model=base_model.parse("demo"), name=f"2026010{number}T-a")
        runs.write_state(run, State(run=run.name, state=RunState.COMPLETED))
        documents.write(run / runs.PREFLIGHT, {"findings": [], "memory_bytes": estimated})
        Journal(run).event(usage.KIND, "", device="cpu", peak_bytes=100, seconds=1.0)
    ratios = track_record.ratios(Workspace(home=tmp_path))
    assert ratios == (1.2, 0.9)
    (said,) = machine_findings.of_record(ratios)
    assert "2 finished runs here the estimate of memory was 0.90 to 1.20 times" in said.message


def test_before_the_first_finished_run_nothing_is_said_of_earlier_ones() -> None:
    assert list(machine_findings.of_record(())) == []


def test_what_this_process_has_used_is_measured() -> None:
    used = usage.now()
    assert used.peak_bytes > 2**24
    assert used.seconds > 0
