"""An evaluation as a process: a real tuned adapter beside its base, from start to comparison file."""

import signal
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.conftest import a_pair, in_folder, write_release
from training import documents, errors, metrics, presets, recipe, run_views, runs, supervisor, verification
from training.evaluating import asked, contents, doubts, held_out, rows, start
from training.evaluating.asked import Sampling
from training.launchers import local
from training.runs import RunState
from training.supervisor import StartRequest

pytestmark = pytest.mark.trainer
PROMPTS = 6
QUICK = Sampling(longest=12, batch=4, seed=7)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Path:
    """A completed run on random weights, with a rate high enough for the adapter to change the answers."""
    space = Workspace(home=tmp_path_factory.mktemp("workspace"))
    release = write_release(
        space.releases / "small", [a_pair(n) for n in range(24)], [a_pair(n) for n in range(100, 108)]
    )
    changes = {
        "max_steps": "4",
        "warmup_steps": "0",
        "save_every": "2",
        "sample_prompts": "1",
        "sample_tokens": "4",
    }
    settings = recipe.with_changes(presets.find("demo").recipe, {**changes, "learning_rate": "0.05"})
    model = in_folder(untrained_model)
    request = StartRequest(release=release, model=model, recipe=settings, by="lead", space=space)
    run = space.runs / supervisor.start(request)
    assert run_folders.until(run, lambda state: state.state.is_final, 120).state is RunState.COMPLETED
    return run


@pytest.fixture(scope="module")
def evaluated(trained: Path) -> Path:
    """The run's model and one checkpoint beside the base, on held-out prompts."""
    prompts = start.held_out_prompts(runs.read_request(trained).release, PROMPTS)
    contestants = [start.of_run(trained), *start.of_checkpoints(trained)]
    made = start.start(trained, prompts, by="lead", contestants=contestants, sampling=QUICK)
    return ended(trained.parent / made)


def ended(folder: Path) -> Path:
    run_folders.until(folder, lambda state: state.state.is_final, 120)
    return folder


def test_every_model_answers_every_prompt_once(evaluated: Path) -> None:
    assert runs.read_state(evaluated).state is RunState.COMPLETED
    made = [(row.contestant, row.number) for row in rows.answers(evaluated)]
    assert sorted(made) == sorted(
        (name, number) for name in ("base", "tuned", "step 2") for number in range(PROMPTS)
    )


def test_each_answer_names_the_adapter_that_the_model_itself_had_switched_on(evaluated: Path) -> None:
    active = {row.contestant: row.adapters for row in rows.answers(evaluated)}
    assert active["base"] == ()
    assert len(active["tuned"]) == len(active["step 2"]) == 1
    assert active["tuned"] != active["step 2"]


def test_the_adapter_changes_what_is_answered(evaluated: Path) -> None:
    wrote = {(row.contestant, row.number): row.text for row in rows.answers(evaluated)}
    assert any(wrote["base", number] != wrote["tuned", number] for number in range(PROMPTS))


def test_held_out_figures_equal_those_that_the_run_itself_has_measured(
    trained: Path, evaluated: Path
) -> None:
    own = documents.read(trained / "evaluation" / "held_out.json")
    here = documents.read(evaluated / contents.HELD_OUT)
    assert here["accuracy"] == own["after"]["accuracy"]
    assert here["contestants"]["tuned"]["margin"] == pytest.approx(own["after"]["margin"], abs=1e-5)
    assert here["contestants"]["base"]["accuracy"] is None
    assert here["baselines"] == own["baselines"]
    assert here["n"] == 8
    assert set(here["baselines"]) == {"length", "source_classifier", "reference_likelihood"}


def test_held_out_pairs_are_told_by_group_for_every_tuned_model(evaluated: Path) -> None:
    here = documents.read(evaluated / contents.HELD_OUT)
    (group,) = here["groups"]["length"]  # in this release the padded answer is always longer, and rejected
    assert (group["name"], group["n"]) == ("rejected longer", 8)
    assert set(group["contestants"]) == {"tuned", "step 2"} == set(here["calibration"])
    assert group["contestants"]["tuned"]["accuracy"] == here["accuracy"]


