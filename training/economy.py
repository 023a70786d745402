"""What a processor does in another order than the recipe says, for the same numbers at less cost.

A GPU needs many sequences at once to be busy, and recomputes layers because its memory is small. A processor
is busy with one pair, and of one pair it can keep every layer in less memory than several recomputed ones
take. Knows no tensors.
"""

from dataclasses import replace

from training.choices import Method
from training.recipe import DpoRecipe

_BUSY_TOKENS = 1024  # at once: below, Python around a micro-batch takes longer than what it saves
_SPARED = (
    3  # times fewer pairs at once pay for layers that are kept (measured: recomputing keeps 0.4 of them)
)


def on_processor(asked: DpoRecipe, *, pairs: int, pair_tokens: float) -> DpoRecipe:
    """The recipe with the same pairs in each step and the same mathematics, as a processor had best run it.

    Args:
        pairs: to train on.
        pair_tokens: of both sides of a pair, the mean.
    """
    if asked.method is Method.KTO or any(loss.is_of_a_batch for loss in asked.loss_types):
        return asked
    fits = [n for n in range(1, asked.micro_batch + 1) if asked.micro_batch % n == 0]
    at_once = max((n for n in fits if n * pair_tokens <= _BUSY_TOKENS), default=1)
    times = asked.micro_batch // at_once
    return replace(
        asked,
        micro_batch=at_once,
        accumulation=asked.accumulation * times,
        gradient_checkpointing=asked.gradient_checkpointing and times < _SPARED,
        max_steps=asked.steps(pairs),  # from the batches that were asked for
    )


def sentence(asked: DpoRecipe, done: DpoRecipe) -> str | None:
    """What is done otherwise; None where nothing is."""
    if asked.micro_batch == done.micro_batch:
        return None
    layers = ", and keeps its layers" if asked.gradient_checkpointing > done.gradient_checkpointing else ""
    return (
        f"On a processor each step takes its {asked.pairs_per_step} pairs {done.micro_batch} at a time "
        f"instead of {asked.micro_batch}{layers}: the same losses in less time and memory."
    )
