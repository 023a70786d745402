"""The trainer: the loss it minimises, what it is configured with, what is put right in the libraries."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.conftest import a_pair
from training import dpo, errors, presets, recipe, rendering, scoring
from training.choices import Optimiser, Template
from training.dpo import Machine, Plan, QuietTrainer
from training.recipe import DpoRecipe
from training.rendering import Limits, Rendered, Side

# peft 0.21 asks the model for a property that transformers 5.23 has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")
CPU = Machine(cuda=False, bf16=True)


def demo(**changes: str) -> DpoRecipe:
    return recipe.with_changes(presets.find("demo").recipe, {"max_steps": "10", **changes})


def some_pairs(model: Path, count: int) -> tuple[Any, list[Rendered]]:
    limits = Limits(prompt=256, total=512)
    renderer = rendering.prepare(rendering.load(str(model)), Template.OWN, limits)
    pairs = [a_pair(number) for number in range(count)]
    return renderer, [renderer.rendered(pair.prompt, pair.chosen, pair.rejected) for pair in pairs]


def a_trainer(model: Path, run: Path, fitted: Plan, count: int = 4) -> tuple[QuietTrainer, list[Rendered]]:
    renderer, pairs = some_pairs(model, count)
    made = dpo.trainer(
        fitted,
        dpo.load_model(model, fitted),
        renderer.tokenizer,
        pairs,
        [],
        run=run,
        resumes=False,
        callbacks=[],
        reference=dpo.load_reference(model, fitted),
    )
    return made, pairs


def with_learned_adapter(trainer: QuietTrainer) -> QuietTrainer:
    """As after some training: adapters begin as zero, and a loss of ln 2 would prove little."""
    torch.manual_seed(1)
    for name, parameter in trainer.model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(std=0.2)
    return trainer


def log_probability(model: Any, side: Side) -> float:
    """Token by token in double precision, nothing shared with the code under test but the token ids."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([side.ids])).logits[0].double()
    total = 0.0
    for place in range(1, len(side.ids)):
        if side.mask[place]:
            row = logits[place - 1]
            total += float(row[side.ids[place]]) - float(torch.logsumexp(row, 0))
    return total


@pytest.mark.parametrize("reference", ["auto", "separate", "precomputed"])
def test_the_loss_is_minus_log_sigma_of_beta_times_the_difference_of_log_ratios(
    untrained_model: Path, tmp_path: Path, reference: str
) -> None:
    fitted = dpo.plan(demo(reference=reference, beta="0.3"), CPU)
    trainer, pairs = a_trainer(untrained_model, tmp_path, fitted)
    with_learned_adapter(trainer)
    batch = trainer.data_collator([trainer.train_dataset[place] for place in range(4)])
    with torch.no_grad():
        loss = trainer.compute_loss(trainer.model, batch).item()

    policy = trainer.model.double().eval()
    expected = []
    for pair in pairs:
        now = [log_probability(policy, side) for side in (pair.chosen, pair.rejected)]
        with policy.disable_adapter():
            then = [log_probability(policy, side) for side in (pair.chosen, pair.rejected)]
        ratio = 0.3 * ((now[0] - then[0]) - (now[1] - then[1]))
        expected.append(math.log1p(math.exp(-ratio)))
    assert loss == pytest.approx(sum(expected) / 4, abs=1e-5)
    assert abs(loss - math.log(2)) > 1e-3  # the adapter does something


def test_our_log_probabilities_equal_a_token_by_token_sum_in_double_precision(untrained_model: Path) -> None:
    _, pairs = some_pairs(untrained_model, 2)
    model = dpo.load_model(untrained_model, dpo.plan(demo(), CPU))
    scored = scoring.likelihoods(model, pairs)
    model.double().eval()
    for pair, one in zip(pairs, scored, strict=True):
        assert one.chosen == pytest.approx(log_probability(model, pair.chosen), abs=1e-4)
        assert one.chosen_tokens == sum(pair.chosen.mask)


def test_the_adapters_dropout_is_what_the_recipe_says(untrained_model: Path, tmp_path: Path) -> None:
    trainer, _ = a_trainer(untrained_model, tmp_path, dpo.plan(demo(lora_dropout="0.25"), CPU))
    found = {
        dropout.p
        for module in trainer.model.modules()
        for dropout in getattr(module, "lora_dropout", {}).values()
    }
    assert found == {0.25}


def test_layers_that_do_not_exist_get_a_sentence_that_names_the_way_out(
    untrained_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(errors.RecipeError, match="Set lora_target_modules to all-linear"):
        a_trainer(untrained_model, tmp_path, dpo.plan(demo(lora_target_modules="c_attn"), CPU))


def test_what_the_processor_lacks_is_replaced_and_said() -> None:
    fitted = dpo.plan(presets.find("orca").recipe, CPU)
    assert fitted.optimizer == Optimiser.ADAMW
    assert fitted.notes == (
        "There is no GPU memory to page; the run uses adamw_torch instead of paged_adamw_32bit.",
    )


def test_a_gpu_without_bf16_computes_in_32_bits_and_says_so() -> None:
    fitted = dpo.plan(presets.find("orca").recipe, Machine(cuda=True, bf16=False))
    assert not fitted.bf16
    assert fitted.optimizer == Optimiser.PAGED_ADAMW_32BIT
    assert fitted.notes == ("This GPU does not compute in bf16; the run uses 32 bits.",)


def test_every_setting_of_the_seed_recipe_reaches_the_trainer(tmp_path: Path) -> None:
    orca = presets.find("orca").recipe
    args = dpo.config(dpo.plan(orca, CPU), tmp_path, pairs=1000, evaluates=True, resumes=False)
    assert (args.per_device_train_batch_size, args.gradient_accumulation_steps) == (4, 4)
    assert (args.learning_rate, args.lr_scheduler_type, args.max_steps, args.warmup_steps) == (
        5e-5,
        "cosine",
        200,
        100,
    )
    assert (args.activation_checkpointing, args.bf16, args.logging_steps, args.beta) == (True, True, 1, 0.1)
    assert (args.max_length, args.loss_type, args.report_to) == (1536, ["sigmoid"], [])
    assert (args.eval_steps, args.save_steps, args.logging_nan_inf_filter) == (20, 50, False)


def test_4_bit_weights_keep_their_gradients_after_a_forward_in_evaluation_mode(
    untrained_model: Path, tmp_path: Path
) -> None:
    trainer, pairs = a_trainer(untrained_model, tmp_path, dpo.plan(demo(tuning="lora_4bit"), CPU))
    with_learned_adapter(trainer)
    batch = trainer.data_collator([trainer.train_dataset[place] for place in range(4)])
    before = gradients(trainer, batch)
    scoring.likelihoods(trainer.model, pairs)
    after = gradients(trainer, batch)
    assert before.keys() == after.keys()
    for name, gradient in before.items():
        assert torch.allclose(gradient, after[name], rtol=1e-3, atol=1e-6), name


def gradients(trainer: QuietTrainer, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    trainer.model.train()
    trainer.model.zero_grad()
    trainer.compute_loss(trainer.model, batch).backward()
    return {
        name: parameter.grad.float().clone()
        for name, parameter in trainer.model.named_parameters()
        if parameter.grad is not None
    }
