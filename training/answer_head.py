"""Log-probabilities of answer tokens from hidden states, in tiles of the vocabulary's logits. Needs torch.

TRL's head makes the logits twice, for the value and for the gradient. Where the head does not learn, the
gradient of a log-probability by the hidden state, W[target] - softmax · W, is known with the value up to one
factor a token: taken at once, it leaves out a third of the products.
"""

from typing import Any

import torch
from torch.nn import functional

_TILE_BYTES = 32 << 20  # of logits at a time: enough rows for a fast product, little beside a model


def log_probabilities(hidden: torch.Tensor, head: Any, targets: torch.Tensor) -> torch.Tensor:
    """ln p(target | hidden) of each token, in nats.

    Args:
        hidden: (tokens, width).
        head: a linear layer onto the vocabulary.
        targets: (tokens,) ids.

    Returns:
        (tokens,) float32; carries gradients to `hidden`, and to the head where it learns.
    """
    learns = head.weight.requires_grad or (head.bias is not None and head.bias.requires_grad)
    kind: Any = _Learning if learns else _Frozen
    found: torch.Tensor = kind.apply(hidden, head.weight, head.bias, targets)
    return found


class _Frozen(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor
    ) -> torch.Tensor:
        values, slopes = [hidden.new_zeros(0, dtype=torch.float32)], [hidden[:0]]
        for tile, wanted in _tiles(hidden, weight, targets):
            value, odds = _scored(tile, weight, bias, wanted)
            values.append(value)
            if ctx.needs_input_grad[0]:
                slopes.append(weight[wanted] - odds.to(weight.dtype) @ weight)  # (rows, width)
        ctx.save_for_backward(torch.cat(slopes))
        return torch.cat(values)

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (slopes,) = ctx.saved_tensors
        return (above[:, None] * slopes).to(slopes.dtype), None, None, None


class _Learning(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor
    ) -> torch.Tensor:
        ctx.save_for_backward(hidden, weight, bias, targets)
        scored = [_scored(tile, weight, bias, wanted)[0] for tile, wanted in _tiles(hidden, weight, targets)]
        return torch.cat([hidden.new_zeros(0, dtype=torch.float32), *scored])

    @staticmethod
    def backward(
        ctx: Any, above: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None, None]:
        hidden, weight, bias, targets = ctx.saved_tensors
        of_hidden, of_weight = [hidden[:0]], torch.zeros_like(weight, dtype=torch.float32)
        of_bias = None if bias is None else torch.zeros_like(bias, dtype=torch.float32)
        factors = torch.split(above, _rows(weight))
        for (tile, wanted), factor in zip(_tiles(hidden, weight, targets), factors, strict=False):
            _, odds = _scored(tile, weight, bias, wanted)
            # d ln p(target) / d logits = 1[target] - p
            slope = odds.mul_(-factor[:, None]).scatter_add_(-1, wanted[:, None], factor[:, None])
            of_hidden.append(slope.to(weight.dtype) @ weight)
            of_weight += slope.t() @ tile.float()
            if of_bias is not None:
                of_bias += slope.sum(0)
        return (
            torch.cat(of_hidden).to(hidden.dtype), of_weight.to(weight.dtype),
            None if of_bias is None else of_bias.to(bias.dtype), None,
        )  # fmt: skip


def _rows(weight: torch.Tensor) -> int:
    return max(1, _TILE_BYTES // (4 * weight.shape[0]))


def _tiles(
    hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    if not len(targets):
        return []
    rows = _rows(weight)
    return list(zip(torch.split(hidden, rows), torch.split(targets, rows), strict=True))


def _scored(
    hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(rows,) ln p(target) and (rows, vocabulary) p, both float32; one pass of exp over the logits."""
    logits = functional.linear(hidden.to(weight.dtype), weight, bias).float()
    picked = logits.gather(-1, targets[:, None])[:, 0]
    top = logits.amax(-1)
    odds = logits.sub_(top[:, None]).exp_()
    total = odds.sum(-1)
    return picked - top - total.log(), odds.div_(total[:, None])
