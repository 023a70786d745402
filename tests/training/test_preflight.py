"""What is found before a start, on real files."""

import hashlib
import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from training import (
    base_model,
    devices,
    documents,
    errors,
    preflight,
    presets,
    recipe_findings,
    release_findings,
    release_folder,
    runs,
)
from training.choices import Report, Tuning
from training.findings import Finding, Severity

DEMO = base_model.parse("demo")
RECIPE = presets.find("demo").recipe


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = Workspace(home=tmp_path_factory.mktemp("home"))
    home.create()
    return home


def in_release(release: Path) -> dict[str, Finding]:
    """What is found in a release, by id."""
    found: list[Finding] = []
    release_findings.opened(release, found)
    return {one.id: one for one in found}


def in_recipe(release: Path, **changes: Any) -> dict[str, Finding]:
    """What is found in the demo recipe with these changes, by id."""
    settings, opened = replace(RECIPE, **changes), release_folder.load(release)
    return {one.id: one for one in recipe_findings.of(settings, opened, devices.current())}


def found(
    release: Path, space: Workspace, model: base_model.BaseModel = DEMO, **changes: Any
) -> dict[str, Finding]:
    """All findings by id, lengths included, of the demo recipe with these changes."""
    settings = replace(RECIPE, **changes)
    return {one.id: one for one in preflight.check(release, model, settings, space=space).findings}


def test_a_sound_start_has_no_error_and_says_memory_disk_and_time(tmp_path: Path, space: Workspace) -> None:
    seen = preflight.check(run_folders.a_release(tmp_path / "tiny"), DEMO, RECIPE, space=space)
    assert seen.errors == ()
    assert {"memory", "disk", "time"} <= {one.id for one in seen.findings}
    assert seen.memory_bytes > 2**29
    assert seen.seconds > 5


def test_a_release_that_was_changed_is_refused(tmp_path: Path) -> None:
    release = run_folders.a_release(tmp_path / "tiny")
    data = release / "data/train-00000-of-00001.parquet"
    data.write_bytes(data.read_bytes() + b" ")
    changed = in_release(release)["release-changed"]
    assert (changed.severity, changed.value, changed.threshold) == (Severity.ERROR, 1, 0)
    assert "data/train-00000-of-00001.parquet has changed" in changed.message


def test_a_file_added_to_the_data_is_refused_because_it_would_be_trained_on(tmp_path: Path) -> None:
    release = run_folders.a_release(tmp_path / "tiny")
    shutil.copy(release / "data/train-00000-of-00001.parquet", release / "data/train-extra.parquet")
    assert "data/train-extra.parquet was added" in in_release(release)["release-changed"].message


@pytest.mark.parametrize("content", ["", "[]", '{"name": "tiny"}'], ids=["empty", "a list", "no fingerprint"])
def test_a_folder_without_a_manifest_that_can_be_read_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    assert in_release(tmp_path)["release-unreadable"].severity is Severity.ERROR


def test_a_file_that_is_no_parquet_is_refused_although_its_hash_is_right(tmp_path: Path) -> None:
    release = run_folders.a_release(tmp_path / "tiny")
    name = "data/train-00000-of-00001.parquet"
    (release / name).write_bytes(b"nonsense")
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256(b"nonsense").hexdigest()
    (release / "manifest.json").write_text(json.dumps(manifest))
    assert "no readable Parquet file" in in_release(release)["release-unreadable"].message


def test_pairs_that_cannot_teach_are_refused_and_counted(tmp_path: Path) -> None:
    answers = [[{"role": "assistant", "content": text}] for text in ("", "Worse 1.", "Good.")]
    release = run_folders.a_release(tmp_path / "tiny", train=3, chosen=answers)
    findings = in_release(release)
    assert (findings["side-empty"].value, findings["sides-identical"].value) == (1, 1)
    assert findings["sides-identical"].message.startswith(
        "Pairs with two equal answers: 1. The first is pair-1."
    )


@pytest.mark.parametrize(
    ("changes", "name", "severity"),
    [
        ({"warmup_steps": 60}, "recipe-warmup-steps", Severity.ERROR),
        ({"max_steps": 600}, "repeats", Severity.WARNING),
        ({"tuning": Tuning.LORA_4BIT}, "device-4bit", Severity.WARNING),
    ],
    ids=["warm-up", "too many passes", "4-bit on a processor"],
)
def test_settings_that_do_not_fit_are_found(
    tmp_path: Path, changes: dict[str, Any], name: str, severity: Severity
) -> None:
    assert in_recipe(run_folders.a_release(tmp_path / "tiny"), **changes)[name].severity is severity


@pytest.mark.skipif(importlib.util.find_spec("wandb") is not None, reason="wandb is installed")
def test_a_package_that_the_recipe_needs_and_is_not_there_is_named(tmp_path: Path) -> None:
    findings = in_recipe(run_folders.a_release(tmp_path / "tiny"), report_to=Report.WANDB)
    assert findings["package-wandb"].message.endswith("pip install -r requirements-trackers.txt")


@pytest.mark.parametrize(("test", "warned"), [(0, True), (49, True), (50, False)])
def test_few_held_out_pairs_are_a_warning(tmp_path: Path, test: int, warned: bool) -> None:
    findings = in_release(run_folders.a_release(tmp_path / "tiny", test=test))
    assert (findings["test-small"].severity is Severity.WARNING) is warned