def test_the_comparison_holds_every_two_answers_and_who_wrote_them(evaluated: Path) -> None:
    found = metrics.read(evaluated / contents.COMPARISON)
    assert len(found) == 3 * PROMPTS
    wrote = {(row.contestant, row.number): row.text for row in rows.answers(evaluated)}
    request = runs.read_request(evaluated)
    assert request.evaluation is not None
    labels = asked.model_names(request.evaluation, request.model.label)
    names = {label: name for name, label in labels.items()}
    assert set(labels) == {"base", "tuned", "step 2"}
    for row in found:
        assert row["answer_1"] == wrote[names[row["model_1"]], row["number"]]
        assert row["answer_2"] == wrote[names[row["model_2"]], row["number"]]


def test_a_finished_evaluation_is_whole_and_no_training_run(evaluated: Path, trained: Path) -> None:
    space = Workspace(home=trained.parent.parent)
    assert verification.problems(evaluated) == ()
    assert [view.id for view in run_views.list_runs(space)] == [trained.name]
    assert evaluated.name in [view.id for view in run_views.list_evaluations(space)]


def test_killed_in_the_middle_nothing_is_made_twice_and_the_answers_are_the_same(
    trained: Path, evaluated: Path
) -> None:
    prompts = start.held_out_prompts(runs.read_request(trained).release, PROMPTS)
    again = trained.parent / start.start(trained, prompts, by="lead", sampling=QUICK)
    run_folders.until(again, lambda _: contents.made(again) >= 4, 120)
    worker = local.status(again)
    if worker is not None:  # it may be faster than we are
        local.stop(again, signal.SIGKILL)
    state = runs.read_state(ended(again))
    kept = contents.made(again)
    if state.state is not RunState.COMPLETED:
        assert state.reason is runs.Reason.KILLED
        resumed = trained.parent / supervisor.resume(again, by="lead")
        assert runs.read_state(resumed).step == kept
        again = ended(resumed)
    assert runs.read_state(again).state is RunState.COMPLETED
    here = {(row.contestant, row.number): row.text for row in rows.answers(again)}
    there = {(row.contestant, row.number): row.text for row in rows.answers(evaluated)}
    assert len(rows.answers(again)) == len(here) == 2 * PROMPTS
    assert here == {key: there[key] for key in here}


def test_margins_of_training_pairs_follow_the_adapter(evaluated: Path) -> None:
    scores = rows.scores(evaluated)
    tuned = held_out.margins(scores, "tuned", beta=0.1, split="test")
    base = held_out.margins(scores, "base", beta=0.1, split="test")
    assert len(tuned) == 8
    assert set(base.values()) == {0.0}
    assert all(value != 0 for value in tuned.values())


def test_a_run_that_has_not_completed_is_not_evaluated(trained: Path, tmp_path: Path) -> None:
    run = Workspace(home=tmp_path).runs / "20260101T000000Z-aaaa"
    run.mkdir(parents=True)
    runs.write_state(run, runs.State(run=run.name, state=RunState.STOPPED))
    with pytest.raises(errors.NotResumable, match="is stopped"):
        start.of_run(run)


def test_two_models_of_one_name_are_told_apart_before_anything_starts(trained: Path) -> None:
    tuned = start.of_run(trained)
    with pytest.raises(errors.RecipeError, match="called 'tuned'"):
        start.start(trained, [], by="lead", contestants=[tuned, tuned])


def test_a_sampling_setting_out_of_range_is_said_with_its_range(trained: Path) -> None:
    with pytest.raises(errors.RecipeError, match="temperature is 3; set it from 0 to 2"):
        start.start(trained, [], by="lead", sampling=Sampling(temperature=3.0))


def test_what_was_asked_reads_back_as_it_was_written(trained: Path) -> None:
    wanted = asked.Asked(
        run=trained.name, contestants=(start.of_run(trained),), prompts=3, sampling=QUICK, scored=("test",)
    )
    assert asked.from_dict(wanted.to_dict()) == wanted


def test_training_pairs_are_read_only_when_asked_for(trained: Path, evaluated: Path) -> None:
    assert doubts.margins(evaluated) == []
    made = start.start(trained, [], by="lead", scored=("train",), sampling=QUICK)
    folder = ended(trained.parent / made)
    assert runs.read_state(folder).state is RunState.COMPLETED
    found = doubts.margins(folder)
    assert len(found) == 24
    assert all(one.chosen.startswith("The capital is") for one in found)
    assert all(one.margin != 0 and one.reference for one in found)
