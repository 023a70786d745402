"""One recipe on the raw import and on the release, held against the same judged rows."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.comparison import winning
from curation.model import Message, Speaker
from curation.release.raw_pair import RawPair
from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.conftest import a_pair, in_folder, write_release, write_run
from training import against_raw, errors, presets, release_pairs, run_views, runs, supervisor
from training.against_raw import LEAST, Side
from training.runs import RunState


def a_raw_pair(number: int) -> RawPair:
    return RawPair(
        pair_id=f"{number:032x}",
        turns=(Message(speaker=Speaker.USER, content=f"Raw question {number}?"),),
        chosen=f"Plain {number}.",
        rejected=f" Sure! Padded {number}.",
    )


def with_tiers(release: Path, tiers: list[str]) -> Path:
    """The release with a tier beside each held-out row."""
    path = release / "data" / "test-00000-of-00001.parquet"
    parquet.write_table(parquet.read_table(path).append_column("tier", pa.array(tiers)), path)
    return release


@pytest.fixture
def run(tmp_path: Path, untrained_model: Path) -> Path:
    """A run on a release with as many judged held-out rows as are needed, and three that nobody judged."""
    test = [a_pair(n) for n in range(100, 100 + LEAST + 3)]
    release = write_release(tmp_path / "releases" / "small", [a_pair(n) for n in range(24)], test)
    with_tiers(release, ["agree2", *["single"] * (LEAST - 1), *["prior"] * 3])
    made = write_run(tmp_path, release, presets.find("demo").recipe, model=in_folder(untrained_model))
    runs.write_state(made, runs.State(run=made.name, state=RunState.COMPLETED))
    return made


@pytest.mark.trainer
def test_both_sides_have_the_same_recipe_and_the_rows_that_people_judged(run: Path) -> None:
    imported = [a_raw_pair(n) for n in range(30)]
    started = against_raw.start(run, imported, by="lead")
    folders = [run.parent / one for one in started]
    for folder in folders:
        supervisor.stop(folder)
    requests = [runs.read_request(folder) for folder in folders]
    assert against_raw.start(run, imported, by="lead") == started
    for folder in folders:
        run_folders.until(folder, lambda state: state.state.is_final, 120)
    assert {json.dumps(one.recipe) for one in requests} == {json.dumps(runs.read_request(run).recipe)}
    tests = [release_pairs.read(one.release, "test") for one in requests]
    assert tests[0] == tests[1]
    assert len(tests[0]) == LEAST
    raw, curated = (release_pairs.read(one.release, "train") for one in requests)
    assert [pair.rejected for pair in raw] == [one.rejected for one in imported], "a blank was lost"
    assert len(curated) == 24
    found = against_raw.sides(run_views.list_runs(Workspace(home=run.parent.parent)), run_views.view(run))
    assert [(side.name, side.pairs) for side in found] == [("raw import", 30), ("curated", 24)]


def test_too_few_judged_rows_are_refused(run: Path) -> None:
    release = runs.read_request(run).release
    path = release / "data" / "test-00000-of-00001.parquet"
    parquet.write_table(parquet.read_table(path).slice(1), path)
    with pytest.raises(errors.UnusableRelease, match=f"judged {LEAST - 1} of the release's held-out rows"):
        against_raw.start(run, [a_raw_pair(1)], by="lead")


def test_nothing_imported_is_refused(run: Path) -> None:
    with pytest.raises(errors.UnusableRelease, match="No imported preference is left"):
        against_raw.start(run, [], by="lead")


def a_side(name: str, right: int | None, *, of: int = 60, claimed: float = 0.7) -> Side:
    """Right about the first so many rows; None before it was measured."""
    known = right is not None
    return Side(
        name=name, run=name, state=RunState.COMPLETED, pairs=80, n=of, claimed=claimed,
        accuracy=(right or 0) / of if known else None,
        interval=winning.wilson(right or 0, of) if known else None,
        right=tuple(row < (right or 0) for row in range(of)) if known else (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "curated", "words"),
    [
        (
            30,
            48,
            "Curation has helped: it alone is right about 18 of 60 judged rows, the raw run alone about 0",
        ),
        (48, 30, "Curation has done harm"),
        (36, 39, "No difference shown by curation: it alone is right about 3"),
    ],
)
def test_the_sentence_follows_the_rows_on_which_they_disagree(raw: int, curated: int, words: str) -> None:
    assert words in against_raw.words([a_side("raw import", raw), a_side("curated", curated)])


def test_a_claim_above_what_people_say_is_called_an_illusion() -> None:
    sides = [a_side("raw import", 33, claimed=1.0), a_side("curated", 48)]
    assert "claims 100% on its own pairs" in against_raw.words(sides)
    assert "claims" not in against_raw.words([a_side("raw import", 41, claimed=0.7), sides[1]])


def test_before_both_have_completed_nothing_is_said() -> None:
    assert "have to complete" in against_raw.words([a_side("raw import", None), a_side("curated", 48)])
