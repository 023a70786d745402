"""Real runs that report to other projects' trackers without a network: files in the run, and no token."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.training.conftest import in_folder, write_run
from tests.training.test_worker import quick, work
from training import runs, trackers
from training.choices import Report

SECRET = "hf_" + "notatoken" * 3
FILES = {  # what each leaves, as patterns below the run's folder for trackers
    Report.TENSORBOARD: "**/events.out.tfevents.*",
    Report.WANDB: "**/run-*.wandb",
    Report.TRACKIO: "**/*.db",
}


@pytest.mark.trainer
@pytest.mark.parametrize("tracker", list(FILES), ids=str)
def test_the_curves_are_kept_in_the_run_and_no_token_with_them(
    tracker: Report,
    tmp_path: Path,
    small_release: Path,
    untrained_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if importlib.util.find_spec(tracker.value) is None:
        pytest.skip(f"{tracker} is not installed: pip install -r requirements-trackers.txt")
    for name in ("HF_TOKEN", "WANDB_API_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("WANDB_MODE", "offline")  # with a key it would send; here there is nobody to send to
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH"))))
    )
    settings = quick(
        report_to=tracker.value, max_steps="2", warmup_steps="1", sample_prompts="0", save_every="0"
    )
    run = write_run(tmp_path, small_release, settings, model=in_folder(untrained_model))
    assert work(run) == 0, runs.log_tail(run, 20)
    found = list((run / trackers.FOLDER).glob(FILES[tracker]))
    assert found, [str(path) for path in (run / trackers.FOLDER).rglob("*")]
    assert max(path.stat().st_size for path in found) > 0
    assert not [path for path in run.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
