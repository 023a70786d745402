"""Log-probabilities and greedy answers of a causal language model. Needs torch; knows no recipe."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from training.evaluation import Likelihoods
from training.rendering import Rendered, Renderer, Side
from training.system_turn import Turn


def likelihoods(model: Any, pairs: Sequence[Rendered]) -> list[Likelihoods]:
    """Both answers' log-probabilities under a model, one pair at a time so that no padding enters.

    Args:
        model: a causal language model; it is put into evaluation mode and back.
        pairs: with at least one answer token a side.
    """
    with _judging(model):
        return [_pair(model, pair) for pair in pairs]


def counted(pair: Rendered, chosen: float, rejected: float) -> Likelihoods:
    """The log-probabilities of a pair's answers beside their numbers of tokens."""
    return Likelihoods(
        chosen=chosen, rejected=rejected, chosen_tokens=max(1, sum(pair.chosen.mask)),
        rejected_tokens=max(1, sum(pair.rejected.mask)),
    )  # fmt: skip


def answer_logps(model: Any, sides: Sequence[Side]) -> torch.Tensor:
    """Sum of the log-probabilities of each side's answer tokens, given everything before them.

    Returns:
        (sides,) float32, nats. Carries gradients where the model does.
    """
    return torch.stack([_side(model, side) for side in sides])


def greedy_answers(model: Any, renderer: Renderer, prompts: Sequence[list[Turn]], longest: int) -> list[str]:
    """The answers a model gives without chance.

    Args:
        longest: tokens of an answer.
    """
    with _judging(model):
        return [_greedy(model, renderer, prompt, longest) for prompt in prompts]


@contextmanager
def _judging(model: Any) -> Iterator[None]:
    """Evaluation mode without gradients, then whatever mode it was in."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def _pair(model: Any, pair: Rendered) -> Likelihoods:
    chosen, rejected = answer_logps(model, (pair.chosen, pair.rejected)).tolist()
    return counted(pair, chosen, rejected)


def _side(model: Any, side: Side) -> torch.Tensor:
    device = next(model.parameters()).device
    ids = torch.tensor([side.ids], device=device)  # (1, n)
    mask = torch.tensor(side.mask[1:], device=device)  # (n - 1,)
    logits = model(input_ids=ids, use_cache=False).logits[0, :-1].float()  # (n - 1, vocabulary)
    logps = logits.log_softmax(-1).gather(-1, ids[0, 1:, None])[:, 0]  # (n - 1,)
    total: torch.Tensor = (logps * mask).sum()
    return total


def _greedy(model: Any, renderer: Renderer, prompt: list[Turn], longest: int) -> str:
    tokenizer = renderer.tokenizer
    ids = torch.tensor([renderer.ids(prompt, answering=True)], device=next(model.parameters()).device)
    ends = {*_as_list(model.generation_config.eos_token_id), tokenizer.eos_token_id} - {None}
    out = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=longest, do_sample=False,
        eos_token_id=sorted(ends), pad_token_id=tokenizer.pad_token_id, use_cache=True,
    )  # fmt: skip
    return str(tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)).strip()


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
