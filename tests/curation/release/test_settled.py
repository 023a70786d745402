"""What a reviewer settles is what a release says."""

import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.labelling import settlements
from curation.labelling.actions import Action
from curation.model import Verdict
from curation.release import write
from curation.release.releases import Release
from tests.curation.conftest import NOW, ADecision, APair
from tests.curation.release.conftest import Releasing


@pytest.mark.usefixtures("ten_pairs")
def test_a_contested_pair_is_released_as_gold_once_it_is_settled(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing
) -> None:
    pair = a_pair("Paris.", "Lyon.")
    a_decision(pair, "chosen", by="ann-1")
    a_decision(pair, "rejected", by="ann-2")
    assert pair.id not in released(releasing("contested"))
    loser = Verdict.ANSWER_1 if pair.answer_1 == "Lyon." else Verdict.ANSWER_2
    settlements.settle(db, {pair.id: loser}, Action(id="a", reason="Lyon was asked", by="lead", now=NOW))
    row = released(releasing("settled"))[pair.id]
    assert (row["tier"], row["n_votes"]) == ("gold", 2)
    assert row["chosen"] == [{"role": "assistant", "content": "Lyon."}]


def released(release: Release) -> dict[str, dict[str, object]]:
    tables = [pq.read_table(release.path / name) for name in (write.TRAIN, write.TEST)]
    return {row["pair_id"]: row for table in tables for row in table.to_pylist()}
