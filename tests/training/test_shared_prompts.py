"""Reading each prompt once gives TRL's own losses and gradients, for every loss and any lengths."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import GPT2Config, GPT2LMHeadModel, MistralConfig, MistralForCausalLM
from trl import DPOTrainer
from trl.trainer.utils import add_fused_lm_head

from tests.training.test_dpo import CPU, demo, some_pairs, with_learned_adapter
from training import dpo, shared_prompts
from training.losses import Loss

# peft 0.21 asks the model for a property that transformers 5.23 has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")
Batch = dict[str, torch.Tensor]
Both = tuple[Any, Any]


@pytest.fixture(scope="module")
def both(untrained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """TRL's trainer as it is, and ours, on the same pairs with the same adapter."""
    return _both(untrained_model, tmp_path_factory.mktemp("runs"), "lora")


def _both(path: Path, run: Path, tuning: str, **changes: str) -> Both:
    fitted = dpo.plan(demo(reference="auto", tuning=tuning, **changes), CPU)
    renderer, pairs = some_pairs(path, 4)
    recipe = fitted.recipe
    plain = DPOTrainer(
        model=dpo.load_model(path, fitted),
        args=dpo.config(fitted, run, pairs=4, evaluates=False, resumes=False),
        train_dataset=Dataset.from_list([pair.row for pair in pairs]),
        processing_class=renderer.tokenizer,
        peft_config=dpo.adapter(recipe) if recipe.tuning.has_adapter else None,
    )
    ours = dpo.trainer(
        fitted,
        dpo.load_model(path, fitted),
        renderer.tokenizer,
        pairs,
        [],
        run=run,
        resumes=False,
        callbacks=[],
    )
    assert not ours.notes
    return with_learned_adapter(plain), with_learned_adapter(ours)


def _example(rng: random.Random, prompt: int, chosen: int, rejected: int) -> dict[str, list[int]]:
    sizes = {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}
    return {name: [rng.randrange(3, 2000) for _ in range(size)] for name, size in sizes.items()}


def _loss(trainer: Any, batch: Batch) -> float:
    with torch.no_grad():
        return float(trainer.compute_loss(trainer.model, dict(batch)))


_LENGTHS = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(_LENGTHS, min_size=1, max_size=4), longest=st.integers(41, 90), seed=st.integers(0, 99))
def test_every_loss_is_trls_at_any_lengths_cut_or_not(
    both: Both, pairs: list[tuple[int, int, int]], longest: int, seed: int
) -> None:
    rng = random.Random(seed)
    plain, ours = both
    plain.data_collator.max_length = longest
    batch = plain.data_collator([_example(rng, *lengths) for lengths in pairs])
    for loss in Loss:
        for trainer in both:
            trainer.loss_types, trainer.loss_weights, trainer.label_smoothing = [loss.value], [1.0], 0.1
        assert _loss(ours, batch) == pytest.approx(_loss(plain, batch), abs=1e-4, rel=1e-4), loss


@pytest.mark.parametrize(("tuning", "close"), [("lora", 1e-4), ("full", 1e-4), ("lora_4bit", 2e-2)])
def test_gradients_are_trls(untrained_model: Path, tmp_path: Path, tuning: str, close: float) -> None:
    plain, ours = _both(untrained_model, tmp_path, tuning, gradient_checkpointing="true")
    batch = plain.data_collator([_example(random.Random(n), 30 - n, 10 + 3 * n, 25) for n in range(4)])
    theirs, found = (_gradients(trainer, batch) for trainer in (plain, ours))
    assert theirs.keys() == found.keys()
    for name, gradient in theirs.items():
        assert torch.allclose(found[name], gradient, rtol=close, atol=close * float(gradient.abs().max())), (
            name
        )


def _gradients(trainer: Any, batch: Batch) -> dict[str, torch.Tensor]:
    trainer.model.train()
    trainer.model.zero_grad()
    trainer.compute_loss(trainer.model, dict(batch)).backward()
    return {n: p.grad.float() for n, p in trainer.model.named_parameters() if p.grad is not None}


def test_in_16_bits_losses_are_trls_as_near_as_16_bits_are(untrained_model: Path, tmp_path: Path) -> None:
    plain, ours = _both(untrained_model, tmp_path, "lora", precision="bf16")
    batch = plain.data_collator([_example(random.Random(n), 30 - n, 10 + 3 * n, 25) for n in range(4)])
    with torch.autocast("cpu", torch.bfloat16):
        assert _loss(ours, batch) == pytest.approx(_loss(plain, batch), abs=0.02)
        assert all(gradient.isfinite().all() for gradient in _gradients(ours, batch).values())


def test_sides_with_different_prompts_share_nothing_and_keep_their_values(both: Both) -> None:
    plain, ours = both
    batch = plain.data_collator([_example(random.Random(n), 12, 9, 7) for n in range(2)])
    batch["input_ids"][0, 3] = 5  # only the first chosen side
    for trainer in both:
        trainer.loss_types, trainer.loss_weights = ["sigmoid"], [1.0]
    assert _loss(ours, batch) == pytest.approx(_loss(plain, batch), abs=1e-5)


def test_metrics_that_are_not_made_are_not_logged(both: Both) -> None:
    _, ours = both
    batch = ours.data_collator([_example(random.Random(1), 12, 9, 7)])
    ours.model.train()
    _loss(ours, batch)
    logs: dict[str, float] = {}
    ours.log(logs)
    assert "rewards/margins" in logs
    assert not logs.keys() & set(shared_prompts.UNREAD)


def test_a_model_with_learned_positions_reads_in_one_row_too() -> None:
    config = GPT2Config(vocab_size=300, n_embd=32, n_layer=2, n_head=2, n_positions=128)
    assert shared_prompts.share([_with_head(GPT2LMHeadModel(config))], _examples(), 0) is None


def test_a_model_whose_layers_look_at_a_window_is_left_as_it_is_with_a_sentence() -> None:
    config = MistralConfig(
        vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, sliding_window=8,
    )  # fmt: skip
    model = _with_head(MistralForCausalLM(config))
    before = model.forward
    assert shared_prompts.share([model], _examples(), 0) == (
        "Each prompt is read twice, once with each answer: not every layer of this model sees the whole text."
    )
    assert model.forward == before


def test_a_model_that_gives_other_values_in_one_row_is_left_as_it_is_with_a_sentence() -> None:
    config = GPT2Config(vocab_size=300, n_embd=32, n_layer=1, n_head=2, n_positions=128)
    model = _with_head(GPT2LMHeadModel(config))
    # What a token sees depends on how many there are in its row.
    model.transformer.wpe.register_forward_hook(lambda _module, _given, told: told.flip(1))
    note = shared_prompts.share([model], _examples(), 0)
    assert note is not None
    assert "other probabilities" in note
    assert model.config._attn_implementation == "sdpa"


def _with_head(model: Any) -> Any:
    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data.normal_(std=0.3)
    add_fused_lm_head(model)
    return model


def _examples() -> list[dict[str, list[int]]]:
    rng = random.Random(0)
    return [
        {name: [n % 290 for n in ids] for name, ids in _example(rng, 9, 8, 5 + k).items()} for k in range(2)
    ]
