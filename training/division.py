"""How a step is shared among processes, so that it stays the step that the recipe asks for.

A recipe's step takes micro_batch × accumulation pairs, whatever it runs on. Several processes take that many
together: each accumulates less, and where that does not divide, takes smaller micro-batches. Means of equal
parts average to the mean of the whole, so losses and gradients are those of one process.
"""

from dataclasses import dataclass

from training import errors
from training.choices import Method
from training.losses import Loss
from training.recipe import DpoRecipe

# They compare the pairs of a micro-batch with each other, so another micro-batch is another loss.
_SORTED = (Loss.AOT, Loss.AOT_UNPAIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """What each process does for a step: so many pairs at a time, so many times."""

    processes: int
    micro_batch: int
    accumulation: int

    @property
    def sentence(self) -> str:
        at_a_time = "1 pair" if self.micro_batch == 1 else f"{self.micro_batch} pairs"
        return (
            f"A step of {self.processes * self.micro_batch * self.accumulation} pairs is {self.processes} "
            f"processes × {at_a_time} at a time × {self.accumulation}."
        )


def of(recipe: DpoRecipe, processes: int) -> Division:
    """Share the step of a recipe among so many processes.

    Raises:
        RecipeError: it cannot be shared equally, or sharing it would change what is learned.
    """
    if processes == 1:
        return Division(processes=1, micro_batch=recipe.micro_batch, accumulation=recipe.accumulation)
    if recipe.method is Method.KTO:
        raise errors.RecipeError(
            "KTO compares the answers of a micro-batch with each other, so it cannot be shared among "
            "processes without learning something else. Train with one process, or by DPO."
        )
    each, left = divmod(recipe.pairs_per_step, processes)
    if left:
        raise errors.RecipeError(
            f"A step of {recipe.pairs_per_step} pairs (micro_batch × accumulation) cannot be shared equally "
            f"among {processes} processes. Make it a multiple of {processes}, or take fewer processes."
        )
    micro_batch = max(size for size in range(1, recipe.micro_batch + 1) if each % size == 0)
    if micro_batch != recipe.micro_batch and any(loss in _SORTED for loss in recipe.loss_types):
        raise errors.RecipeError(
            f"This loss sorts the pairs of a micro-batch, which {processes} processes would have to make "
            f"smaller. Make accumulation a multiple of {processes}."
        )
    return Division(processes=processes, micro_batch=micro_batch, accumulation=each // micro_batch)
