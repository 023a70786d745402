"""Builders for tests of curation. Each names only what matters to a test; the rest is plain and valid."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from curation import text
from curation.database import Database
from curation.labelling import pairs
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict

NOW = datetime(2026, 11, 22, 9, 0, 0)


class APair(Protocol):
    def __call__(
        self,
        chosen: str = ...,
        rejected: str = ...,
        *,
        prompt: str = ...,
        prior: Verdict | None = ...,
        context: Sequence[Message] = ...,
        item: str = ...,
        source: str = ...,
    ) -> Pair: ...


class ADecision(Protocol):
    def __call__(
        self, pair: Pair, verdict: str = ..., *, by: str = ..., arm: str = ..., strength: int | None = ...
    ) -> None: ...


@pytest.fixture
def db() -> Iterator[Database]:
    database = Database.in_memory()
    yield database
    database.close()


@pytest.fixture
def a_pair(db: Database) -> APair:
    """Insert a pair whose first answer won in the import ("chosen"), unless `prior` says otherwise.

    `prior` is told of the answers as given: ANSWER_1 means the first argument.
    """
    rows = iter(range(1, 1_000_000))

    def insert(
        chosen: str = "Paris.",
        rejected: str = "Lyon.",
        *,
        prompt: str = "What is the capital of France?",
        prior: Verdict | None = Verdict.ANSWER_1,
        context: Sequence[Message] = (),
        item: str = "",
        source: str = "source-1",
    ) -> Pair:
        pair = pair_of(chosen, rejected, prompt, prior, context, item, source, next(rows))
        with db.writing() as tx:
            pairs.add(tx, [pair], NOW)
        return pair

    return insert


@pytest.fixture
def a_decision(db: Database) -> ADecision:
    """Insert a decision. verdict "chosen" or "rejected" names the imported winner or loser of the pair."""
    numbers = iter(range(1, 1_000_000))

    def insert(
        pair: Pair,
        verdict: str = "chosen",
        *,
        by: str = "ann-1",
        arm: str = "random",
        strength: int | None = None,
    ) -> None:
        with db.writing() as tx:
            tx.execute(
                "INSERT INTO decision"
                " (id, pair_id, annotator_id, verdict, strength, left_answer, arm, server_time)"
                " VALUES ($id, $pair, $by, $verdict, $strength, 'answer_1', $arm, $now)",
                {
                    "id": f"decision-{next(numbers)}",
                    "pair": pair.id,
                    "by": by,
                    "verdict": winner_of(pair, verdict),
                    "strength": strength,
                    "arm": arm,
                    "now": NOW,
                },
            )

    return insert


def settle(db: Database, pair: Pair, verdict: str) -> None:
    """A lead's word on a pair; `verdict` as in a_decision."""
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO settlement (id, pair_id, verdict, reason, settled_by, settled)"
            " VALUES (uuid(), $pair, $verdict, 'seen', 'lead', $now)",
            {"pair": pair.id, "verdict": winner_of(pair, verdict), "now": NOW},
        )


def winner_of(pair: Pair, verdict: str) -> str:
    if verdict not in ("chosen", "rejected"):
        return verdict
    if pair.prior_winner is None:
        raise ValueError("a pair without a prior has no chosen answer")
    return (pair.prior_winner if verdict == "chosen" else pair.prior_winner.swapped).value


def pair_of(
    one: str,
    other: str,
    prompt: str,
    prior: Verdict | None,
    context: Sequence[Message],
    item: str,
    source: str,
    row: int,
) -> Pair:
    """A pair in canonical order; `prior` is told of (one, other)."""
    pair_id, place = text.canonical(context, prompt, one, other, item)
    first = place is Answer.ONE
    winner = None if prior is None else prior if first else prior.swapped
    return Pair(
        id=pair_id,
        source_id=source,
        source_row=row,
        context=tuple(context),
        prompt=prompt,
        answer_1=one if first else other,
        answer_2=other if first else one,
        origin_1="model-a" if first else "model-b",
        origin_2="model-b" if first else "model-a",
        prior_winner=winner,
        prior_provenance=Provenance.NONE if winner is None else Provenance.IMPORTED,
        item=item,
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public files; tests that need it are skipped where it is absent."""
    default = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("PAIRLOOM_SHARED_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"the public test data is not at {folder}; name it in PAIRLOOM_SHARED_DATA")
    return folder


@pytest.fixture
def orca(db: Database, shared_data: Path) -> list[Pair]:
    """The first 100 pairs of Intel/orca_dpo_pairs, inserted with their imported preference."""
    path = shared_data / "orca_first100" / "orca_rlhf_first100.current_names.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [
        pair_of(
            line["chosen"],
            line["rejected"],
            line["question"],
            Verdict.ANSWER_1,
            [Message(speaker=Speaker.SYSTEM, content=line["system"])] if line["system"] else [],
            "",
            "orca",
            row,
        )
        for row, line in enumerate(lines, start=1)
    ]
    with db.writing() as tx:
        pairs.add(tx, found, NOW)
    return found
