"""A processor runs the seed recipe in its own order, and the losses are those of the recipe as written."""

from dataclasses import replace
from pathlib import Path

import pytest
from datasets import Dataset
from trl import DPOTrainer

from tests.training.test_dpo import CPU, demo, some_pairs
from training import dpo, economy, presets
from training.choices import Method, Reference
from training.losses import Loss
from training.recipe import DpoRecipe

# peft 0.21 and TRL 1.16 ask the model for what transformers 5.23 has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:`.*gradient_checkpointing.*` is deprecated")
SEED = presets.find("orca").recipe


def test_long_pairs_are_taken_one_at_a_time_with_their_layers_kept_and_as_many_in_a_step() -> None:
    done = economy.on_processor(SEED, pairs=1000, pair_tokens=1100)
    assert (done.micro_batch, done.accumulation, done.gradient_checkpointing) == (1, 16, False)
    assert done.pairs_per_step == SEED.pairs_per_step
    assert economy.sentence(SEED, done) == (
        "On a processor each step takes its 16 pairs 1 at a time instead of 4, and keeps its layers: the "
        "same losses in less time and memory."
    )


@pytest.mark.parametrize(("tokens", "at_once"), [(100, 4), (300, 2), (512, 2), (513, 1)])
def test_short_pairs_stay_together(tokens: float, at_once: int) -> None:
    done = economy.on_processor(SEED, pairs=1000, pair_tokens=tokens)
    assert done.micro_batch == at_once
    assert done.pairs_per_step == SEED.pairs_per_step


@pytest.mark.parametrize(
    "recipe",
    [
        replace(SEED, loss_types=(Loss.AOT,)),
        replace(SEED, loss_types=(Loss.SIGMOID, Loss.SFT), loss_weights=(1.0, 0.1)),
        replace(SEED, method=Method.KTO),
    ],
    ids=["sorted", "mean over tokens", "kto"],
)
def test_what_looks_at_a_micro_batch_as_a_whole_keeps_it(recipe: DpoRecipe) -> None:
    assert economy.on_processor(recipe, pairs=1000, pair_tokens=1100) == recipe
    assert economy.sentence(recipe, recipe) is None


@pytest.mark.parametrize("pairs", [9, 11, 21, 100])
def test_a_run_by_epochs_has_as_many_steps_as_the_recipe_says(pairs: int) -> None:
    asked = replace(SEED, max_steps=0, epochs=0.5, micro_batch=4, accumulation=1)
    assert economy.on_processor(asked, pairs=pairs, pair_tokens=1100).steps(pairs) == asked.steps(pairs)


def test_the_losses_of_each_step_are_those_of_the_seed_recipe_in_plain_trl(
    untrained_model: Path, tmp_path: Path
) -> None:
    seed = demo(
        max_steps="3", warmup_steps="0", learning_rate="0.01", micro_batch="4", accumulation="2",
        gradient_checkpointing="true", reference="separate", lora_dropout="0",
    )  # fmt: skip
    renderer, pairs = some_pairs(untrained_model, 12)
    literal = dpo.plan(seed, CPU)
    plain = DPOTrainer(
        model=dpo.load_model(untrained_model, literal),
        ref_model=dpo.load_reference(untrained_model, literal),
        args=dpo.config(literal, tmp_path / "plain", pairs=12, evaluates=False, resumes=False),
        train_dataset=Dataset.from_list([pair.row for pair in pairs]),
        processing_class=renderer.tokenizer,
        peft_config=dpo.adapter(seed),
    )
    done = economy.on_processor(replace(seed, reference=Reference.AUTO), pairs=12, pair_tokens=1100)
    fitted = dpo.plan(done, CPU)
    ours = dpo.trainer(
        fitted, dpo.load_model(untrained_model, fitted), renderer.tokenizer, pairs, [],
        run=tmp_path / "ours", resumes=False, callbacks=[],
    )  # fmt: skip
    assert (done.micro_batch, ours.notes) == (1, ())
    told = []
    for trainer in (plain, ours):
        trainer.train()
        told.append([row["loss"] for row in trainer.state.log_history if "loss" in row])
    assert len(told[0]) == 3
    assert told[1] == pytest.approx(told[0], abs=1e-4)
    assert abs(told[0][2] - told[0][0]) > 1e-2  # something was learned