def test_a_release_without_training_pairs_is_refused(tmp_path: Path) -> None:
    findings = in_release(run_folders.a_release(tmp_path / "tiny", train=0))
    assert findings["train-empty"].severity is Severity.ERROR


def test_a_model_too_big_for_memory_and_disk_is_refused(tmp_path: Path, space: Workspace) -> None:
    # The file is sparse: 2.8 TB of nothing.
    folder = tmp_path / "giant"
    folder.mkdir()
    header = {"model.layers.0.up_proj.weight": {"dtype": "F32", "shape": [700_000, 1_000_000]}}
    header["model.layers.0.up_proj.weight"]["data_offsets"] = [0, 2_800_000_000_000]
    text = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + 2_800_000_000_000)
    (folder / "config.json").write_text('{"hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 8}')
    (folder / "tokenizer_config.json").write_text("{}")
    release = run_folders.a_release(tmp_path / "tiny")
    findings = found(release, space, base_model.parse(str(folder)), tuning=Tuning.FULL)
    assert findings["memory"].severity is findings["disk"].severity is Severity.ERROR
    assert findings["tokenizer"].severity is Severity.ERROR


def test_a_model_that_is_not_there_is_refused(tmp_path: Path, space: Workspace) -> None:
    gone = base_model.BaseModel(kind=base_model.ModelKind.PATH, name="gone", path=str(tmp_path / "gone"))
    findings = found(run_folders.a_release(tmp_path / "tiny"), space, gone)
    assert findings["model-missing"].severity is Severity.ERROR


def test_the_worst_comes_first_and_the_refusal_says_every_error(tmp_path: Path, space: Workspace) -> None:
    release = run_folders.a_release(tmp_path / "tiny", train=0, test=0)
    seen = preflight.check(release, DEMO, replace(RECIPE, warmup_steps=60), space=space)
    assert [one.severity for one in seen.findings] == sorted(
        (one.severity for one in seen.findings), key=list(Severity).index
    )
    with pytest.raises(errors.PreflightRefused, match=r"no training pairs.*The warm-up of 60 steps") as told:
        seen.raise_for_errors()
    assert str(told.value).count("\n") == 0


def test_another_file_recipe_or_model_makes_another_key(tmp_path: Path) -> None:
    release = run_folders.a_release(tmp_path / "tiny")
    key = preflight.key(release, DEMO, RECIPE)
    assert key == preflight.key(release, DEMO, RECIPE)
    others = {
        preflight.key(release, DEMO, replace(RECIPE, beta=0.2)),
        preflight.key(release, base_model.parse("owner/name"), RECIPE),
    }
    (release / "manifest.json").write_text("{}")
    assert len(others | {key, preflight.key(release, DEMO, RECIPE)}) == 4


def test_who_went_on_in_spite_of_warnings_is_written_down(tmp_path: Path, space: Workspace) -> None:
    release = run_folders.a_release(tmp_path / "tiny", test=10)
    seen = preflight.check(release, DEMO, RECIPE, space=space)
    preflight.write(tmp_path, seen, acknowledged_by="lead-1")
    content = documents.read(tmp_path / runs.PREFLIGHT)
    assert content["acknowledged_by"] == "lead-1"
    assert content["findings"][0].keys() == {"id", "severity", "value", "threshold", "message", "pairs"}


def test_pairs_that_are_cut_are_counted_and_those_left_with_nothing_are_refused(
    tmp_path: Path, space: Workspace
) -> None:
    long = "because the sea is deep and the night is long " * 20
    answers = [[{"role": "assistant", "content": long + end}] for end in ("yes", "no")]
    release = run_folders.a_release(
        tmp_path / "tiny", train=1, test=0, chosen=[answers[0]], rejected=[answers[1]]
    )
    findings = found(release, space, max_length=64, max_prompt_length=32)
    assert (findings["pairs-cut"].severity, findings["pairs-cut"].value) == (Severity.WARNING, 1)
    assert (findings["same-after-cut"].severity, findings["same-after-cut"].value) == (Severity.ERROR, 1)


def test_the_exact_text_shows_what_the_loss_covers(tmp_path: Path, space: Workspace) -> None:
    release = run_folders.a_release(tmp_path / "tiny")
    asked, longest, shortest, first = preflight.exact_texts(
        release, DEMO, RECIPE, 1, pairs=["pair-57"], space=space
    )
    assert (asked.pair_id, asked.why, first.pair_id) == ("pair-57", "asked for", "pair-0")
    assert len(longest.chosen_tokens) >= len(first.chosen_tokens) >= len(shortest.chosen_tokens)
    covered = "".join(token.text for token in first.chosen_tokens if token.in_loss)
    assert covered == "Answer 0.<|im_end|>"
    assert first.chosen == first.prompt + covered


def test_a_tokenizer_that_does_not_load_is_said(tmp_path: Path, space: Workspace) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    header = b'{"a.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}'
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text("{}")
    model, release = base_model.parse(str(folder)), run_folders.a_release(tmp_path / "tiny")
    with pytest.raises(errors.ProbeFailed, match=str(folder)):
        preflight.exact_texts(release, model, RECIPE, 1, space=space)
