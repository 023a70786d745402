"""A merge as a process: a real adapter folded into its base, compared, refused where it does not agree."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.conftest import in_folder, write_run
from training import documents, errors, presets, run_views, runs, verification
from training.merging import agreement, start
from training.merging.asked import CHECK, Kind
from training.runs import RunState

pytestmark = pytest.mark.trainer


@pytest.fixture(scope="module")
def merged(completed_run: Path) -> Path:
    folder = completed_run.parent / start.start(completed_run, by="lead", request_id="once")
    state = run_folders.until(folder, lambda state: state.state.is_final, 120)
    assert state.state is RunState.COMPLETED, state.message
    return folder


def loaded(path: Path, **settings: Any) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(str(path), **settings).eval()


def test_the_merged_model_was_compared_on_32_texts_and_agrees(merged: Path) -> None:
    checked = documents.read(merged / CHECK)
    assert checked["texts"] == agreement.PAIRS
    assert (checked["problem"], checked["swapped"]) == (None, 0)
    assert checked["mean"] < agreement.MEAN_LIMIT


def test_it_is_a_whole_model_of_16_bits_that_verifies(merged: Path) -> None:
    import torch

    model = loaded(merged / "model", dtype="auto")
    assert {each.dtype for each in model.parameters()} == {torch.bfloat16}
    assert verification.problems(merged) == ()


def test_a_changed_weight_file_no_longer_verifies(merged: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(merged, tmp_path / merged.name))
    (copy / "model" / "config.json").write_text("{}", encoding="utf-8")
    assert verification.problems(copy) == ("model/config.json has changed",)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks transformers so
def test_it_says_what_the_base_with_the_adapter_says(merged: Path, completed_run: Path) -> None:
    """And the base alone does not, so the comparison can fail."""
    import torch
    from peft import PeftModel

    from training.merging import work

    base = Path(runs.read_request(completed_run).model.path)
    text = torch.arange(5, 45)[None]
    seen = work.predictions(PeftModel.from_pretrained(loaded(base), completed_run / "adapter").eval(), text)

    def compared(path: Path) -> agreement.Agreement:
        return agreement.of([work.places(loaded(path, dtype=torch.float32), text, seen)])

    assert compared(merged / "model").problem is None
    assert compared(base).problem is not None


def test_asking_twice_makes_one_merge_and_training_runs_are_listed_without_it(
    merged: Path, completed_run: Path
) -> None:
    assert start.start(completed_run, by="lead", request_id="once") == merged.name
    space = Workspace(home=completed_run.parent.parent)
    assert [run.id for run in run_views.list_merges(space)] == [merged.name]
    assert merged.name not in [run.id for run in run_views.list_runs(space)]


def test_an_unfinished_run_and_a_whole_model_are_refused_with_their_reason(
    small_release: Path, untrained_model: Path, tmp_path: Path
) -> None:
    recipe = presets.find("demo").recipe
    run = write_run(tmp_path, small_release, recipe, model=in_folder(untrained_model))
    runs.write_state(run, runs.State(run=run.name, state=RunState.STOPPED))
    with pytest.raises(errors.NotResumable, match="Only a completed run can be merged"):
        start.start(run, by="lead")
    runs.write_state(run, runs.State(run=run.name, state=RunState.COMPLETED))
    (run / "model").mkdir()
    with pytest.raises(errors.ModelMissing, match="is a whole model already"):
        start.start(run, by="lead")


def test_a_model_larger_than_the_memory_is_refused_before_anything_is_loaded(
    completed_run: Path, tmp_path: Path
) -> None:
    huge = tmp_path / "huge"
    huge.mkdir()
    entry = {"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 0]}
    header = json.dumps({"embed": entry}).encode()
    (huge / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    (huge / "config.json").write_text('{"hidden_size": 8}', encoding="utf-8")
    (huge / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    run = Path(shutil.copytree(completed_run, tmp_path / "runs" / completed_run.name))
    runs.write_request(run, dataclasses.replace(runs.read_request(run), model=in_folder(huge)))
    with pytest.raises(errors.PreflightRefused, match=r"needs 4096\.0 GiB of memory"):
        start.start(run, by="lead", kind=Kind.FLOAT16)
