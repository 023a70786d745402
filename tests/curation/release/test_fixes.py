"""Fixes: looked at first, applied as one action, undone as one; the import never changes."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import annotators, events, mends, pairs, placements, queue, settlements, undoing
from curation.labelling.actions import Action
from curation.model import Answer, Message, Pair, Role, Speaker, Verdict
from curation.release import export, fixes, gate, reproduction
from curation.release.layouts import Layout
from curation.validation import runner
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import NOW, APair
from tests.curation.release.conftest import Releasing

PROMPT = "What is the capital of France, in one word?"
E, W = Severity.ERROR, Severity.WARNING
_TALK = (Speaker.USER, Speaker.ASSISTANT)


def _apply(db: Database, rule: str, severity: Severity, action: str = "a") -> int:
    return fixes.apply(
        db, Policy(), rule, severity, Action(id=action, reason="Looked at", by="lead", now=NOW)
    )


def _found(db: Database, rule: str) -> int:
    return sum(each.count for each in runner.validate(db, Policy()).of_rule(rule))


@pytest.mark.parametrize(
    ("rule", "severity", "chosen", "mended"),
    [
        ("V09", E, "Paris.<|im_end|>", "Paris."),
        ("V10", W, "A cafÃ© in Paris.", "A café in Paris."),
        ("V11", W, f"{PROMPT}\nParis.", "Paris."),
        ("V27", W, "Ask anna.schmidt@gmx.de.", "Ask [e-mail address]."),
    ],
)
def test_a_fix_clears_its_rule_leaves_the_import_alone_and_is_undone_as_one(
    db: Database, a_pair: APair, rule: str, severity: Severity, chosen: str, mended: str
) -> None:
    imported = a_pair(chosen, prompt=PROMPT)
    before = runner.validate(db, Policy())
    seen = fixes.preview(db, Policy(), rule, severity)
    assert (seen.changed, seen.left) == (1, 0)
    assert mended in seen.examples[0].after
    assert runner.validate(db, Policy()) == before
    assert _apply(db, rule, severity) == 1
    assert _found(db, rule) == 0
    assert pairs.get(db, imported.id) == imported
    assert (events.newest(db, 1)[0].actor, events.newest(db, 1)[0].action) == ("lead", "fix")
    done = undoing.latest(db, "lead")
    assert done is not None
    assert (done.what, done.pairs) == ("fix", 1)
    assert undoing.undo(db, done.id, by="lead", now=NOW) == 1
    assert runner.validate(db, Policy()) == before


def test_the_same_action_twice_mends_once(db: Database, a_pair: APair) -> None:
    a_pair("Paris.<|im_end|>")
    a_pair("Rome.<|im_end|>", "Milan.", prompt="Italy?")
    assert _apply(db, "V09", E) == 2
    with pytest.raises(InvalidInput, match="nothing that this fix could change"):
        _apply(db, "V09", E)


def test_fixes_add_up_and_are_undone_one_after_the_other(db: Database, a_pair: APair) -> None:
    a_pair(f"{PROMPT}\nAsk anna.schmidt@gmx.de.", prompt=PROMPT)
    _apply(db, "V11", W, "one")
    _apply(db, "V27", W, "two")
    assert (_found(db, "V11"), _found(db, "V27")) == (0, 0)
    undoing.undo(db, "two", by="lead", now=NOW)
    assert (_found(db, "V11"), _found(db, "V27")) == (0, 1)
    undoing.undo(db, "one", by="lead", now=NOW)
    assert (_found(db, "V11"), _found(db, "V27")) == (1, 1)


def test_undoing_a_fix_leaves_what_a_later_one_has_made(db: Database, a_pair: APair) -> None:
    a_pair(f"{PROMPT}\nAsk anna.schmidt@gmx.de.", prompt=PROMPT)
    _apply(db, "V11", W, "one")
    _apply(db, "V27", W, "two")
    assert undoing.undo(db, "one", by="lead", now=NOW) == 0
    assert (_found(db, "V11"), _found(db, "V27")) == (0, 0)


@pytest.mark.parametrize("most", [0, 10_000], ids=["too many to remember", "remembered"])
def test_a_label_screen_asks_for_texts_before_a_fix_with_it_and_after_its_undoing(
    db: Database, a_pair: APair, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(mends, "_MOST_KEPT", most)
    fixed, other = a_pair("Ask anna.schmidt@gmx.de."), a_pair("Rome.", prompt="Italy?")
    annotators.ensure(db, "ann-1", name="Ann", role=Role.ANNOTATOR, now=NOW)

    def seen(pair: Pair) -> set[str]:
        task = queue.task_of(db, "ann-1", pair.id)
        return {task.answer_1, task.answer_2}

    before = seen(fixed), seen(other)
    _apply(db, "V27", W)
    assert "Ask [e-mail address]." in seen(fixed)
    assert seen(other) == before[1]
    undoing.undo(db, "a", by="lead", now=NOW)
    assert (seen(fixed), seen(other)) == before


def test_a_value_has_one_placeholder_in_prompt_and_both_answers(db: Database, a_pair: APair) -> None:
    a_pair("Ask a.b@gmx.de or c.d@web.de.", "Ask c.d@web.de.", prompt="Who is c.d@web.de?")
    (change,) = fixes.preview(db, Policy(), "V27", W).examples
    prompt, *answers = change.after
    assert prompt == "Who is [e-mail address 1]?"
    assert sorted(answers) == ["Ask [e-mail address 1].", "Ask [e-mail address 2] or [e-mail address 1]."]


def test_what_a_fix_cannot_mend_is_counted_and_left_alone(db: Database, a_pair: APair) -> None:
    a_pair("It <|im_end|> is Paris.")
    seen = fixes.preview(db, Policy(), "V09", E)
    assert (seen.changed, seen.left) == (0, 1)


def test_a_fix_that_would_leave_nothing_to_read_changes_nothing(db: Database, a_pair: APair) -> None:
    a_pair(PROMPT, prompt=PROMPT)
    assert fixes.preview(db, Policy(), "V11", W).changed == 0


def test_answers_that_are_the_same_become_ties(db: Database, a_pair: APair) -> None:
    pair = a_pair("Paris.", "PARIS.")
    assert _apply(db, "V04", E) == 1
    with db.reading() as cursor:
        row = cursor.execute("SELECT winner FROM standing WHERE pair_id = $id", {"id": pair.id}).fetchone()
    assert row == ("tie",)
    assert _found(db, "V04") == 0
    assert gate.examine(db, Policy()).ties == 1


def test_of_prompts_that_are_nearly_the_same_five_pairs_stay(db: Database, a_pair: APair) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    for number in range(7):
        a_pair(f"Answer {number}.", f"Other {number}.", prompt=f"{words} {number}?")
    assert fixes.preview(db, Policy(), "V08", Severity.NOTE).changed == 2
    assert _apply(db, "V08", Severity.NOTE) == 2
    assert fixes.preview(db, Policy(), "V08", Severity.NOTE).changed == 0


def test_a_release_writes_what_was_mended_says_so_and_is_made_again_after_the_fix_is_undone(
    db: Database, place: Workspace, a_pair: APair, releasing: Releasing
) -> None:
    for number in range(12):
        a_pair(f"City {number}.<|im_end|>", f"Not {number}.", prompt=f"Question {number}, please?")
    _apply(db, "V09", E)
    folder = releasing("v1").path
    rows = [row for path in (folder / "data").iterdir() for row in pq.read_table(path).to_pylist()]
    assert len(rows) == 12
    assert "im_end" not in json.dumps([row["chosen"] for row in rows])
    assert "Template tokens at the ends cut (V09) in 12 rows." in (folder / "README.md").read_text()
    undoing.undo(db, "a", by="lead", now=NOW)
    assert "No fix of a text was applied." not in (folder / "README.md").read_text()
    assert reproduction.reproduce(db, place, "v1").identical


@pytest.mark.parametrize(
    ("rule", "system", "mended"),
    [
        ("V09", "You are kind.<|im_end|>", "You are kind."),
        ("V10", "A cafÃ© in Paris.", "A café in Paris."),
        ("V27", "Mail goes to anna.schmidt@gmx.de.", "Mail goes to [e-mail address]."),
    ],
)
def test_an_earlier_turn_is_found_and_fixed_like_the_prompt(
    db: Database, a_pair: APair, rule: str, system: str, mended: str
) -> None:
    imported = a_pair(context=[Message(speaker=Speaker.SYSTEM, content=system)])
    assert _found(db, rule) == 1
    assert _apply(db, rule, W) == 1
    assert _found(db, rule) == 0
    with db.reading() as cursor:
        assert [turn.content for turn in mends.as_fixed(cursor, imported).context] == [mended]
    undoing.undo(db, "a", by="lead", now=NOW)
    assert _found(db, rule) == 1
    with db.reading() as cursor:
        assert mends.as_fixed(cursor, imported) == imported


def test_a_value_has_one_placeholder_in_the_whole_conversation(db: Database, a_pair: APair) -> None:
    turns = ("I am a.b@gmx.de.", "Hello a.b@gmx.de, write to c.d@web.de.")
    context = [Message(speaker=who, content=said) for who, said in zip(_TALK, turns, strict=True)]
    a_pair("Ask c.d@web.de.", "No.", context=context)
    (change,) = fixes.preview(db, Policy(), "V27", W).examples
    assert "Ask [e-mail address 1]." in change.after[1:3]
    assert change.after[3:] == (
        "I am [e-mail address 2].",
        "Hello [e-mail address 2], write to [e-mail address 1].",
    )


def test_a_release_holds_the_fixed_turns(db: Database, a_pair: APair, releasing: Releasing) -> None:
    for number in range(12):
        system = Message(speaker=Speaker.SYSTEM, content=f"Mail goes to person{number}@gmx.de.")
        a_pair(f"City {number}.", f"Not {number}.", prompt=f"Question {number}, please?", context=[system])
    _apply(db, "V27", W)
    folder = releasing("v1").path
    rows = [row for path in (folder / "data").iterdir() for row in pq.read_table(path).to_pylist()]
    assert {row["prompt"][0]["content"] for row in rows} == {"Mail goes to [e-mail address]."}
    assert "gmx.de" not in (folder / "README.md").read_text()


def test_half_a_repair_of_a_prompt_changes_nothing(db: Database, a_pair: APair) -> None:
    a_pair(prompt="What is <|im_end|> for?<|im_end|>")
    seen = fixes.preview(db, Policy(), "V09", W)
    assert (seen.changed, seen.left) == (0, 1)


def test_of_a_pair_with_an_empty_answer_the_one_that_won_stays_for_kto(
    db: Database, place: Workspace, a_pair: APair, releasing: Releasing, tmp_path: Path
) -> None:
    for number in range(12):
        a_pair(f"City {number}.", f"Not {number}.", prompt=f"Question {number}, please?")
    won = a_pair(" Bern.", " \u200b", prompt="Switzerland?")
    a_pair("", "Wien.", prompt="Austria?")  # nothing won: any text would be better
    a_pair("", "", prompt="Neither?")
    a_pair("Oslo.", " ", prompt="Norway?", prior=None)
    a_pair("Write to anna.schmidt@gmx.de with AKIAQ7RT2ZXCVBN4LKJH.", "", prompt="Secret?")
    seen = fixes.preview(db, Policy(), "V02", E)
    assert (seen.changed, seen.left) == (2, 3)
    assert _apply(db, "V02", E) == 2
    assert (_found(db, "V02"), _found(db, "R02"), _found(db, "R01")) == (3, 2, 0)
    release = releasing("v1")
    (row,) = pq.read_table(release.path / "unpaired.parquet").to_pylist()  # the one with a key stays out
    assert (row["pair_id"], row["completion"], row["label"]) == (
        won.id, [{"role": "assistant", "content": "Bern."}], True,
    )  # fmt: skip
    assert "`unpaired.parquet`" in (release.path / "README.md").read_text()
    made = export.export(release.path, Layout.KTO, tmp_path / "kto")
    assert made.train == 2 * release.train + 1
    undoing.undo(db, "a", by="lead", now=NOW)
    assert (_found(db, "V02"), _found(db, "R02")) == (5, 0)
    assert not (releasing("v2").path / "unpaired.parquet").exists()
    assert reproduction.reproduce(db, place, "v1").identical


def test_a_kept_answer_that_no_longer_wins_is_set_aside_and_nothing_of_it_released(
    db: Database, a_pair: APair
) -> None:
    pair = a_pair("Bern.", "", prompt="Switzerland?")
    _apply(db, "V02", E)
    won = {Answer.ONE: Verdict.ANSWER_2, Answer.TWO: Verdict.ANSWER_1}[
        Answer.ONE if pair.answer_1 == "Bern." else Answer.TWO
    ]
    settlements.settle(db, {pair.id: won}, Action(id="s", reason="Looked at", by="lead", now=NOW))
    assert (_found(db, "R02"), _found(db, "R01")) == (0, 1)


def test_putting_a_kept_pair_back_and_undoing_that_keeps_its_answer_again(
    db: Database, a_pair: APair
) -> None:
    pair = a_pair("Bern.", "", prompt="Switzerland?")
    _apply(db, "V02", E)
    placements.put_back(db, [pair.id], Action(id="b", reason="Looked at", by="lead", now=NOW))
    assert (_found(db, "V02"), _found(db, "R02")) == (1, 0)
    undoing.undo(db, "b", by="lead", now=NOW)
    assert (_found(db, "V02"), _found(db, "R02")) == (0, 1)
