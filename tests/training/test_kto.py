"""Rows and findings of KTO."""

import itertools
import math
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training import run_folders
from tests.training.conftest import a_pair
from tests.training.test_dpo import CPU, with_learned_adapter
from tests.training.test_worker import write_both_bad
from training import (
    dpo,
    first_loss,
    kto,
    kto_findings,
    presets,
    recipe_problems,
    release_folder,
    release_pairs,
    rendering,
)
from training.choices import KtoLoss, Method, Template
from training.findings import Finding, Severity
from training.losses import Loss
from training.recipe import DpoRecipe
from training.rendering import Limits, Rendered

RECIPE = replace(presets.find("demo").recipe, method=Method.KTO)


def rendered(model: Path, numbers: range) -> list[Rendered]:
    renderer = rendering.prepare(rendering.load(str(model)), Template.OWN, Limits(prompt=256, total=512))
    pairs = [a_pair(number) for number in numbers]
    return [renderer.rendered(pair.prompt, pair.chosen, pair.rejected) for pair in pairs]


def test_every_answer_is_a_row_and_no_prompt_stands_twice_in_a_row(untrained_model: Path) -> None:
    pairs, bad = rendered(untrained_model, range(12)), rendered(untrained_model, range(50, 53))
    for seed in range(20):
        rows = kto.rows(pairs, bad, random.Random(seed))
        assert Counter(row["label"] for row in rows) == {True: 12, False: 18}
        asked = [row["prompt"][0]["content"] for row in rows]
        assert all(one != following for one, following in itertools.pairwise(asked))


def found(folder: Path, desirable_weight: float = 1.0) -> dict[str, Finding]:
    release = run_folders.a_release(folder / "tiny", train=6, test=3)
    write_both_bad(release, [a_pair(n) for n in (50, 51)])
    settings = replace(RECIPE, desirable_weight=desirable_weight)
    return {one.id: one for one in kto_findings.of(settings, release_folder.load(release))}


def test_unequal_numbers_of_wanted_and_unwanted_answers_are_a_warning_with_the_weights_that_mend_it(
    tmp_path: Path,
) -> None:
    # 6 wanted and 6 + 2 * 2 unwanted answers: 0.6 of each other; the weight that makes it 1 is 10 / 6
    balance = found(tmp_path)["kto-balance"]
    assert (balance.severity, balance.value, balance.threshold) == (Severity.WARNING, 0.6, 1.0)
    assert "set desirable_weight to 1.67, or undesirable_weight to 0.60" in balance.message


def test_the_advised_weight_is_taken(tmp_path: Path) -> None:
    assert found(tmp_path, desirable_weight=1.67)["kto-balance"].severity is Severity.INFORMATION


def test_dpo_hears_nothing_of_kto(tmp_path: Path) -> None:
    release = release_folder.load(run_folders.a_release(tmp_path / "tiny"))
    assert list(kto_findings.of(presets.find("demo").recipe, release)) == []


def test_a_release_without_ties_has_no_unwanted_pairs(tmp_path: Path) -> None:
    assert release_pairs.read_unwanted(run_folders.a_release(tmp_path / "tiny")) == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"loss_types": (Loss.IPO,)}, "loss_types"), ({"label_smoothing": 0.1}, "label_smoothing")],
    ids=["losses", "smoothing"],
)
def test_what_belongs_to_dpo_is_refused(changes: dict[str, object], key: str) -> None:
    problems = recipe_problems.of(replace(RECIPE, **changes))  # type: ignore[arg-type]
    assert [problem.key for problem in problems] == [key]


def test_another_loss_of_kto_is_refused_without_kto() -> None:
    settings = replace(RECIPE, method=Method.DPO, kto_loss=KtoLoss.APO_ZERO_UNPAIRED)
    (problem,) = recipe_problems.of(settings)
    assert (problem.key, problem.severity) == ("kto_loss", "E")
    assert recipe_problems.of(replace(settings, method=Method.KTO)) == ()


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")  # peft asks transformers so
@pytest.mark.parametrize("loss_of", KtoLoss, ids=str)
def test_only_the_loss_kto_measures_the_distance_and_both_losses_are_those_of_their_papers(
    untrained_model: Path, tmp_path: Path, loss_of: KtoLoss
) -> None:
    made = with_learned_adapter(a_trainer(untrained_model, tmp_path, replace(RECIPE, kto_loss=loss_of)))
    assert ("KL_completion_ids" in made.train_dataset.column_names) is loss_of.measures_distance
    with torch.no_grad():
        loss = made.compute_loss(made.model, made.data_collator(list(made.train_dataset))).item()
    told = made._metrics["train"]
    wanted, unwanted, kl = (told[key][-1] for key in ("rewards/chosen", "rewards/rejected", "kl"))
    assert kl == 0 or loss_of.measures_distance
    # KTO, eq. 7, and APO, eq. 7 unpaired, are one where the distance is 0: one wanted and one unwanted answer
    moved = RECIPE.beta * kl
    expected = (1 - sigma(wanted - moved)) + (1 - sigma(moved - unwanted))
    assert loss == pytest.approx(expected / 2, abs=1e-6)
    assert abs(wanted) > 1e-3  # the adapter does something


def a_trainer(model: Path, run: Path, settings: DpoRecipe) -> kto.QuietKtoTrainer:
    fitted = dpo.plan(settings, CPU)
    tokenizer = rendering.load(str(model))
    return kto.trainer(
        fitted, dpo.load_model(model, fitted), tokenizer, rendered(model, range(1)), [], [],
        run=run, resumes=False, callbacks=[],
    )  # fmt: skip


def sigma(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_weights_of_answers_are_refused_without_kto() -> None:
    settings = replace(RECIPE, method=Method.DPO, undesirable_weight=2.0)
    assert [problem.key for problem in recipe_problems.of(settings)] == ["desirable_weight"]


def test_the_first_loss_of_kto_is_half_its_weight() -> None:
    assert first_loss.of(RECIPE) == 0.5
    assert first_loss.of(replace(RECIPE, desirable_weight=2.0)) is None
