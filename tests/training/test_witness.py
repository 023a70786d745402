"""The guards on the curves, driven as the trainer drives them."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.training import stand_in_worker
from training import checkpoints, documents, errors, job, metrics, recipe, runs
from training.checkpoints import Origin
from training.journal import Journal
from training.recipe import DpoRecipe
from training.witness import Witness

ORIGIN = Origin(release="f" * 64, model="m", recipe={})


def a_witness(run: Path, *, resumes: bool = False) -> Witness:
    settings = recipe.with_changes(DpoRecipe(), {"beta": "0.1"})
    return Witness(run, Journal(run), settings, resumes=resumes, origin=ORIGIN)


def logged(witness: Witness, step: int, **values: float) -> None:
    state = SimpleNamespace(global_step=step, max_steps=100)
    logs = {name.replace("__", "/"): value for name, value in values.items()}
    witness.on_log(None, state, None, logs=logs)


def warnings(run: Path) -> list[dict[str, Any]]:
    return [row for row in metrics.read(run / runs.EVENTS) if row["kind"] == "warning"]


def test_a_first_loss_that_is_not_ln_2_ends_the_run_because_the_reference_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelMissing, match=r"first loss is 0\.5000 instead of 0\.6931"):
        logged(a_witness(tmp_path), 1, loss=0.5)


def test_a_resumed_run_does_not_start_at_ln_2(tmp_path: Path) -> None:
    logged(a_witness(tmp_path, resumes=True), 1, loss=0.5)
    assert metrics.read(tmp_path / runs.METRICS)[0]["loss"] == 0.5


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_run_that_comes_apart_ends_and_its_row_holds_null(tmp_path: Path, broken: float) -> None:
    with pytest.raises(errors.RecipeError, match="Training came apart at step 7: grad_norm"):
        logged(a_witness(tmp_path), 7, loss=0.6, grad_norm=broken)
    assert metrics.read(tmp_path / runs.METRICS)[0]["grad_norm"] is None
    assert len(warnings(tmp_path)) == 1


def test_being_right_too_early_is_told_once_as_a_probable_leak(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    for step in range(1, 12):
        logged(witness, step, loss=0.6931, rewards__accuracies=1.0)
    assert [row["guard"] for row in warnings(tmp_path)] == ["leak"]


def test_being_right_late_is_no_leak(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    for step in range(20, 40):
        logged(witness, step, loss=0.5, rewards__accuracies=1.0)
    assert warnings(tmp_path) == []


def test_chosen_answers_that_become_unlikelier_are_told_once(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    for step, chosen in ((0, -100.0), (10, -115.0), (20, -121.0), (30, -150.0)):
        logged(witness, step, eval_loss=0.6, eval_logps__chosen=chosen)
    (row,) = warnings(tmp_path)
    assert row["guard"] == "displacement"
    assert [one["kind"] for one in metrics.read(tmp_path / runs.METRICS)] == ["evaluation"] * 4


def test_of_an_answer_known_by_heart_a_fifth_is_no_displacement(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    for step, chosen in ((0, -8.0), (10, -10.5)):
        logged(witness, step, eval_loss=0.6, eval_logps__chosen=chosen)
    assert warnings(tmp_path) == []


def test_a_wish_to_stop_is_seen_at_the_end_of_a_step(tmp_path: Path) -> None:
    witness, control = a_witness(tmp_path), SimpleNamespace(should_save=False, should_training_stop=False)
    witness.on_step_end(None, None, control)
    assert not control.should_training_stop
    runs.ask_to_stop(tmp_path)
    witness.on_step_end(None, None, control)
    assert (control.should_save, control.should_training_stop, witness.stopped) == (True, True, True)


def test_a_checkpoint_is_marked_only_once_it_is_whole(tmp_path: Path) -> None:
    stand_in_worker.save_checkpoint(tmp_path, 5)
    (tmp_path / "checkpoint-5" / "COMPLETE").unlink()
    a_witness(tmp_path).on_save(None, SimpleNamespace(global_step=5, log_history=[]), None)
    whole = checkpoints.newest(tmp_path)
    assert whole is not None
    assert documents.read(whole.path / "COMPLETE")["origin"] == asdict(ORIGIN)


def test_the_limit_on_checkpoints_never_takes_the_best(tmp_path: Path) -> None:
    witness, history = a_witness(tmp_path), [{"step": 2, "eval_rewards/accuracies": 0.9}]
    for step in (1, 2, 3, 4, 5):
        stand_in_worker.save_checkpoint(tmp_path, step)
        witness.on_save(None, SimpleNamespace(global_step=step, log_history=history), None)
    assert [checkpoint.step for checkpoint in checkpoints.all_whole(tmp_path)] == [2, 4, 5]


def test_an_evaluation_that_is_the_best_so_far_is_saved(tmp_path: Path) -> None:
    witness, rows = a_witness(tmp_path), []
    saved = []
    for step, accuracy in ((0, 0.0), (5, 0.6), (10, 0.5), (15, 0.7)):
        rows.append({"step": step, "eval_rewards/accuracies": accuracy})
        control = SimpleNamespace(should_save=False, should_training_stop=False)
        witness.on_evaluate(None, SimpleNamespace(global_step=step, log_history=rows), control)
        saved += [step] * control.should_save
    assert saved == [5, 15]


def test_a_run_that_goes_on_tells_no_guard_twice_and_measures_from_the_first_start(tmp_path: Path) -> None:
    logged(a_witness(tmp_path), 0, eval_loss=0.6, eval_logps__chosen=-100.0)
    again = a_witness(tmp_path, resumes=True)
    logged(again, 10, eval_loss=0.6, eval_logps__chosen=-119.0)
    assert warnings(tmp_path) == []
    logged(again, 20, eval_loss=0.6, eval_logps__chosen=-121.0)  # a fifth below step 0, not below step 10
    logged(a_witness(tmp_path, resumes=True), 30, eval_loss=0.6, eval_logps__chosen=-150.0)
    assert [(row["guard"], row["step"]) for row in warnings(tmp_path)] == [("displacement", 20)]


def test_the_card_names_what_the_guards_saw_with_the_step_and_no_other_warning(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.warning("3 training prompts were cut.")
    journal.warning("Probably a leak.", guard="leak", step=3)
    journal.event("checkpoint", "Saved step 3.", step=3)
    journal.warning("Sampled answers are 1.5 times as long.", guard="length")
    assert job._guards(tmp_path) == ["Step 3: Probably a leak.", "Sampled answers are 1.5 times as long."]
