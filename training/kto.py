"""Single answers, wanted or not, become a TRL KTO trainer. Needs torch; only the worker imports it.

The rows are those of the release's KTO layout: the chosen answer of a pair is wanted, the rejected one is
not, and of a pair judged both bad neither is. A step takes as many answers as `micro_batch` pairs have.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import KTOConfig, KTOTrainer

from training import dpo, trainers
from training.dpo import Plan
from training.rendering import Rendered

Row = dict[str, Any]


class QuietKtoTrainer(trainers.Quiet, KTOTrainer):  # type: ignore[misc]  # TRL ships no types
    """TRL's trainer with what `trainers.Quiet` puts right."""


def trainer(
    fitted: Plan,
    model: Any,
    tokenizer: Any,
    train: Sequence[Rendered],
    unwanted: Sequence[Rendered],
    test: Sequence[Rendered],
    *,
    run: Path,
    resumes: bool,
    callbacks: Sequence[Any],
    reference: Any | None = None,
) -> QuietKtoTrainer:
    """A trainer that is ready to start; see dpo.trainer.

    Args:
        unwanted: pairs judged both bad; both answers are unwanted.
    """
    recipe = fitted.recipe
    args = config(fitted, run, pairs=len(train) + len(unwanted), evaluates=bool(test), resumes=resumes)
    with dpo.naming_the_way_out(recipe):
        made = QuietKtoTrainer(
            model=model,
            ref_model=reference,
            args=args,
            train_dataset=Dataset.from_list(rows(train, unwanted, random.Random(recipe.seed))),
            eval_dataset=Dataset.from_list(rows(test, (), random.Random(recipe.seed))) if test else None,
            processing_class=tokenizer,
            peft_config=dpo.adapter(recipe) if recipe.tuning.has_adapter else None,
            callbacks=list(callbacks),
        )
    trainers.restore_adapter_dropout(made.model, recipe)
    return made


def config(fitted: Plan, run: Path, *, pairs: int, evaluates: bool, resumes: bool) -> KTOConfig:
    """The recipe in TRL's words."""
    recipe = fitted.recipe
    shared = dpo.shared_settings(fitted, run, pairs=pairs, evaluates=evaluates, resumes=resumes)
    answers = 2 * recipe.micro_batch
    return KTOConfig(
        **shared | {"per_device_train_batch_size": answers, "per_device_eval_batch_size": answers},
        loss_type=recipe.kto_loss.value,
        desirable_weight=recipe.desirable_weight,
        undesirable_weight=recipe.undesirable_weight,
    )


def rows(pairs: Sequence[Rendered], unwanted: Sequence[Rendered], rng: random.Random) -> list[Row]:
    """One row an answer, in an order in which no prompt stands twice in a row.

    TRL measures how far the model has moved (the KL term) on each prompt with the answer of the row before
    it, within a batch, and reads the rows in their order. Beside the other answer of its own prompt it would
    measure the preference itself. So the first half holds one answer of every pair, the second the other.
    """
    halves: tuple[list[Row], list[Row]] = ([], [])
    labelled = [(pair, (True, False)) for pair in pairs] + [(pair, (False, False)) for pair in unwanted]
    for place, (pair, wanted) in enumerate(labelled):
        answers = [
            _row(pair, side, label) for side, label in zip(("chosen", "rejected"), wanted, strict=True)
        ]
        halves[place % 2].append(answers[0])
        halves[1 - place % 2].append(answers[1])
    for half in halves:
        rng.shuffle(half)
    if halves[0] and halves[1] and halves[0][-1]["prompt"] == halves[1][0]["prompt"]:
        halves[1].append(halves[1].pop(0))
    return [*halves[0], *halves[1]]


def _row(pair: Rendered, side: str, wanted: bool) -> Row:  # noqa: FBT001 - a label, not a switch
    return {"prompt": pair.prompt, "completion": pair.row[side], "label": wanted}
