"""The recipe: what it refuses, what it remembers, and that it says why."""

import ast
import importlib.util
import math
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training import errors, first_loss, presets, recipe, recipe_file, recipe_problems, seed_notebook
from training.choices import Optimiser, Precision, Reference, Report, Schedule, Tuning
from training.losses import Loss
from training.recipe import DpoRecipe


def test_every_knob_says_its_unit_range_reason_and_source() -> None:
    for knob in fields(DpoRecipe):
        assert {"low", "high", "unit", "why", "source", "label", "group"} <= knob.metadata.keys(), knob.name
        assert len(knob.metadata["why"]) > 20, knob.name
        assert knob.metadata["source"], knob.name


def test_the_orca_preset_holds_every_setting_of_the_seed_notebook() -> None:
    orca = presets.find("orca").recipe
    assert (orca.tuning, orca.lora_rank, orca.lora_alpha, orca.lora_dropout) == (
        Tuning.LORA_4BIT,
        16,
        16,
        0.05,
    )
    modules = {"k_proj", "gate_proj", "v_proj", "up_proj", "q_proj", "o_proj", "down_proj"}
    assert set(orca.lora_target_modules) == modules
    assert (orca.micro_batch, orca.accumulation, orca.gradient_checkpointing) == (4, 4, True)
    assert (orca.learning_rate, orca.schedule, orca.max_steps, orca.warmup_steps) == (
        5e-5,
        Schedule.COSINE,
        200,
        100,
    )
    assert (orca.optimizer, orca.precision) == (Optimiser.PAGED_ADAMW_32BIT, Precision.BF16)
    assert (orca.beta, orca.loss_types, orca.log_every, orca.report_to) == (
        0.1,
        (Loss.SIGMOID,),
        1,
        Report.NONE,
    )
    assert (orca.max_prompt_length, orca.max_length) == (1024, 1536)


@pytest.mark.parametrize("one", presets.PRESETS, ids=lambda one: one.key)
def test_a_preset_survives_json_names_its_source_and_has_no_problem(one: presets.Preset) -> None:
    assert recipe.from_dict(recipe.to_dict(one.recipe)) == one.recipe
    assert one.source
    assert recipe_problems.of(one.recipe, pairs=12_859) == ()


@given(beta=st.floats(0.001, 10.0), steps=st.integers(0, 1_000_000), report=st.sampled_from(Report))
def test_a_recipe_survives_being_written_as_text(beta: float, steps: int, report: Report) -> None:
    changes = {"beta": repr(beta), "max_steps": str(steps), "report_to": report.value}
    changed = recipe.with_changes(DpoRecipe(), changes)
    assert (changed.beta, changed.max_steps, changed.report_to) == (beta, steps, report)
    assert recipe.from_dict(recipe.to_dict(changed)) == changed


def test_a_value_is_read_from_text_in_its_own_type() -> None:
    text = {"loss_types": "sigmoid,sft", "loss_weights": "1, 0.2", "gradient_checkpointing": "no"}
    changed = recipe.with_changes(DpoRecipe(), {**text, "lora_target_modules": "q_proj,v_proj"})
    assert changed.loss_types == (Loss.SIGMOID, Loss.SFT)
    assert changed.loss_weights == (1.0, 0.2)
    assert changed.gradient_checkpointing is False
    assert changed.lora_target_modules == ("q_proj", "v_proj")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("beta", "0", "beta is '0', but takes a number from 0.001 to 10."),
        ("beta", "nan", "beta is 'nan', but takes a number from 0.001 to 10."),
        ("micro_batch", "2.5", "micro_batch is '2.5', but takes a whole number from 1 to 1024."),
        ("gradient_checkpointing", "maybe", "gradient_checkpointing is 'maybe', but takes true or false."),
        ("tuning", "qlora", "tuning is 'qlora', but takes one of lora_4bit, lora_8bit, lora, full."),
        ("lora_target_modules", "", "lora_target_modules is '', but takes words separated by commas."),
        (
            "loss_types",
            "sigmoid,sigmoid",
            "loss_types is 'sigmoid,sigmoid', but takes one or more of sigmoid, hinge",
        ),
        ("loss_weights", "1,x", "loss_weights is '1,x', but takes numbers from 0 to 100."),
    ],
)
def test_a_value_that_does_not_fit_gets_one_sentence(key: str, value: str, sentence: str) -> None:
    with pytest.raises(errors.RecipeError) as error:
        recipe.with_changes(DpoRecipe(), {key: value})
    assert str(error.value).startswith(sentence)


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(errors.RecipeError, match="There is no setting 'learning_rat'"):
        recipe.from_dict({"learning_rat": 1e-3})


