"""The prompt of a pair is read once for both answers, and no padding is read at all. Needs torch.

A batch of pairs becomes one row: prompt, chosen, rejected, the next prompt … . Each answer attends to its
own prompt and to itself, at the positions it would have by itself, so every log-probability is what it was.
Loss, metrics and reference stay TRL's own: what is replaced is the forward pass that they call.
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.utils import FusedCausalLMOutput

from training import answer_head, pair_layout
from training.pair_layout import IGNORED, Layout

UNREAD = ("entropy", "mean_token_accuracy", "logits/chosen", "logits/rejected")  # metrics that are not made
_ATTENTION = "shared_prompts"
_TRIED = 16  # tokens of a prompt and of an answer that are read in both ways before the first step
_TOLERANCE = {torch.float32: 1e-4}  # nats a token
_COARSE = 0.05  # the same where values have 16 bits
_TWICE = "Each prompt is read twice, once with each answer"
_NOT_PLAIN = (
    "attn_logit_softcapping", "final_logit_softcapping", "logit_scale", "logits_scaling", "output_multiplier",
    "lm_head_multiplier", "num_experts", "num_local_experts", "attention_chunk_size",
)  # fmt: skip


def share(models: Sequence[Any], examples: Sequence[Mapping[str, list[int]]], pad: int) -> str | None:
    """Let models that have TRL's head read pairs in one row whenever TRL asks them for log-probabilities.

    Args:
        models: causal language models, without the wrapper that an adapter puts around them.
        examples: tokenised pairs (`prompt_ids`, `chosen_ids`, `rejected_ids`), read in both ways first.
        pad: the id that fills up a batch.

    Returns:
        None, or a sentence that says why everything stays as TRL does it.
    """
    reasons = [reason for model in models if (reason := unsuited(model))]
    if reasons:
        return f"{_TWICE}: {reasons[0]}."
    AttentionInterface.register(_ATTENTION, attention)
    AttentionMaskInterface.register(_ATTENTION, sdpa_mask)
    batch = DataCollatorForPreference(pad_token_id=pad)([_beginning(one) for one in examples])
    if any(_apart(model, batch) > _TOLERANCE.get(model.dtype, _COARSE) for model in models):
        return f"{_TWICE}: read once, this model gives them other probabilities."
    for model in models:
        _install(model)
    return None


def unsuited(model: Any) -> str | None:
    """Why the answers cannot share a prompt in this model; None where nothing speaks against it.

    What must hold is that a token sees those before it by their content and position alone.
    """
    text = model.config.get_text_config()
    slides = getattr(text, "sliding_window", None) is not None and getattr(text, "use_sliding_window", True)
    if slides or set(getattr(text, "layer_types", None) or ()) - {"full_attention"}:
        return "not every layer of this model sees the whole text"
    if any(getattr(text, name, None) not in (None, 1.0) for name in _NOT_PLAIN):
        return "attention or head of this model are not of the plain kind"
    attends = model.config._attn_implementation
    if attends != "sdpa" or not getattr(model, "_supports_attention_backend", False):
        return f"attention is computed by {attends}, not by PyTorch's own"
    return None


def attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    layout: Layout | None = None,
    **settings: Any,
) -> tuple[torch.Tensor, None]:
    """PyTorch's fused attention, answer by answer where there is a layout.

    Args:
        query, key, value: (1, heads, tokens, width) with a layout, else (batch, heads, tokens, width).

    Returns:
        (1 or batch, tokens, heads, width)
    """
    if layout is None:
        plain: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **settings
        )
        return plain
    spans = layout.spans
    parts = [size for span in spans for size in (span.prompt, span.chosen, span.rejected)]
    keys, values = torch.split(key, parts, dim=2), torch.split(value, parts, dim=2)
    queries = torch.split(query, [size for s in spans for size in (s.prompt + s.chosen, s.rejected)], dim=2)
    told = []
    for n, span in enumerate(spans):
        # Prompt and chosen answer are an ordinary causal text; the rejected one looks back over the chosen.
        for asks, (side, mask) in zip(queries[2 * n : 2 * n + 2], ((1, None), (2, span.mask)), strict=True):
            seen = [torch.cat((all_[3 * n], all_[3 * n + side]), dim=2) for all_ in (keys, values)]
            told.append(sdpa_attention_forward(module, asks, *seen, mask, **settings)[0])
    return torch.cat(told, dim=1), None


def _beginning(example: Mapping[str, list[int]]) -> dict[str, list[int]]:
    answers = {side: example[side][:_TRIED] for side in ("chosen_ids", "rejected_ids")}
    return {"prompt_ids": example["prompt_ids"][-_TRIED:], **answers}


def _apart(model: Any, batch: Mapping[str, torch.Tensor]) -> float:
    """The greatest difference of an answer token's log-probability, read alone and in one row, in nats."""
    device = next(model.parameters()).device
    ids, seen, marked = (
        batch[name].to(device) for name in ("input_ids", "attention_mask", "completion_mask")
    )
    labels = ids.masked_fill(marked == 0, IGNORED)
    with _judging(model), torch.no_grad():
        logits = model(input_ids=ids, attention_mask=seen, use_cache=False).logits[:, :-1].float()
        with _attending(model):
            one = _in_one_row(model, ids, seen, labels).log_probs
    targets = labels[:, 1:].clamp(min=0)
    alone = logits.log_softmax(-1).gather(-1, targets[..., None])[..., 0]
    return float((alone.masked_fill(labels[:, 1:] == IGNORED, 0.0) - one).abs().max())


@contextmanager
def _judging(model: Any) -> Iterator[None]:
    was = model.training
    model.eval()
    yield
    model.train(was)


@contextmanager
def _attending(model: Any) -> Iterator[None]:
    before = model.config._attn_implementation
    model.config._attn_implementation = _ATTENTION
    yield
    model.config._attn_implementation = before


def _install(model: Any) -> None:
    padded = model.forward

    def forward(self: Any, *args: Any, fused_lm_head: bool = False, **inputs: Any) -> Any:
        if not fused_lm_head:
            return padded(*args, **inputs)
        return _in_one_row(self, inputs["input_ids"], inputs["attention_mask"], inputs["labels"])

    model.config._attn_implementation = _ATTENTION
    model.forward = types.MethodType(forward, model)


def _in_one_row(
    model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor
) -> FusedCausalLMOutput:
    row = pair_layout.of(input_ids, attention_mask, labels)
    # A mask of four dimensions goes through as it is; without one, transformers would make one of tokens².
    through = row.ids.new_ones((1, 1, 1, 1), dtype=torch.bool)
    states = model.base_model(
        input_ids=row.ids, position_ids=row.positions, attention_mask=through, use_cache=False, layout=row
    ).last_hidden_state[0, row.answers]  # (answer tokens, width)
    logps = answer_head.log_probabilities(states, model.get_output_embeddings(), row.targets)
    told = logps.new_zeros(labels.shape[0], labels.shape[1] - 1).index_put((row.rows, row.columns), logps)
    # Entropy, mean logit and accuracy of tokens: nobody here reads them, and they cost a third of the head.
    unread = torch.zeros_like(told)
    return FusedCausalLMOutput(
        log_probs=told, entropy=unread, mean_logits=unread, is_top1=unread.bool(),
        label_mask=labels[:, 1:] != IGNORED,
    )  # fmt: skip
