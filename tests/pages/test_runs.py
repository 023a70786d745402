"""The page Runs: one run, several beside each other, all of them, and the queue."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from curation import workspace
from pages.parts import run_words
from tests.pages import finished_runs
from training import documents, locks, metrics, runs, supervisor
from training.runs import RunState

PAGE = Path(__file__).parents[2] / "pages" / "runs.py"


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*page.caption, *page.markdown, *page.info))


def test_a_run_says_how_fast_it_was_what_it_reached_and_how_to_read_its_curves(home: Path) -> None:
    finished_runs.write(home)
    said = words(opened())
    assert "1 s a step · 500 tokens a second · at most 0.7 GiB of memory" in said
    assert "75 % at step 20" in said  # the best on the way
    for misread in ("Stuck at 0.693", "At step 0 it is 0, not 0.5", "below 0 is common", "Near 1 at once"):
        assert misread in said
    assert "after 40 steps the loss is still 0.693, where it began" in said


def test_a_run_of_kto_names_its_best_checkpoint_by_margin(home: Path) -> None:
    run = finished_runs.write(home, method="kto")
    best = {"step": 20, "margin": 0.65, "checkpoint": f"{run.name}/checkpoint-20"}
    documents.write(run / runs.RESULT, {"outcome": "completed", "best": best})
    said = words(opened())
    assert "0.650 at step 20" in said
    assert "it is 0 nearly everywhere" in said  # TRL clamps its estimate of the distance


def test_a_run_is_called_by_date_model_and_release_wherever_it_is_chosen_and_its_id_stands_on_its_page(
    home: Path,
) -> None:
    runs_there = [finished_runs.write(home, number) for number in range(2)]
    page = opened()
    (box,) = [each for each in page.selectbox if each.label == "Run"]
    assert box.options[0] == "20 Nov 09:00 0001 · demo on v1 · Completed"
    assert runs_there[1].name in words(page).replace("\\", "")
    chosen = opened(view="Compare").multiselect[0]
    assert chosen.options == ["20 Nov 09:00 0001 · demo on v1", "20 Nov 08:00 0000 · demo on v1"]


def test_an_id_of_another_shape_is_shown_as_it_is() -> None:
    assert run_words.name("20261122T182600Z-1f2ea2a1") == "22 Nov 18:26 a2a1"
    assert run_words.name("by-hand") == "by-hand"


def test_a_failed_run_says_its_cause_beside_its_state_and_then_one_sentence(home: Path) -> None:
    run = finished_runs.write(home, state=RunState.FAILED)
    told = "The worker process was ended by SIGKILL. Resume it from step 40."
    runs.write_state(run, replace(runs.read_state(run), reason=runs.Reason.KILLED, message=told))
    page = opened()
    assert page.error[0].value == told
    assert "Failed: killed from outside" in words(page)


def test_what_the_guards_saw_stands_open_and_what_was_known_before_behind_a_click(home: Path) -> None:
    run = finished_runs.write(home)
    told: list[metrics.Row] = [
        {"kind": "warning", "message": "Probably a leak.", "guard": "leak", "step": 3},
        {"kind": "warning", "message": "3 prompts were cut."},
    ]
    metrics.write(run / runs.EVENTS, told)
    seen = {"severity": "W", "message": "There are only 19 held-out pairs."}
    documents.write(run / runs.PREFLIGHT, {"findings": [seen, {"severity": "I", "message": "Fits."}]})
    page = opened()
    assert [each.value for each in page.warning] == ["Step 3: Probably a leak."]
    (notes,) = [each for each in page.expander if each.label == "Noted before the first step: 2"]
    assert [each.value for each in notes.caption] == [
        "There are only 19 held-out pairs.",
        "3 prompts were cut.",
    ]


def test_the_log_is_searched_as_a_whole_and_shown_as_plain_text(home: Path) -> None:
    finished_runs.write(home)
    page = opened()
    page.text_input(key="run-log-search").set_value("STEP 7 <B>").run()
    assert page.code[0].value == "      8  step 7 <b>bold</b>"
    assert "1 line." in words(page)


def test_runs_are_compared_by_figures_and_by_where_their_recipes_differ(home: Path) -> None:
    finished_runs.write(home, 0, learning_rate="1e-4")
    finished_runs.write(home, 1, learning_rate="2e-4")
    page = opened(view="Compare")
    figures, recipes = (table.value for table in page.table)
    assert list(figures.loc["Held-out accuracy"]) == ["70 %", "70 %"]
    assert list(recipes.loc["Learning rate"]) == ["0.0002", "0.0001"]
    assert len(recipes) == 1


def test_all_runs_stand_in_one_table_however_many(home: Path) -> None:
    for number in range(60):
        finished_runs.write(home, number, state=RunState.FAILED if number % 3 == 0 else RunState.COMPLETED)
    table = opened(view="All runs").dataframe[0].value
    assert len(table) == 60
    assert table["Run"].iloc[0] == "003b"  # the newest, number 59
    assert set(table["State"]) == {"Completed", "Failed"}


def test_a_merged_model_is_found_downloaded_and_deleted_when_its_run_is_gone(home: Path) -> None:
    run = finished_runs.write(home, 1)
    _other, merge = (finished_runs.write_merge(home, number, of=run.name) for number in (2, 3))
    assert opened(view="Models").dataframe[0].value["Run"].str.endswith("0001").all()
    shutil.rmtree(run)
    page = opened()  # no run is left, so nothing else can be shown
    assert list(page.dataframe[0].value["Run"]) == ["deleted"] * 2
    assert "Compared on 32 texts." in words(page)
    assert [each.proto.label for each in page.get("link_button")] == ["Download"]
    page.button(key=f"delete-{merge.name}").click().run()
    assert not page.exception
    assert list(page.dataframe[0].value["Model"]) == ["20 Nov 10:00 0002"]
    assert not merge.exists()


def test_before_a_run_is_deleted_one_reads_what_is_lost_and_what_stays(home: Path) -> None:
    finished_runs.write(home)
    said = words(opened())
    assert "Weights, checkpoints, curves, samples and log:" in said
    assert "MiB that cannot be brought back." in said
    assert "The release and the base model stay." in said


def test_a_run_that_has_completed_says_so_once(home: Path) -> None:
    finished_runs.write(home)
    said = words(opened())
    assert said.count("ompleted") == 1
    assert "40 steps · 40 seconds from start to end · 1 s a step" in said


def test_a_lead_lets_a_waiting_run_go_next_and_the_audit_knows(home: Path) -> None:
    waiting = [finished_runs.write(home, number, state=RunState.QUEUED) for number in range(2)]
    held = [locks.try_take(run / runs.SUPERVISOR_LOCK) for run in waiting]
    page = opened()
    page.button(key=f"run-next-{waiting[1].name}").click().run()
    assert not page.exception
    assert supervisor.waiting(workspace.current()) == waiting[::-1]
    for descriptor in filter(None, held):
        os.close(descriptor)


def test_the_list_says_what_a_run_is_at_now_and_keeps_what_was_chosen(home: Path) -> None:
    older, newer = finished_runs.write(home, 1), finished_runs.write(home, 2, state=RunState.STOPPED)
    page = opened()
    (box,) = [each for each in page.selectbox if each.label == "Run"]
    assert [option.rpartition(" · ")[2] for option in box.options] == ["Stopped, can be resumed", "Completed"]
    box.select(older.name).run()
    runs.write_state(newer, replace(runs.read_state(newer), state=RunState.COMPLETED))
    page.run()
    (box,) = [each for each in page.selectbox if each.label == "Run"]
    assert [option.rpartition(" · ")[2] for option in box.options] == ["Completed", "Completed"]
    assert box.value == older.name
