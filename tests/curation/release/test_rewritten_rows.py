"""What a person rewrote is released as their words over the answer they were made from, or not at all."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.labelling import decisions
from curation.model import Answer, Decision, Verdict
from curation.release import write
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, APair
from tests.curation.release.conftest import Releasing

WRITTEN = "It is Paris, on the Seine."


@pytest.fixture
def made_from(db: Database, a_pair: APair) -> str:
    """A pair whose better answer somebody has rewritten."""
    pair = a_pair("Paris.", "Lyon.")
    better = Answer.ONE if pair.answer_1 == "Paris." else Answer.TWO
    decisions.record(
        db,
        Decision(
            id="d" * 32,
            pair_id=pair.id,
            annotator_id="ann-1",
            verdict=Verdict(better.value),
            left=Answer.ONE,
            rewrite=WRITTEN,
            server_time=NOW,
        ),
    )
    return pair.id


def rows(folder: Path, *names: str) -> list[dict[str, object]]:
    return [row for name in names for row in pq.read_table(folder / name).to_pylist()]


def chosen(folder: Path) -> list[dict[str, object]]:
    said = [{"role": "assistant", "content": WRITTEN}]
    return [row for row in rows(folder, write.TRAIN, write.TEST) if row["chosen"] == said]


@pytest.mark.usefixtures("ten_pairs")
def test_the_rewritten_answer_is_chosen_over_the_original_and_names_its_author(
    made_from: str, releasing: Releasing
) -> None:
    folder = releasing().path
    (row,) = chosen(folder)
    assert row["rejected"] == [{"role": "assistant", "content": "Paris."}]
    assert row["origins"] == {"chosen": "person ann-1", "rejected": "model-a"}
    assert (row["tier"], row["n_votes"]) == ("single", 1)
    (decided,) = [each for each in rows(folder, "decisions.parquet") if each["made_pair"]]
    assert (decided["pair_id"], decided["made_pair"]) == (made_from, row["pair_id"])
    assert "In 1 rows the chosen answer is one that an annotator rewrote" in (folder / "README.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.usefixtures("ten_pairs", "made_from")
def test_a_policy_without_rewrites_leaves_it_out_and_says_so(releasing: Releasing) -> None:
    folder = releasing(policy=Policy().with_limits(["rewrites=0"])).path
    assert chosen(folder) == []
    reasons = [reason for row in rows(folder, "excluded.parquet") for reason in row["reasons"]]  # type: ignore[attr-defined]
    assert "it is an answer that a person rewrote, which this release leaves out" in reasons
    assert "people rewrote are left out" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("ten_pairs", "made_from")
def test_a_rewrite_that_was_taken_back_is_no_row(db: Database, releasing: Releasing) -> None:
    decisions.undo(db, undo_id="e" * 32, decision_id="d" * 32, annotator_id="ann-1", now=NOW)
    assert chosen(releasing().path) == []
