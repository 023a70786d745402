"""Votes of other tools: which answer won survives, twice changes nothing, a bad line costs itself."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation import workspace
from curation.commands import agreement as agreement_command
from curation.database import Database
from curation.errors import UnreadableSource
from curation.intake import locations, sources, vote_line, votes
from curation.intake.votes import Taken
from curation.labelling import annotators, decisions, pairs
from curation.model import Answer, Arm, Message, Role, Speaker, Verdict
from curation.quality import agreement
from curation.quality import annotators as annotator_checks

NOW = datetime(2026, 11, 22, 9, 0)
SHARED = Path(os.environ.get("PAIRLOOM_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
PANDALM = SHARED / "pandalm" / "testset-v1.json"

Take = Callable[..., Taken]


def a_line(**changes: object) -> dict[str, object]:
    line: dict[str, object] = {
        "prompt": "Which is larger, 3.9 or 3.11?",
        "answer_1": "3.9",
        "answer_2": "3.11",
        "annotator": "ada@example.org",
        "verdict": "answer_1",
    }
    return {key: value for key, value in {**line, **changes}.items() if value is not ...}


@pytest.fixture
def take(database: Database, tmp_path: Path) -> Take:
    def take(*lines: object, now: datetime = NOW) -> Taken:
        path = tmp_path / "votes.jsonl"
        path.write_text(
            "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines),
            encoding="utf-8",
        )
        located = locations.locate(str(path), workspace.Workspace(home=tmp_path))
        return votes.take(database, located, by="lead", now=now)

    return take


def everything(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as cursor:
        return cursor.execute(
            "SELECT id, number, pair_id, annotator_id, verdict, server_time FROM decision ORDER BY number"
        ).fetchall()


def the_pair(database: Database) -> str:
    with database.reading() as cursor:
        ((pair_id,),) = cursor.execute("SELECT id FROM pair").fetchall()
    return str(pair_id)


def test_a_vote_keeps_all_that_the_file_says(database: Database, take: Take) -> None:
    take(a_line(strength=2, reason=["correct"], seconds=7.5, decided_at="2026-11-20T10:00:00+02:00"))
    (vote,) = decisions.history(database, the_pair(database))
    assert (vote.strength, vote.reasons, vote.seconds_shown) == (2, ("correct",), 7.5)
    assert (vote.client_time, vote.server_time) == (datetime(2026, 11, 20, 8, 0), NOW)
    assert (vote.arm, vote.left) == (Arm.RANDOM, None)


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(texts, texts, st.text("abc", min_size=1), st.text("xy"), st.sampled_from(Verdict))
def test_the_answer_that_won_in_the_file_is_the_one_that_won_here(
    one: str, two: str, prompt: str, item: str, verdict: Verdict
) -> None:
    line = a_line(answer_1=one, answer_2=two, prompt=prompt, item=item, verdict=verdict.value)
    turned = line | {"answer_1": two, "answer_2": one, "verdict": verdict.swapped.value}
    vote, again = (vote_line.parsed(each, source_id="s", line=1) for each in (line, turned))
    assert vote.as_given is verdict
    assert vote.pair.id == again.pair.id
    if verdict.is_preference:
        assert vote.pair.text_of(Answer(vote.verdict)) == (one if verdict is Verdict.ANSWER_1 else two)
        assert vote.pair.text_of(Answer(again.verdict)) == vote.pair.text_of(Answer(vote.verdict))
    else:
        assert vote.verdict is again.verdict is verdict


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([1, 2])), min_size=1, max_size=12))
def test_what_is_stored_is_which_answer_won_in_whatever_order_the_file_lists_them(
    tmp_path: Path, rows: list[tuple[bool, int]]
) -> None:
    database, path = Database.in_memory(), tmp_path / "votes.jsonl"
    lines = []
    for number, (turned, winner) in enumerate(rows):
        answers = [f"right {number}", f"wrong {number}"]
        given_order = answers[::-1] if turned else answers
        verdict = f"answer_{given_order.index(answers[winner - 1]) + 1}"
        lines.append(a_line(answer_1=given_order[0], answer_2=given_order[1], verdict=verdict))
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    votes.take(database, locations.locate(str(path), workspace.current()), by="lead", now=NOW)
    with database.reading() as cursor:
        won = cursor.execute(
            "SELECT CASE d.verdict WHEN 'answer_1' THEN p.answer_1 ELSE p.answer_2 END"
            " FROM decision AS d JOIN pair AS p ON p.id = d.pair_id ORDER BY d.number"
        ).fetchall()
    database.close()
    assert [text for (text,) in won] == [
        f"{'right' if winner == 1 else 'wrong'} {number}" for number, (_, winner) in enumerate(rows)
    ]


def test_the_same_file_twice_changes_nothing(database: Database, take: Take) -> None:
    lines = [a_line(), a_line(annotator="bob", verdict="tie"), "not a vote"]
    first = take(*lines)
    before = everything(database)
    second = take(*lines, now=datetime(2027, 1, 1))
    assert everything(database) == before
    assert (first.new_pairs, first.new_votes, second.new_pairs, second.new_votes) == (1, 2, 0, 0)
    assert (first.pairs, first.votes, first.refused) == (second.pairs, second.votes, second.refused)
    assert len(sources.refusals(database, first.source_id)) == 1


def test_a_line_that_repeats_another_is_one_vote(take: Take) -> None:
    taken = take(a_line(), a_line())
    assert (taken.pairs, taken.votes, taken.new_votes) == (1, 1, 1)


def test_of_two_votes_of_a_person_on_a_pair_the_later_line_counts(database: Database, take: Take) -> None:
    take(a_line(), a_line(verdict="tie"))
    assert agreement.measured(database).majority[Verdict.TIE] == 1


def test_items_keep_apart_what_reads_the_same(take: Take) -> None:
    assert take(a_line(item="1"), a_line(item="2"), a_line(item=3)).pairs == 3
    assert take(a_line(), a_line(annotator="bob")).pairs == 1


def test_messages_are_a_conversation(database: Database, take: Take) -> None:
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    take(a_line(prompt=..., messages=said))
    pair = pairs.get(database, the_pair(database))
    assert (pair.prompt, pair.context) == (
        "Hello",
        (Message(speaker=Speaker.SYSTEM, content="Be brief."),),
    )


def test_people_become_pseudonyms_that_say_nothing_about_them(database: Database, take: Take) -> None:
    take(a_line(annotator="zoe@example.org"), a_line(annotator="ada@example.org"), a_line(annotator=7))
    people = annotators.everyone(database)
    assert {(person.id, person.name, person.role) for person in people} == {
        ("imported-1", "zoe@example.org", Role.ANNOTATOR),
        ("imported-2", "ada@example.org", Role.ANNOTATOR),
        ("imported-3", "7", Role.ANNOTATOR),
    }


def test_a_person_known_by_name_is_the_same_person(database: Database, take: Take) -> None:
    annotators.ensure(database, "imported-1", name="Grace", role=Role.LEAD, now=NOW)
    take(a_line(annotator="Grace"), a_line(annotator="ada"))
    assert [person.id for person in annotators.everyone(database)] == ["imported-1", "imported-2"]


def test_a_pseudonym_that_is_taken_by_someone_else_is_not_used(database: Database, take: Take) -> None:
    annotators.ensure(database, "imported-2", name="Grace", role=Role.LEAD, now=NOW)
    take(a_line(annotator="ada"))
    assert {person.id for person in annotators.everyone(database)} == {"imported-2", "imported-3"}


def test_answers_that_a_spreadsheet_turned_into_values_are_texts_again(
    database: Database, take: Take
) -> None:
    assert take(a_line(answer_1=True, answer_2=3.5)).votes == 1
    pair = pairs.get(database, the_pair(database))
    assert {pair.answer_1, pair.answer_2} == {"true", "3.5"}


BAD: dict[str, tuple[object, str]] = {
    "broken JSON": ('{"prompt": ', "not valid JSON"),
    "no object": ("[]", "not a JSON object"),
    "no prompt": (a_line(prompt=...), "neither “prompt” nor “messages”"),
    "two prompts": (
        a_line(messages=[{"role": "user", "content": "x"}]),
        "both “prompt” and “messages”. Give one",
    ),
    "no answer": (a_line(answer_2=...), "“answer_2” is missing"),
    "null answer": (a_line(answer_1=None), "“answer_1” is null, not text"),
    "surrogate": (
        '{"prompt":"p","answer_1":"\\ud800","answer_2":"b","annotator":"a","verdict":"tie"}',
        "Unicode",
    ),
    "no annotator": (a_line(annotator=...), "“annotator” is missing or empty. Name who voted"),
    "blank annotator": (a_line(annotator=" "), "“annotator” is missing or empty"),
    "truth value for a name": (a_line(annotator=True), "“annotator” is missing or empty"),
    "endless name": (a_line(annotator="x" * 201), "the limit is 200"),
    "NUL in a name": (a_line(annotator="a\0"), "cannot be shown"),
    "no verdict": (a_line(verdict=...), "no “verdict”. Give one of answer_1, answer_2, tie, both_bad, skip"),
    "left and right": (a_line(verdict="left"), "The verdict is 'left'. It must be one of answer_1"),
    "verdict as number": (a_line(verdict=1), "The verdict is '1'"),
    "strength 4": (a_line(strength=4), "The strength is '4'. It must be 1"),
    "strength of a tie": (a_line(strength=1, verdict="tie"), "but the verdict is tie"),
    "negative seconds": (a_line(seconds=-1), "“seconds” is '-1'"),
    "seconds as text": (a_line(seconds="7"), "It must be a number from 0 on"),
    "no time": (a_line(decided_at="yesterday"), "“decided_at” is 'yesterday'. Write it as 2026"),
    "number as reason": (a_line(reason=3), "“reason” must be a text"),
    "assistant last": (
        a_line(prompt=..., messages=[{"role": "assistant", "content": "x"}]),
        "ends with a message of the assistant",
    ),
}


@pytest.mark.parametrize(("line", "reason"), BAD.values(), ids=BAD.keys())
def test_a_malformed_line_costs_that_line_only(
    database: Database, take: Take, line: object, reason: str
) -> None:
    taken = take(a_line(), line, a_line(annotator="bob"))
    (refusal,) = sources.refusals(database, taken.source_id)
    assert (taken.votes, taken.refused, refusal.line) == (2, 1, 2)
    assert reason in refusal.reason


def test_an_empty_file_is_said_to_be_empty(take: Take) -> None:
    with pytest.raises(UnreadableSource, match="is empty"):
        take()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04" + b"x" * 99, "a ZIP archive"), (b"\x7fELF\x02\x01" + b"\0" * 99, "neither text")],
    ids=["zip", "program"],
)
def test_a_file_that_is_no_text_is_refused_as_a_whole(
    database: Database, tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "votes").write_bytes(content)
    located = locations.locate(str(tmp_path / "votes"), workspace.Workspace(home=tmp_path))
    with pytest.raises(UnreadableSource, match=sentence):
        votes.take(database, located, by="lead", now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_saved_by_another_program_is_read_all_the_same(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text(json.dumps(a_line(prompt="Ça va ?"), ensure_ascii=False) + "\r\n\r\n", encoding=encoding)
    located = locations.locate(str(path), workspace.Workspace(home=tmp_path))
    assert votes.take(database, located, by="lead", now=NOW).votes == 1
    assert pairs.get(database, the_pair(database)).prompt == "Ça va ?"


def test_an_interrupted_file_goes_on_when_it_is_taken_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(votes, "_BATCH_LINES", 2)
    path = tmp_path / "votes.jsonl"
    path.write_text("".join(json.dumps(a_line(item=number)) + "\n" for number in range(5)), encoding="utf-8")
    located = locations.locate(str(path), workspace.Workspace(home=tmp_path))

    def pull_the_plug(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        votes.take(database, located, by="lead", now=NOW, progress=pull_the_plug)
    assert len(everything(database)) == 2
    again = votes.take(database, located, by="lead", now=NOW)
    assert (again.new_votes, len(everything(database))) == (3, 5)
    assert sources.get(database, again.source_id).finished


def two_people(number: int, verdict: str, other: str) -> list[dict[str, object]]:
    return [a_line(item=number, verdict=verdict), a_line(item=number, verdict=other, annotator="bob")]


def test_agreement_is_coded_in_the_order_of_the_file(database: Database, take: Take) -> None:
    lines = [line for number in range(30) for line in two_people(number, *["answer_1", "answer_1"])]
    lines += [line for number in range(30, 70) for line in two_people(number, "answer_2", "answer_2")]
    assert take(*lines).as_given
    measured = agreement.measured(database)
    assert (measured.majority[Verdict.ANSWER_1], measured.majority[Verdict.ANSWER_2]) == (30, 40)


def test_a_file_in_chosen_first_order_is_coded_in_hashed_order(database: Database, take: Take) -> None:
    # 190 pairs both for answer_1, 10 split: in the file's order alpha is below 0, though 95 % agree.
    lines = [line for number in range(190) for line in two_people(number, "answer_1", "answer_1")]
    lines += [line for number in range(190, 200) for line in two_people(number, "answer_1", "answer_2")]
    assert not take(*lines).as_given
    measured = agreement.measured(database)
    assert measured.raw == pytest.approx(0.95)
    assert (measured.alpha or 0) > 0.85


@pytest.mark.skipif(not PANDALM.exists(), reason="the shared data set pandalm is not on this machine")
def test_pandalms_three_people_give_the_published_figures(database: Database, take: Take) -> None:
    said = {0: "tie", 1: "answer_1", 2: "answer_2"}
    taken = take(
        *(
            {
                "item": row["idx"],
                "prompt": f"{row['instruction']}\n\n{row['input']}".strip(),
                "answer_1": row["response1"],  # six of these are the truth value true
                "answer_2": row["response2"],
                "annotator": f"annotator{person}",
                "verdict": said[row[f"annotator{person}"]],
            }
            for row in json.loads(PANDALM.read_text(encoding="utf-8"))
            for person in (1, 2, 3)
        )
    )
    assert (taken.pairs, taken.votes, taken.refused) == (999, 2997, 0)
    found = agreement_command.as_json(agreement.measured(database), annotator_checks.names(database))
    assert found["raw_agreement"] == pytest.approx(2757 / 2997)
    assert {pair: round(kappa, 3) for pair, kappa in dict(found["cohen_kappa"]).items()} == {  # type: ignore[call-overload]
        "annotator1|annotator2": 0.852,
        "annotator1|annotator3": 0.879,
        "annotator2|annotator3": 0.862,
    }
    assert found["majority"] == {"tie": 105, "answer_1": 422, "answer_2": 472, "both_bad": 0, "none": 0}
    four = {
        key: round(float(str(found[key])), 4) for key in ("fleiss_kappa", "krippendorff_alpha", "gwet_ac1")
    }
    assert four == {"fleiss_kappa": 0.8642, "krippendorff_alpha": 0.8642, "gwet_ac1": 0.8864}
