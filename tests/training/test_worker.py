"""The worker as a process: a whole run, a resumed run, a stopped run, and truthful failures."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import in_folder, write_run
from training import artefacts, checkpoints, documents, metrics, presets, recipe, runs
from training.exchange import index, luggage, publisher, storage
from training.exchange.mirror import Mirror
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair
from training.runs import Resumption

STEPS = 8
SAME = (
    "loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/margins", "logps/rejected", "num_tokens",
)  # fmt: skip


def quick(**changes: str) -> DpoRecipe:
    settings = {"max_steps": str(STEPS), "save_every": "4", "sample_prompts": "2", "sample_tokens": "8"}
    return recipe.with_changes(presets.find("demo").recipe, {**settings, "lora_dropout": "0.1", **changes})


def start(run: Path) -> "subprocess.Popen[bytes]":
    environment = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    with (run / runs.WORKER_LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "training.worker", str(run)],
            stdout=log, stderr=log, env=os.environ | environment, start_new_session=True,
        )  # fmt: skip


def work(run: Path) -> int:
    code = start(run).wait(timeout=240)
    assert code == 0 or documents.read(run / runs.RESULT)["outcome"] == "failed", runs.log_tail(run, 20)
    return code


def training_rows(run: Path) -> dict[int, dict[str, Any]]:
    return {row["step"]: row for row in metrics.read(run / runs.METRICS) if row["kind"] == "train"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Path:
    """One whole run, read by several tests."""
    from tests.training.conftest import a_pair, write_release

    home = tmp_path_factory.mktemp("workspace")
    train, test = [a_pair(n) for n in range(24)], [a_pair(n) for n in range(100, 108)]
    release = write_release(home / "releases" / "small", train, test)
    run = write_run(home, release, quick(), model=in_folder(untrained_model))
    assert work(run) == 0
    return run


@pytest.mark.trainer
def test_a_run_leaves_everything_a_person_and_a_program_need(finished: Path) -> None:
    told = documents.read(finished / runs.RESULT)
    assert told.pop("best")["checkpoint"].startswith(f"{finished.name}/checkpoint-")
    assert told == {
        "outcome": "completed", "reason": None, "message": f"Completed {STEPS} steps.",
        "step": STEPS, "max_steps": STEPS,
    }  # fmt: skip
    assert artefacts.problems(finished) == ()
    assert checkpoints.newest(finished) is not None
    assert len(json.loads((finished / "evaluation" / "samples.json").read_text(encoding="utf-8"))) == 2
    assert "fingerprint `" + "f" * 64 in (finished / "README.md").read_text(encoding="utf-8")


@pytest.mark.trainer
def test_the_curves_start_at_ln_2_and_hold_every_step(finished: Path) -> None:
    rows = training_rows(finished)
    assert sorted(rows) == list(range(1, STEPS + 1))
    assert rows[1]["loss"] == pytest.approx(0.693147, abs=1e-5)
    assert set(SAME) <= rows[STEPS].keys()
    evaluated = [row["step"] for row in metrics.read(finished / runs.METRICS) if row["kind"] == "evaluation"]
    assert (evaluated[0], evaluated[-1]) == (0, STEPS)


@pytest.mark.trainer
def test_held_out_result_says_how_many_pairs_and_what_the_baselines_reach(finished: Path) -> None:
    held_out = documents.read(finished / "evaluation" / "held_out.json")
    assert held_out["n"] == 8
    assert held_out["before"]["accuracy"] is None
    assert 0 <= held_out["after"]["accuracy"] <= 1
    assert held_out["baselines"]["length"] == 1.0  # the shorter answer always wins here
    assert held_out["best"] == documents.read(finished / runs.RESULT)["best"]


@pytest.mark.trainer
def test_a_resumed_run_equals_the_uninterrupted_one(finished: Path) -> None:
    request = runs.read_request(finished)
    resumes = Resumption(run=finished.name, checkpoint=finished / "checkpoint-4", step=4)
    home, model = finished.parent.parent, request.model
    resumed = write_run(home, request.release, quick(), model=model, name="resumed", resumes=resumes)
    assert work(resumed) == 0
    whole, rest = training_rows(finished), training_rows(resumed)
    assert sorted(rest) == [5, 6, 7, 8]
    for step, row in rest.items():
        assert [row[name] for name in SAME] == pytest.approx([whole[step][name] for name in SAME], abs=1e-6)


@pytest.mark.trainer
def test_a_run_on_a_machine_that_sees_only_a_url_goes_on_from_the_checkpoint_sent_there(
    finished: Path, tmp_path: Path
) -> None:
    request, home = runs.read_request(finished), finished.parent.parent
    resumes = Resumption(run=finished.name, checkpoint=finished / "checkpoint-4", step=4)
    resumed = write_run(home, request.release, quick(), model=request.model, name="sent", resumes=resumes)
    exchange = storage.opened(f"file://{tmp_path}/exchange")
    luggage.pack(resumed, exchange)
    place = luggage.place(exchange, resumed.name)
    turn = str(index.begin_turn(place).now)
    hidden = home.rename(home.with_name("out of sight"))
    try:
        told = work_elsewhere(tmp_path, {"run": resumed.name, "turn": turn, "storage": exchange.url})
    finally:
        hidden.rename(home)
    Mirror(resumed, place).round(last=True)
    assert documents.read(resumed / runs.RESULT)["outcome"] == "completed", told
    assert artefacts.problems(resumed) == ()
    whole, rest = training_rows(finished), training_rows(resumed)
    assert sorted(rest) == [5, 6, 7, 8]
    for step, row in rest.items():
        assert [row[name] for name in SAME] == pytest.approx([whole[step][name] for name in SAME], abs=1e-6)
    assert [one.step for one in checkpoints.all_whole(resumed)] == [8]


def work_elsewhere(machine: Path, asked: dict[str, str]) -> str:
    """One worker of a cluster, in a process of its own, with this folder as its machine; what it prints."""
    code = f"from training.launchers import ray_ground; ray_ground.work({asked!r})"
    environment = {luggage.HOME_VARIABLE: str(machine / "home"), publisher.ROUND_VARIABLE: "0.1"}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stderr


@pytest.mark.trainer
def test_a_second_run_with_another_rate_asks_no_reference_and_says_what_that_saved(finished: Path) -> None:
    request, home = runs.read_request(finished), finished.parent.parent
    release, model = request.release, request.model
    again = write_run(home, release, quick(learning_rate="0.0005"), model=model, name="again")
    assert work(again) == 0
    (saved,) = (row for row in metrics.read(again / runs.EVENTS) if row["kind"] == "reference")
    assert saved["pairs"] == 24 + 8
    assert saved["message"].startswith("What the reference thinks of 32 pairs was known from an earlier run")
    assert f"- Note: {saved['message']}" in (again / "README.md").read_text(encoding="utf-8")
    firsts = [training_rows(run)[1]["grad_norm"] for run in (finished, again)]
    assert firsts[0] == pytest.approx(firsts[1], abs=1e-6), "another dropout than in the run that asked"
    evaluated = [row for row in metrics.read(again / runs.METRICS) if row["kind"] == "evaluation"]
    assert (evaluated[0]["rewards/accuracies"], evaluated[0]["rewards/margins"]) == (0.0, 0.0)
    told = [documents.read(run / "evaluation" / "held_out.json") for run in (finished, again)]
    assert told[0]["baselines"] == told[1]["baselines"]


@pytest.mark.trainer
def test_a_stop_saves_a_checkpoint_that_can_be_gone_on_from(
    tmp_path: Path, small_release: Path, untrained_model: Path
) -> None:
    run = write_run(tmp_path, small_release, quick(max_steps="100000"), model=in_folder(untrained_model))
    process = start(run)
    while len(metrics.read(run / runs.METRICS)) < 4 and process.poll() is None:
        time.sleep(0.1)
    asked = time.monotonic()
    runs.ask_to_stop(run)
    assert process.wait(timeout=120) == 0, runs.log_tail(run, 20)
    result = documents.read(run / runs.RESULT)
    saved = checkpoints.newest(run)
    assert saved is not None
    assert (result["outcome"], result["step"]) == ("stopped", saved.step)
    assert time.monotonic() - asked < 30


@pytest.mark.trainer
def test_a_release_that_has_changed_is_refused_as_a_fault_of_the_data(
    tmp_path: Path, small_release: Path, untrained_model: Path
) -> None:
    with (small_release / "data" / "train-00000-of-00001.parquet").open("ab") as file:
        file.write(b"!")
    run = write_run(tmp_path, small_release, quick(), model=in_folder(untrained_model))
    assert work(run) == 1
    result = documents.read(run / runs.RESULT)
    assert (result["outcome"], result["reason"]) == ("failed", "data")
    assert result["message"].startswith("The release is not what was released: data/train")


@pytest.mark.trainer
def test_dora_with_rank_stabilisation_and_a_weighted_sft_term_trains_and_leaks_no_token(
    tmp_path: Path, small_release: Path, untrained_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hf_" + "notatoken" * 3
    for name in ("HF_TOKEN", "WANDB_API_KEY"):
        monkeypatch.setenv(name, secret)
    settings = quick(
        dora="true", rs_lora="true", loss_types="sigmoid,sft", loss_weights="1,0.2", max_steps="3",
        warmup_steps="1",
        lora_target_modules="all-linear", sample_prompts="0",
    )  # fmt: skip
    run = write_run(tmp_path, small_release, settings, model=in_folder(untrained_model))
    assert work(run) == 0, runs.log_tail(run, 20)
    saved = documents.read(run / "adapter" / "adapter_config.json")
    assert (saved["use_dora"], saved["use_rslora"]) == (True, True)
    # ln 2 and a fifth of the chosen answers' nats a token, which an untrained model has many of
    assert training_rows(run)[1]["loss"] > 0.693 + 0.2
    assert not [path for path in run.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


@pytest.mark.trainer
def test_a_run_that_no_longer_gains_ends_early_and_is_complete(
    tmp_path: Path, small_release: Path, untrained_model: Path
) -> None:
    settings = quick(
        patience="2", evaluate_every="1", learning_rate="1e-9", warmup_steps="0", max_steps="50",
        lora_dropout="0", sample_prompts="0",
    )  # fmt: skip
    run = write_run(tmp_path, small_release, settings, model=in_folder(untrained_model))
    assert work(run) == 0, runs.log_tail(run, 20)
    result = documents.read(run / runs.RESULT)
    assert result["outcome"] == "completed"
    assert result["step"] == result["max_steps"] < 50
    assert artefacts.problems(run) == ()


@pytest.mark.trainer
def test_kto_learns_from_single_answers_and_from_pairs_judged_both_bad(
    tmp_path: Path, untrained_model: Path
) -> None:
    from tests.training.conftest import a_pair, write_release

    release = write_release(
        tmp_path / "release", [a_pair(n) for n in range(8)], [a_pair(n) for n in range(100, 104)]
    )
    write_both_bad(release, [a_pair(n) for n in (50, 51, 100)])  # the prompt of pair 100 is held out
    settings = quick(
        method="kto",
        max_steps="0",
        epochs="1",
        micro_batch="2",
        accumulation="1",
        warmup_steps="1",
        patience="9",
    )
    run = write_run(tmp_path, release, settings, model=in_folder(untrained_model))
    assert work(run) == 0, runs.log_tail(run, 20)
    rows = training_rows(run)
    assert len(rows) == 5  # 8 + 2 pairs, 2 of them at once
    assert rows[1]["loss"] == pytest.approx(0.5, abs=1e-4)
    assert {"kl", "rewards/margins", "logps/chosen"} <= rows[5].keys()
    assert documents.read(run / "evaluation" / "held_out.json")["n"] == 4
    assert artefacts.problems(run) == ()


def write_both_bad(release: Path, pairs: list[PreferencePair]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    rows = [
        {
            "pair_id": pair.pair_id, "prompt": list(pair.prompt), "verdict": "both_bad",
            "answer_1": [{"role": "assistant", "content": pair.chosen}],
            "answer_2": [{"role": "assistant", "content": pair.rejected}],
        }
        for pair in pairs
    ]  # fmt: skip
    parquet.write_table(pa.Table.from_pylist(rows), release / "ties.parquet")
