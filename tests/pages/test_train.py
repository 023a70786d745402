"""The page Train: what the recipe's form offers, and the recipe that it holds."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.training.conftest import a_pair, write_release, write_run
from training import base_model, presets, recipe, runs

PAGE = Path(__file__).parents[2] / "pages" / "train.py"


@pytest.fixture
def page(home: Path) -> AppTest:
    write_release(home / "releases" / "v1", [a_pair(n) for n in range(60)], [a_pair(100)])
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def command(page: AppTest) -> str:
    return str(page.code[0].value)


def test_label_smoothing_is_offered_only_where_a_loss_uses_it(page: AppTest) -> None:
    smoothing = "knob-demo-label_smoothing"
    assert smoothing not in {field.key for field in page.text_input}
    page.multiselect(key="knob-demo-loss_types").set_value(["robust"]).run()
    page.text_input(key=smoothing).set_value("0.2").run()
    assert "--set label_smoothing=0.2" in command(page)
    page.multiselect(key="knob-demo-loss_types").set_value(["sigmoid"]).run()
    assert "--set label_smoothing" not in command(page)
    assert not page.exception


def test_the_recipe_made_for_a_release_says_why(page: AppTest) -> None:
    page.selectbox(key="train-preset-True-v1").select_index(1).run()
    assert any("one pass over 60 pairs, 15 steps" in caption.value for caption in page.caption)
    assert "--set beta=0.3" in command(page)
    assert not page.exception


def test_two_recipes_are_compared_a_run_among_them(page: AppTest, home: Path) -> None:
    release = home / "releases" / "v1"
    settings = recipe.with_changes(presets.find("demo").recipe, {"beta": "0.7"})
    run = write_run(home, release, settings, model=base_model.parse("demo"))
    runs.write_state(run, runs.State(run=run.name))
    page.run()
    page.selectbox(key="train-recipe-other").select("Run 01 Jan 00:00 aaaa · demo on small").run()
    assert page.dataframe[0].value[["key", "This recipe"]].to_numpy().tolist() == [["beta", "0.1"]]
    assert not page.exception


def test_the_loss_and_the_weights_of_single_answers_are_offered_only_with_kto(page: AppTest) -> None:
    weight = "knob-demo-desirable_weight"
    loss = "knob-demo-kto_loss"
    assert not {weight, loss} & {field.key for field in [*page.text_input, *page.selectbox]}
    page.selectbox(key="knob-demo-method").select("kto").run()
    page.text_input(key=weight).set_value("1.2").run()
    page.selectbox(key=loss).select("apo_zero_unpaired").run()
    assert "--set desirable_weight=1.2" in command(page)
    assert "--set kto_loss=apo_zero_unpaired" in command(page)
    assert not page.exception


def test_kto_takes_the_place_of_the_losses_of_pairs_instead_of_being_refused_for_them(page: AppTest) -> None:
    losses = "knob-demo-loss_types"
    page.multiselect(key=losses).set_value(["sigmoid", "sft"]).run()
    page.text_input(key="knob-demo-loss_weights").set_value("1, 0.2").run()
    page.selectbox(key="knob-demo-method").select("kto").run()
    assert losses not in {field.key for field in page.multiselect}
    assert "knob-demo-loss_weights" not in {field.key for field in page.text_input}
    assert "--set method=kto" in command(page)
    assert "--set loss" not in command(page)
    assert not page.exception


def test_what_shapes_an_adapter_is_offered_only_where_there_is_one(page: AppTest) -> None:
    def offered() -> set[str]:
        fields = {str(field.key).removeprefix("knob-demo-") for field in [*page.text_input, *page.toggle]}
        return fields & {"lora_rank", "lora_target_modules", "dora", "double_quantization"}

    assert offered() == {"lora_rank", "lora_target_modules", "dora"}
    page.toggle(key="knob-demo-dora").set_value(True).run()
    page.selectbox(key="knob-demo-tuning").select("lora_4bit").run()
    assert offered() == {"lora_rank", "lora_target_modules", "dora", "double_quantization"}
    page.toggle(key="knob-demo-double_quantization").set_value(True).run()
    page.selectbox(key="knob-demo-tuning").select("full").run()
    assert offered() == set()
    command_line = command(page)  # neither would be accepted with weights that have no adapter
    assert "dora" not in command_line
    assert "double_quantization" not in command_line
    assert not page.exception


def test_a_base_model_that_is_not_there_gets_a_sentence_and_the_recipe_stays(page: AppTest) -> None:
    page.selectbox(key="train-model").select("path").run()
    page.text_input(key="train-model-path").set_value("/nowhere/model").run()
    assert not page.exception
    assert page.error[0].value.startswith("There is no model folder '/nowhere/model'")
    assert any(field.label == "Beta" for field in page.text_input)
    assert not any(button.key == "train-start" for button in page.button)


def test_a_file_that_is_no_recipe_says_why_and_nothing_else_seems_chosen(page: AppTest) -> None:
    page.file_uploader(key="train-recipe-file").upload("mine.yaml", b"preset: demo\nbata: 0.2\n").run()
    assert not page.exception
    assert "Did you mean beta?" in page.error[0].value
    assert [field.value for field in page.text_input if field.label == "Recipe"] == ["mine.yaml"]
    assert not any(button.key == "train-start" for button in page.button)