def test_a_recipe_file_may_start_from_a_preset() -> None:
    read = recipe_file.parse('{"preset": "demo", "seed": 7}')
    assert (read.learning_rate, read.seed) == (presets.find("demo").recipe.learning_rate, 7)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "The recipe is not YAML"),
        ("[1]", "must be lines of setting and value"),
        ('{"preset": "x"}', "no preset 'x'"),
    ],
    ids=["broken", "a list", "unknown preset"],
)
def test_a_recipe_file_that_cannot_be_read_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(errors.RecipeError, match=sentence):
        recipe_file.parse(text)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"warmup_steps": "200"}, "warmup_steps"),
        ({"max_steps": "0", "epochs": "1", "warmup_steps": "4"}, "warmup_steps"),
        ({"max_prompt_length": "1536"}, "max_prompt_length"),
        ({"loss_types": "sigmoid,sft"}, "loss_weights"),
        ({"loss_types": "sft"}, "loss_types"),
        ({"label_smoothing": "0.1"}, "label_smoothing"),
        ({"loss_types": "exo_pair"}, "label_smoothing"),
        ({"loss_types": "aot", "micro_batch": "1"}, "micro_batch"),
        ({"tuning": "full"}, "learning_rate"),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else value,
)
def test_settings_that_do_not_go_together_are_named(changes: dict[str, str], key: str) -> None:
    found = recipe_problems.of(recipe.with_changes(DpoRecipe(), changes), pairs=60)
    assert [problem.key for problem in found] == [key]


def test_steps_follow_from_pairs_and_epochs_where_none_are_given() -> None:
    # 60 pairs in micro-batches of 4 are 15; two epochs are 30; 30 in fours round up to 8 steps
    two_epochs = recipe.with_changes(DpoRecipe(), {"max_steps": "0", "epochs": "2"})
    assert two_epochs.steps(60) == 8
    assert DpoRecipe().steps(60) == 200


def test_the_first_loss_of_plain_dpo_is_ln_2() -> None:
    assert first_loss.of(DpoRecipe()) == pytest.approx(math.log(2))


def test_the_losses_are_exactly_those_of_the_installed_trl() -> None:
    source = Path(_trl_source()).read_text(encoding="utf-8")
    compared = {
        node.comparators[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "loss_type"
        and isinstance(node.comparators[0], ast.Constant)
    }
    assert compared == set(Loss)


def test_every_seed_argument_says_how_it_is_honoured_and_names_a_real_knob() -> None:
    names = {knob.name for knob in fields(DpoRecipe)}
    for row in seed_notebook.MAPPING:
        assert row.how.endswith("."), row.seed
        assert row.knob == "" or row.knob in names, row.seed


def _trl_source() -> str:
    """Found without importing TRL, which takes seconds."""
    spec = importlib.util.find_spec("trl")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "trainer" / "dpo_trainer.py")


def test_importing_the_recipe_loads_no_tensor_library() -> None:
    code = (
        "import sys, training.recipe; print({'torch', 'transformers', 'trl', 'datasets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_run_from_before_the_reference_had_three_forms_still_reads() -> None:
    old = {"precompute_reference": True, "beta": 0.2}
    assert (recipe.from_dict(old).reference, recipe.from_dict(old).beta) == (Reference.PRECOMPUTED, 0.2)
    assert recipe.from_dict({"precompute_reference": False}).reference is Reference.AUTO


def test_a_warm_up_below_1_is_a_share_of_the_run_rounded_up() -> None:
    # a tenth of 25 steps is 2.5
    assert recipe.with_changes(DpoRecipe(), {"warmup_steps": "0.1"}).warmup(25) == 3
    assert DpoRecipe().warmup(200) == 100


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"schedule": "constant"}, "warmup_steps"),
        ({"tuning": "full", "learning_rate": "1e-6", "dora": "true"}, "dora"),
        ({"tuning": "full", "learning_rate": "1e-6", "rs_lora": "true"}, "rs_lora"),
        ({"tuning": "lora_8bit", "double_quantization": "true"}, "double_quantization"),
        ({"lora_target_modules": "q_proj,lm_head"}, "lora_target_modules"),
        ({"loss_types": "sigmoid_norm"}, "beta"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else value,
)
def test_settings_without_effect_or_sense_are_named(changes: dict[str, str], key: str) -> None:
    found = recipe_problems.of(recipe.with_changes(DpoRecipe(), changes), pairs=60)
    assert [problem.key for problem in found] == [key]
