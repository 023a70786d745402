"""What the loss of a recipe must be before anything is learned. Standard library only."""

from training import losses
from training.choices import Method
from training.recipe import DpoRecipe


def of(recipe: DpoRecipe) -> float | None:
    """The loss while policy and reference are the same model: ln 2 nats for plain DPO, ½ for KTO.

    Returns:
        None where it depends on the model (sft), on how many answers are wanted (KTO with
        unequal weights), or where the weights do not match the losses.
    """
    if recipe.method is Method.KTO:
        # 1 − σ(0) for every answer, wanted or not (Ethayarajh et al. 2024, eq. 7).
        same = recipe.desirable_weight == recipe.undesirable_weight
        return 0.5 * recipe.desirable_weight if same else None
    return losses.sum_at_start(recipe.loss_types, recipe.loss_weights, recipe.beta, recipe.label_smoothing)
