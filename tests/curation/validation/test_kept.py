"""A validation that looks only at what has changed says what one from scratch says, whatever has happened."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from curation import text
from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo
from curation.labelling import decisions, mends, pairs, placements, settlements, undoing
from curation.labelling.actions import Action
from curation.labelling.mends import Mend
from curation.model import Answer, Decision, Message, Pair, Speaker, Tier, Verdict
from curation.release import fixes, gate, moment
from curation.validation import changes, concern, history, protected, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, ADecision, APair, pair_of, settle
from tests.curation.release.test_every_rule import GERMAN, LONG, POLICY, WORDS

EXAMPLES = int(os.environ.get("PAIRLOOM_EXAMPLES", "3"))
PROTECTED = "How many apples does Ann have left when she gives four of nine away?"
# Prompt and answers; some are copies of each other, some contradict each other, each has a defect or none.
TEXTS = [
    ("Is it one?", "**Yes**, it certainly is.", " No"),
    ("Is it two?", "**Yes**, it certainly is two.", " No"),
    ("Is it two?", "Nobody knows.", "I do."),
    ("Copied?", "One.", "Two."),
    ("Copied?", "Two.", "One."),
    (f"{WORDS} one?", "First.", "Second."),
    (f"{WORDS} two?", "Third.", "Fourth."),
    ("Token?", "It is.<|im_end|>", "It is not."),
    ("[INST] Which river? [/INST]", "Long.", "Short."),
    (f"So: {PROTECTED}", "Five.", "Six."),
    ("Cut?", " ".join(f"cut{number}" for number in range(150)), "B."),
    ("Refused?", "I'm sorry, but I can't help with that.", "It is Paris."),
    ("Please describe the river to me in your own words, will you?", GERMAN, LONG),
    ("Personal?", "Write to anna.schmidt@gmx.de soon.", "No idea."),
    ("Loops?", "I do not know.\n" * 8, "No idea."),
    ("Piled 1?", f"{LONG} and then it goes on 1", "Short."),
    ("Piled 2?", f"{LONG} and then it goes on 2", "Short."),
    ("Nearly?", LONG, f"{LONG}!"),
    ("Secret?", "Take AKIAIOSFODNN7EXAMPLE as key.", "No key."),
    ("Fence?", "See:\n```py\nx = 1", "No code."),
    ("Half?", "Kept.", " "),
    ("Other half?", "", "Kept too."),
    ("Same?", "Same.", "SAME."),
]
_A, _S, _U = Speaker.ASSISTANT, Speaker.SYSTEM, Speaker.USER
TALKS = [  # before the prompt; the first is no valid conversation
    [Message(speaker=_A, content="Hello")],
    [Message(speaker=_S, content="Be kind.<|im_end|>")],
    [Message(speaker=_U, content="I am anna.schmidt@gmx.de"), Message(speaker=_A, content="CafÃ© schÃ¶n")],
    [Message(speaker=_U, content="Is it two?"), Message(speaker=_A, content="Take AKIAIOSFODNN7EXAMPLE")],
]
FIXES = [
    ("V02", Severity.ERROR), ("V02", Severity.ERROR), ("V04", Severity.ERROR), ("V09", Severity.ERROR),
    ("V09", Severity.WARNING), ("V10", Severity.WARNING), ("V27", Severity.ERROR), ("V27", Severity.WARNING),
]  # fmt: skip
# V13 learns from texts each time, so that one policy asks it; the others need few pairs to say something.
SMALL = replace(
    POLICY, source_pairs=1_000_000, leak_pairs=2, leak_warning=0.0, bias_pairs=2, format_pairs=2,
    position_margin=0.0, position_p=1.0,
)  # fmt: skip
POLICIES = [
    SMALL,
    replace(SMALL, minimum_tier=Tier.SINGLE, pile_pairs=3, length_ratio=2.0),
    replace(SMALL, max_length=64, max_prompt_length=32, loop_lines=1.0, conflict_spread=0),
    replace(SMALL, near_prompt=0.99, rewrites=False, template_tokens=("Paris",), near_identical=1.0),
    replace(SMALL, split_seed=3, source_pairs=4, source_leak=0.0),
]


@dataclass
class World:
    """A workspace to which things happen."""

    db: Database
    policy: Policy

    def __post_init__(self) -> None:
        self.numbers = count(1)

    def action(self) -> Action:
        return Action(id=f"action-{next(self.numbers)}", reason="because", by="lead", now=NOW)

    def pair(self, chosen: int) -> Pair:
        with self.db.reading() as cursor:
            ids = cursor.execute("SELECT id FROM pair ORDER BY id").fetchall()
        return pairs.get(self.db, ids[chosen % len(ids)][0])

    def arrive(self, which: int, how: int) -> None:
        prompt, one, other = TEXTS[which % len(TEXTS)]
        prior = [Verdict.ANSWER_1, Verdict.ANSWER_2, Verdict.TIE, None][how % 4]
        context = TALKS[which % 4] if how >= 8 else []
        item, source = ("again" if how % 3 == 2 else ""), f"source-{how % 2}"
        made = pair_of(one, other, prompt, prior, context, item, source, next(self.numbers))
        with self.db.writing() as tx:
            pairs.add(tx, [made], NOW)
            tx.execute(
                "INSERT INTO ending (source_id, source_row, part, pair_id, finish_1, finish_2)"
                " SELECT 'e', $row, 0, $pair, 'length', 'stop' WHERE $ended",
                {"row": made.source_row, "pair": made.id, "ended": how == 5},
            )

    def decide(self, which: int, how: int) -> None:
        decisions.record(
            self.db,
            Decision(
                id=f"decision-{next(self.numbers)}",
                pair_id=self.pair(which).id,
                annotator_id=f"ann-{how % 3}",
                verdict=(verdict := list(Verdict)[how % 4]),
                left=Answer.ONE,
                server_time=NOW,
                strength=how % 3 + 1 if verdict.is_preference else None,
                rewrite=f"In my own words, number {how}." if how in (4, 8) else None,
            ),
        )

    def undo(self, which: int, how: int) -> None:
        mine = decisions.by_annotator(self.db, f"ann-{how % 3}")
        if mine:
            chosen = mine[which % len(mine)]
            decisions.undo(
                self.db,
                undo_id=f"undo-{next(self.numbers)}",
                decision_id=chosen.id,
                annotator_id=chosen.annotator_id,
                now=NOW,
            )

    def settle(self, which: int, how: int) -> None:
        pair_id = self.pair(which).id
        if how % 3 == 2:
            settlements.take_back(self.db, [pair_id], self.action())
        else:
            settlements.settle(self.db, {pair_id: list(Verdict)[how % 4]}, self.action())

    def place(self, which: int, how: int) -> None:
        change = [placements.put_back, placements.set_aside, placements.keep_one][how % 3]
        change(self.db, [self.pair(which).id], self.action())

    def mend(self, which: int, how: int) -> None:
        pair = self.pair(which)
        prompt = "Is it two?" if how % 4 == 3 else pair.prompt
        mended = Mend(
            pair_id=pair.id,
            context=text.context_json([pair.context, *TALKS, []][which % 6]),
            prompt=prompt,
            answer_1="" if how == 6 else f"Mended {how}.",
            answer_2=pair.answer_2,
        )
        mends.mend(self.db, [mended], "V09", self.action())

    def fix(self, which: int, _how: int) -> None:
        rule, severity = FIXES[which % len(FIXES)]
        fixes.apply(self.db, self.policy, rule, severity, self.action())

    def take_back(self, _which: int, _how: int) -> None:
        last = undoing.latest(self.db, "lead")
        if last is not None:
            undoing.undo(self.db, last.id, by="lead", now=NOW)

    def protect(self, which: int, how: int) -> None:
        protected.protect(self.db, f"bench-{how % 2}", [PROTECTED, f"Is it {which}?"], NOW)

    def change_policy(self, which: int, _how: int) -> None:
        self.policy = POLICIES[which % len(POLICIES)]

    def validate(self, _which: int, _how: int) -> None:
        with gate.opened(self.db, self.policy) as (cursor, examination):
            told = (examination, rows(cursor), behind(cursor, examination))
        with self.db.writing() as tx:  # so that nothing is taken over from the look that is to be checked
            tx.execute("DELETE FROM source_leak; DELETE FROM near_link")
        with snapshot.opened(self.db) as cursor:
            examination = gate.examined(cursor, self.policy)
            assert told == (examination, rows(cursor), behind(cursor, examination))


def rows(cursor: Cursor) -> list[list[tuple[object, ...]]]:
    """What a release would hold, and what it would leave out."""
    return [
        cursor.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
        for table in (
            "candidate",
            "releasable",
            "exclusion",
            "doubt",
            "cluster",
            "drawn",
            "part",
            "ballot",
            "pair",
        )
    ]


def behind(cursor: Cursor, examination: gate.Examination) -> dict[history.Key, list[tuple[object, ...]]]:
    found = {}
    for key, finding in history.keyed(examination.validation.findings):
        if concern.gather(cursor, finding.rule, finding.severity, key[2]):
            found[key] = cursor.execute("SELECT pair_id FROM concerned ORDER BY pair_id").fetchall()
    return found


HAPPENINGS: list[Callable[[World, int, int], None]] = [
    World.arrive, World.decide, World.decide, World.undo, World.settle, World.place, World.mend,
    World.fix, World.fix, World.take_back, World.protect, World.change_policy, World.validate, World.validate,
]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 30), st.integers(0, 11)),
        min_size=8,
        max_size=30,
    )
)
@settings(max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_what_changed_and_everything_lead_to_the_same_findings(
    happenings: list[tuple[Callable[[World, int, int], None], int, int]],
) -> None:
    world = World(db=Database.in_memory(), policy=SMALL)
    for number in range(0, len(TEXTS), 2):
        world.arrive(number, 0)
    world.validate(0, 0)
    for happen, which, how in happenings:
        with suppress(NothingToUndo, InvalidInput):
            happen(world, which, how)
    world.validate(0, 0)
    world.db.close()


def test_where_nothing_has_changed_no_rule_runs_again(db: Database, a_pair: APair) -> None:
    pair = a_pair()
    seen = gate.examine(db, SMALL)
    assert gate.examine(db, SMALL) is seen
    settle(db, pair, "tie")
    assert gate.examine(db, SMALL).ties == 1


def test_a_look_that_fails_leaves_what_was_kept_as_it_was(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair()
    seen = gate.examine(db, SMALL)
    a_decision(pair)
    with pytest.raises(KeyError), gate.opened(db, replace(SMALL, max_length=64)):
        raise KeyError("the page went away")
    assert gate.examine(db, SMALL).tiers == {Tier.SINGLE: 1} != seen.tiers


def test_a_second_look_meanwhile_is_taken_from_scratch_and_says_the_same(db: Database, a_pair: APair) -> None:
    a_pair()
    with gate.opened(db, SMALL) as (cursor, first), gate.opened(db, SMALL) as (other, second):
        assert cursor is not other
        assert first == second


def test_closing_the_database_lets_go_of_its_file_after_a_look(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "p.duckdb")
    gate.examine(db, SMALL)
    db.close()
    Database.open(tmp_path / "p.duckdb", threads=1).close()  # DuckDB refuses another setting while it is open


def test_every_table_behind_a_release_is_followed_or_is_about_no_pair() -> None:
    about_none = {"protected_prompt", "guideline", "project", "stated_licence"}
    assert {*moment.TABLES} - {*changes.LOGS} - about_none == {"edit"}  # the edited pair is a pair of its own


def test_fixes_of_answers_and_of_earlier_turns_are_followed_and_so_is_their_undoing() -> None:
    world = World(db=Database.in_memory(), policy=SMALL)
    half, other_half = (index for index, row in enumerate(TEXTS) if "alf?" in row[0])
    for number, how in ((half, 0), (other_half, 1), (1, 8), (2, 8), (3, 8)):
        world.arrive(number, how)
    world.validate(0, 0)
    before = told(world)
    assert {"V02", "V09", "V10", "V27"} <= before
    for which in range(len(FIXES)):
        with suppress(InvalidInput):
            world.fix(which, 0)
    world.validate(0, 0)
    assert "R02" in told(world)
    assert not {"V09", "V10", "V27"} & told(world)
    while undoing.latest(world.db, "lead"):
        world.take_back(0, 0)
    world.validate(0, 0)
    assert told(world) == before
    world.db.close()


def told(world: World) -> set[str]:
    return {finding.rule for finding in gate.examine(world.db, world.policy).validation.findings}
