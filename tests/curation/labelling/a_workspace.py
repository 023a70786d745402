"""A small workspace in memory and the values that tests of labelling need."""

from datetime import datetime

from curation import text
from curation.database import Database
from curation.labelling import pairs
from curation.labelling.actions import Action
from curation.model import Answer, Decision, Pair, Provenance, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


def a_pair(number: int, *, prompt: str = "", one: str = "", other: str = "") -> Pair:
    one, other = one or f"Answer A of {number}", other or f"Answer B of {number}"
    prompt = prompt or f"Prompt {number}"
    pair_id, place = text.canonical((), prompt, one, other)
    first, second = (one, other) if place is Answer.ONE else (other, one)
    return Pair(
        id=pair_id,
        source_id="s",
        source_row=number,
        context=(),
        prompt=prompt,
        answer_1=first,
        answer_2=second,
        origin_1="model-secret-1",
        origin_2="model-secret-2",
        prior_winner=Verdict.ANSWER_1,
        prior_provenance=Provenance.IMPORTED,
    )


def a_database(count: int, *, votes_per_pair: int = 1) -> tuple[Database, list[str]]:
    """A database with so many pairs, and their ids."""
    database = Database.in_memory()
    batch = [a_pair(number) for number in range(count)]
    with database.writing() as tx:
        pairs.add(tx, batch, NOW)
        tx.execute(
            "INSERT INTO project (version, name, votes_per_pair, changed_by, changed)"
            " VALUES (coalesce((SELECT max(version) FROM project), 0) + 1, 'Test', $votes, 'lead', $now)",
            {"votes": votes_per_pair, "now": NOW},
        )
    return database, [pair.id for pair in batch]


def a_decision(
    pair_id: str,
    *,
    id: str = "00000000000000000000000000000001",
    annotator_id: str = "ann-1",
    verdict: Verdict | None = Verdict.ANSWER_1,
    left: Answer = Answer.ONE,
    supersedes: str | None = None,
    server_time: datetime = NOW,
) -> Decision:
    return Decision(
        id=id,
        pair_id=pair_id,
        annotator_id=annotator_id,
        verdict=verdict,
        left=left,
        supersedes=supersedes,
        server_time=server_time,
        seconds_shown=3.5,
        seconds_active=3.0,
    )


def an_action(id: str = "act-1", *, by: str = "lead", reason: str = "read both") -> Action:
    return Action(id=id, reason=reason, by=by, now=NOW)
