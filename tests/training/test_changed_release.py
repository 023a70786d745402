"""A release that changes while a run begins is refused; later, no figure that rests on the change is left."""

from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import in_folder, write_run
from training import base_model, errors, job, metrics, presets, runs, workbench
from training.journal import Journal


class Meddler(Journal):
    """Somebody writes to the release folder at the moment the worker says what it is at."""

    def __init__(self, run: Path, file: Path, when: str) -> None:
        super().__init__(run)
        self.file, self.when = file, when

    def phase(self, message: str, **about: Any) -> None:
        super().phase(message, **about)
        if message == self.when:
            with self.file.open("ab") as file:
                file.write(b"!")


@pytest.mark.trainer
def test_a_release_that_changes_while_the_model_is_fetched_is_refused(
    tmp_path: Path, small_release: Path, untrained_model: Path
) -> None:
    added = small_release / "data" / "extra.parquet"  # not there when the release is checked first
    run = write_run(tmp_path, small_release, presets.find("demo").recipe, model=in_folder(untrained_model))
    with pytest.raises(errors.UnusableRelease, match=r"data/extra\.parquet was added"):
        workbench.loaded(run, Meddler(run, added, "preparing the pairs"))


def test_a_release_that_changed_under_a_run_leaves_no_figure_that_rests_on_the_change(
    tmp_path: Path, small_release: Path
) -> None:
    run = write_run(tmp_path, small_release, presets.find("demo").recipe, model=base_model.parse("demo"))
    (small_release / "data" / "train-00001-of-00001.parquet").write_bytes(b"no pairs")
    assert job.classifier_baseline(runs.read_request(run), Journal(run)) is None
    (warned,) = metrics.read(run / runs.EVENTS)
    assert "This run was trained on what was released" in warned["message"]
