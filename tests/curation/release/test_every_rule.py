"""One workspace in which every rule finds something: count, examples and pairs of a finding are the same."""

from curation.database import Database
from curation.labelling import placements
from curation.labelling.actions import Action
from curation.model import Message, Speaker
from curation.release import gate
from curation.validation import concern, history, protected, runner, snapshot, split
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding
from curation.validation.history import Key
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, ADecision, APair

LONG = "The river is two thousand kilometres long and flows through the whole of the country into the sea."
GERMAN = "Der Fluss ist zweitausend Kilometer lang und fliesst durch das ganze Land bis in das Meer hinein."
POLICY = Policy(
    max_length=128, max_prompt_length=64, removal_share=0.0, agreement_least=1, agreement_overlaps=2,
    agreement_warning=1.0, agreement_error=-1.0, source_pairs=10, source_leak=0.5, bias_pairs=50,
    pile_pairs=2, pile_share=0.0,
)  # fmt: skip
WORDS = " ".join(f"word{number}" for number in range(40))


def planted(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    """Rows won by looks, length and origin, votes that follow a side, and every defect of a single row."""
    for number in range(60):
        a_pair(f"**Yes**, it certainly is number {number}.", f" No{number}", prompt=f"Is it {number}?")
    for number in range(100):
        a_decision(a_pair(f"Yes{number}.", f"Nay{number}.", prompt=f"Left {number}?"), "answer_1", by="ann-1")
    defects(a_pair)
    voted(a_pair, a_decision)
    cut = a_pair("An answer that ended at the limit", "Lyon, I think.", prompt="Which ended?")
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO ending (source_id, source_row, part, pair_id, finish_1, finish_2)"
            " VALUES ('source-1', 1, 0, $pair, 'length', 'length')",
            {"pair": cut.id},
        )
    protected.protect(
        db, "bench", ["How many apples does Ann have left when she gives four of nine away?"], NOW
    )
    aside = a_pair(prompt="Set aside?")
    placements.set_aside(db, [aside.id], Action(id="a", reason="Not ours", by="lead", now=NOW))
    half = a_pair("Kept.", "", prompt="Half?")
    placements.keep_one(db, [half.id], Action(id="k", reason="For KTO", by="lead", now=NOW))


def defects(a_pair: APair) -> None:
    a_pair(context=[Message(speaker=Speaker.ASSISTANT, content="Hello")], prompt="Who begins?")
    a_pair("", "Something.", prompt="Empty?")
    a_pair("Same.", "SAME.", prompt="Same?")
    a_pair(LONG, f"{LONG}!", prompt="Nearly?")
    a_pair("One.", "Two.", prompt="Copied?")
    a_pair("One.", "Two.", prompt="Copied?", item="again")
    a_pair("Left.", "Right.", prompt="Which?")
    a_pair("Right.", "Left.", prompt="Which?", source="source-2")
    a_pair("First.", "Second.", prompt=f"{WORDS} one?")
    a_pair("Third.", "Fourth.", prompt=f"{WORDS} two?")
    a_pair("It is.<|im_end|>", "It is not.", prompt="Token?")
    a_pair("Long.", "Short.", prompt="[INST] Which river? [/INST]")
    a_pair("CafÃ© au lait, schÃ¶n", "Coffee.", prompt="Garbled?")
    a_pair("What is the capital of France? Paris.", "Paris.", prompt="What is the capital of France?")
    a_pair(prompt="So: How many apples does Ann have left when she gives four of nine away?")
    a_pair(prompt=" ".join(f"long{number}" for number in range(400)))
    a_pair(" ".join(f"cut{number}" for number in range(150)), "B.", prompt="Cut?")
    a_pair("I'm sorry, but I can't help with that.", "It is Paris.", prompt="Refused?")
    a_pair(GERMAN, LONG, prompt="Please describe the river to me in your own words, will you?")
    a_pair("Take AKIAIOSFODNN7EXAMPLE as key.", "No key.", prompt="Secret?")
    a_pair("Write to anna.schmidt@gmx.de soon.", "No idea.", prompt="Personal?")
    a_pair("I do not know.\n" * 8, "No idea.", prompt="Loops?")
    a_pair("See:\n```py\nx = 1", "No code.", prompt="Fence?")
    for number in range(3):
        a_pair(f"{LONG} and then it goes on {number}", "Short.", prompt=f"Piled {number}?")


def voted(a_pair: APair, a_decision: ADecision) -> None:
    a_decision(a_pair(prompt="Tie?"), "tie")
    a_pair(prompt="Nobody?", prior=None)
    for number in range(3):
        torn = a_pair(prompt=f"Torn {number}?")
        a_decision(torn, "chosen", by="ann-2")
        a_decision(torn, "rejected", by="ann-3")


def behind(cursor: Cursor, key: Key, finding: Finding) -> list[str]:
    assert concern.gather(cursor, key[0], finding.severity, key[2])
    return [pair_id for (pair_id,) in cursor.execute("SELECT pair_id FROM concerned").fetchall()]


def test_every_finding_of_every_rule_leads_to_the_pairs_it_counts(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    planted(db, a_pair, a_decision)
    with snapshot.opened(db) as cursor:
        findings = gate.examined(cursor, POLICY).validation.findings
        pairs = {key: behind(cursor, key, each) for key, each in history.keyed(findings)}
    rules = {finding.rule for finding in findings}
    assert {*runner.CHECKED, "G06"} - rules == {"V03", "V23"}  # at import; only by a mistake of ours
    for key, finding in history.keyed(findings):
        assert len(pairs[key]) == len({*pairs[key]}), key
        assert finding.examples == tuple(sorted(pairs[key])[: len(finding.examples)]), key
        assert len(pairs[key]) == finding.count or finding.unit != "pair", key
        assert 0 < finding.share <= 1, key
    # Of one rule and severity each has its own: loops, a pile at one length, what a source says.
    assert [len(pairs["V28", "W", nth]) for nth in range(3)] == [1, 3, 1]


def test_a_prompt_on_both_sides_of_the_split_leads_to_its_rows(db: Database, a_pair: APair) -> None:
    a_pair("One.", "Two.")
    a_pair("Three.", "Four.")
    a_pair(prompt="Another?")
    with snapshot.opened(db) as cursor:
        runner.run(cursor, Policy())
        cursor.execute(  # the two rows of one prompt apart
            "CREATE TEMP TABLE test_row AS"
            " SELECT * FROM drawn QUALIFY row_number() OVER (PARTITION BY prompt) > 1"
        )
        (finding,) = split.leak(cursor)
        assert sorted(behind(cursor, ("V23", "E", 0), finding)) == list(finding.examples)
    assert (finding.count, len(finding.examples)) == (2, 2)
