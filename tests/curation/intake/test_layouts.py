"""Which layouts are recognised, what each row of them becomes, and what is refused as ambiguous."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import formats, locations, preview, refusing, rows
from curation.intake.fields import ColumnMapping, Field
from curation.intake.ingest import Outcome
from curation.model import Message, Pair, Provenance, Speaker
from curation.workspace import Workspace

Import = Callable[..., Outcome]
Write = Callable[..., Path]

SYSTEM, USER, ASSISTANT = Speaker.SYSTEM, Speaker.USER, Speaker.ASSISTANT


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def shared_gpt(role: str, content: str) -> dict[str, str]:
    return {"from": role, "value": content}


def pair_of(row: dict[str, object], mapping: ColumnMapping | None = None) -> Pair:
    mapping = mapping or formats.recognise(list(row))
    assert mapping is not None
    return rows.pair_from(row, mapping, source_id="s", line=1)


def chosen(pair: Pair) -> tuple[str, str]:
    """(text, model) of the imported winner."""
    assert pair.prior_winner is not None
    first = pair.prior_winner.value == "answer_1"
    return (pair.answer_1, pair.origin_1) if first else (pair.answer_2, pair.origin_2)


TURNS = [said("user", "Hi"), said("assistant", "Hello"), said("user", "2 + 2?")]
CONTEXT = (Message(speaker=USER, content="Hi"), Message(speaker=ASSISTANT, content="Hello"))
FOUR, FIVE = said("assistant", "4"), said("assistant", " 5")

SAME_PAIR = {
    "trl messages": {"prompt": TURNS, "chosen": [FOUR], "rejected": [FIVE]},
    "trl with the prompt in both sides": {"chosen": [*TURNS, FOUR], "rejected": [*TURNS, FIVE]},
    "trl with the prompt repeated": {"prompt": TURNS, "chosen": [*TURNS, FOUR], "rejected": [*TURNS, FIVE]},
    "prompt as text, sides as messages": {
        "prompt": "2 + 2?",
        "chosen": [*TURNS, FOUR],
        "rejected": [*TURNS, FIVE],
    },
    "answers as text": {"prompt": TURNS, "chosen": "4", "rejected": " 5"},
    "sharegpt": {
        "conversations": [
            shared_gpt("human", "Hi"),
            shared_gpt("gpt", "Hello"),
            shared_gpt("human", "2 + 2?"),
        ],
        "chosen": shared_gpt("gpt", "4"),
        "rejected": shared_gpt("gpt", " 5"),
    },
}


@pytest.mark.parametrize("row", SAME_PAIR.values(), ids=SAME_PAIR.keys())
def test_every_way_to_write_a_conversation_gives_the_same_pair(row: dict[str, object]) -> None:
    pair = pair_of(row)
    assert pair.context == CONTEXT
    assert pair.prompt == "2 + 2?"
    assert chosen(pair)[0] == "4"
    assert pair.id == pair_of(SAME_PAIR["trl messages"]).id  # type: ignore[arg-type]


SAME_PLAIN_PAIR = {
    "orca": {"system": "Be brief.", "question": "q", "chosen": "a", "rejected": "b"},
    "orca-first": {"system": "Be brief.", "question": "q", "chatgpt": "a", "llama2-13b-chat": "b"},
    "trl": {"system": "Be brief.", "prompt": "q", "chosen": "a", "rejected": "b"},
    "trl messages": {
        "prompt": [said("system", "Be brief."), said("user", "q")],
        "chosen": [said("assistant", "a")],
        "rejected": [said("assistant", "b")],
    },
    "system in both": {
        "system": "Be brief.",
        "prompt": [said("system", "Be brief."), said("user", "q")],
        "chosen": [said("assistant", "a")],
        "rejected": [said("assistant", "b")],
    },
}


@pytest.mark.parametrize("row", SAME_PLAIN_PAIR.values(), ids=SAME_PLAIN_PAIR.keys())
def test_a_system_message_is_the_first_of_the_context(row: dict[str, object]) -> None:
    pair = pair_of(row)
    assert pair.context == (Message(speaker=SYSTEM, content="Be brief."),)
    assert pair.id == pair_of(SAME_PLAIN_PAIR["orca"]).id  # type: ignore[arg-type]


def test_the_first_upload_says_which_model_wrote_what_and_todays_columns_do_not() -> None:
    first = pair_of({"system": "", "question": "q", "chatgpt": "a", "llama2-13b-chat": "b"})
    assert chosen(first) == ("a", "chatgpt")
    assert {first.origin_1, first.origin_2} == {"chatgpt", "llama2-13b-chat"}
    today = pair_of({"system": "", "question": "q", "chosen": "a", "rejected": "b"})
    assert (today.origin_1, today.origin_2) == ("", "")


def test_columns_may_name_the_models_and_the_item() -> None:
    row: dict[str, object] = {
        "prompt": "q",
        "chosen": "a",
        "rejected": "b",
        "chosen_model": "m1",
        "rejected_model": None,
        "item": 7,
    }
    pair = pair_of(row)
    assert chosen(pair) == ("a", "m1")
    assert {pair.origin_1, pair.origin_2} == {"m1", ""}
    assert pair.item == "7"


def test_two_answers_without_a_preference_have_no_prior() -> None:
    pair = pair_of({"prompt": "q", "answer_1": "a", "answer_2": "b", "model_2": "m"})
    assert pair.prior_winner is None
    assert pair.prior_provenance is Provenance.NONE
    assert {(pair.answer_1, pair.origin_1), (pair.answer_2, pair.origin_2)} == {("a", ""), ("b", "m")}


A, B = said("assistant", "a"), said("assistant", "b")
REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "unknown role": (
        {"prompt": [said("usr", "q")], "chosen": [A], "rejected": [B]},
        "role 'usr'. Roles are system, user and assistant",
    ),
    "role of another kind": (
        {"prompt": [{"role": ["user"], "content": "q"}], "chosen": [A], "rejected": [B]},
        "has the role",
    ),
    "no role": ({"prompt": [{"content": "q"}], "chosen": [A], "rejected": [B]}, "has the role 'None'"),
    "prompt ends with the assistant": ({"prompt": [A], "chosen": [A], "rejected": [B]}, "not of the user"),
    "only a system message": (
        {"prompt": [said("system", "s")], "chosen": [A], "rejected": [B]},
        "ends with a message of the system",
    ),
    "empty prompt list": ({"prompt": [], "chosen": [A], "rejected": [B]}, "“prompt” is an empty list"),
    "no answer": ({"prompt": "q", "chosen": [], "rejected": [B]}, "“chosen” is an empty list"),
    "answer by the user": (
        {"prompt": "q", "chosen": [said("user", "a")], "rejected": [B]},
        "“chosen” does not end with an assistant message",
    ),
    "conversations part early": (
        {"chosen": [said("user", "x"), A], "rejected": [said("user", "y"), B]},
        "differ before their last message",
    ),
    "another prompt inside": (
        {"prompt": "q", "chosen": [said("user", "x"), A], "rejected": [said("user", "x"), B]},
        "different conversations",
    ),
    "two system messages": (
        {"system": "s", "prompt": [said("system", "t"), said("user", "q")], "chosen": [A], "rejected": [B]},
        "two different system messages",
    ),
    "no prompt anywhere": ({"chosen": "a", "rejected": "b"}, "The prompt is missing"),
    "content is a list": (
        {"prompt": [{"role": "user", "content": [{"type": "image"}]}], "chosen": [A], "rejected": [B]},
        "“prompt[1].content[1]” is image, not text",
    ),
    "a tool call": (
        {"prompt": "q", "chosen": [{**A, "tool_calls": [{"name": "f"}]}], "rejected": [B]},
        "calls a tool",
    ),
}


@pytest.mark.parametrize(("row", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_certain_is_refused(row: dict[str, object], sentence: str) -> None:
    with pytest.raises(refusing.Refused) as refused:
        pair_of(row)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "columns",
    [
        ("text", "label"),
        ("question", "prompt", "chosen", "rejected"),
        ("messages", "chosen", "rejected"),
        ("prompt", "responses"),
        ("prompt", "response_a", "response_b", "winner_model_a"),
        (),
    ],
)
def test_columns_that_leave_a_doubt_are_no_layout(columns: tuple[str, ...]) -> None:
    assert formats.recognise(columns) is None


def test_a_guess_is_only_proposed_to_a_person(write: Write, import_file: Import, tmp_path: Path) -> None:
    path = write({"query": "q", "preferred": "a", "loser": "b"})
    seen = preview.look(locations.locate(str(path), Workspace(home=tmp_path)))
    assert seen.needs_mapping
    assert seen.mapping == {
        Field.PROMPT: "query",
        Field.CHOSEN: "preferred",
        Field.REJECTED: "loser",
    }
    assert seen.pairs == ()
    with pytest.raises(InvalidInput, match="no layout Pairloom knows"):
        import_file(path)


def test_a_mapping_by_hand_can_be_tried_before_it_is_used(write: Write, tmp_path: Path) -> None:
    path = write({"q": "Why?", "good": "a", "bad": "b"}, {"q": 7, "good": "a", "bad": "b"})
    mapping = formats.by_hand({"prompt": "q", "chosen": "good", "rejected": "bad", "system": ""})
    seen = preview.look(locations.locate(str(path), Workspace(home=tmp_path)), mapping=mapping)
    assert not seen.needs_mapping
    assert [pair.prompt for pair in seen.pairs] == ["Why?"]
    assert [refusal.line for refusal in seen.refusals] == [2]
    assert seen.columns == ("q", "good", "bad")


BAD_MAPPINGS: dict[str, tuple[dict[str, str], str]] = {
    "no rejected": ({"prompt": "a", "chosen": "b"}, "needs either chosen and rejected, or answer_1"),
    "answers without scores": ({"prompt": "a", "answers": "b"}, "or answers with scores or ranks"),
    "both kinds": (
        {"chosen": "a", "rejected": "b", "answer_1": "c", "answer_2": "d"},
        "needs either chosen and rejected",
    ),
    "unknown field": ({"victor": "a"}, "“victor” is nothing a column can be"),
    "one column twice": ({"chosen": "a", "rejected": "a"}, "The column “a” is mapped twice"),
}


@pytest.mark.parametrize(("columns", "sentence"), BAD_MAPPINGS.values(), ids=BAD_MAPPINGS.keys())
def test_a_mapping_that_cannot_work_says_why(columns: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        formats.by_hand(columns)


def test_a_mapped_column_that_is_not_there_names_those_that_are(write: Write, import_file: Import) -> None:
    path = write({"q": "a", "good": "b", "bad": "c"})
    mapping = formats.by_hand({"prompt": "Q", "chosen": "good", "rejected": "bad"})
    with pytest.raises(InvalidInput, match=r"There is no column “Q”\. The columns are: q, good, bad"):
        import_file(path, mapping)


def test_an_unknown_layout_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"votes, label-studio, .*, orca, orca-first, .*trl, sharegpt"):
        formats.named("babel", ("a",))


ORCA = (
    "orca_rlhf_first100.current_names.jsonl",
    "orca_rlhf_first100.legacy_names.jsonl",
    "orca_dpo_pairs_demo.csv",
)


def test_the_same_hundred_orca_rows_in_three_layouts_are_the_same_hundred_pairs(
    shared_data: Path, import_file: Import, database: Database
) -> None:
    first, legacy, table = (import_file(shared_data / "orca_first100" / name) for name in ORCA)
    assert (first.counts.accepted, first.counts.refused) == (100, 0)
    assert (legacy.counts.accepted, legacy.counts.duplicate) == (0, 100)
    assert (table.counts.accepted, table.counts.duplicate) == (0, 100)
    assert [each.layout for each in (first, legacy, table)] == ["orca", "orca-first", "orca"]
    with database.reading() as cursor:
        disagreeing = cursor.execute(
            "SELECT count(*) FROM (SELECT pair_id FROM appearance GROUP BY pair_id"
            " HAVING count(DISTINCT prior_winner) > 1 OR count(*) <> 3)"
        ).fetchone()
        without_system = cursor.execute("SELECT count(*) FROM pair WHERE context = '[]'").fetchone()
        blanks = cursor.execute(
            "SELECT count(*) FROM pair WHERE "
            "starts_with(CASE prior_winner WHEN 'answer_1' THEN answer_2 ELSE answer_1 END, ' ')"
        ).fetchone()
    assert disagreeing == (0,)
    assert without_system == (8,)  # data/README: 8 empty system cells
    assert blanks == (100,)  # and every rejected answer begins with a blank


def test_real_files_in_other_layouts(shared_data: Path, import_file: Import) -> None:
    assert import_file(shared_data / "misc_formats" / "hh_rlhf_tiny.json").layout == "trl-implicit"
    english = import_file(shared_data / "llamafactory" / "dpo_en_demo.json")
    assert english.layout == "sharegpt"
    # 300 rows, 295 of them distinct as unordered pairs (counted with json and a Counter)
    assert (english.counts.accepted, english.counts.duplicate, english.counts.refused) == (295, 5, 0)
    stack = import_file(shared_data / "misc_formats" / "stack_exchange_paired_tiny.json")
    assert (stack.layout, stack.counts.accepted, stack.counts.refused) == ("stack", 25, 0)
    parts = import_file(shared_data / "llamafactory" / "v1_dpo_demo_head.jsonl")
    assert (parts.layout, parts.counts.accepted, parts.counts.refused) == ("llamafactory-v1", 10, 0)
    # One prompt has an answer of each kind; the other 298 rows are kept
    alone = import_file(shared_data / "llamafactory" / "kto_en_demo.json")
    assert (alone.layout, alone.counts.accepted, alone.counts.aside) == ("kto-messages", 1, 298)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("misc_formats/doccano_utf16.csv", "text, label"),
    ],
)
def test_real_files_of_no_known_layout_say_which_columns_they_have(
    shared_data: Path, import_file: Import, name: str, columns: str
) -> None:
    with pytest.raises(InvalidInput, match=f"has the columns {columns}, which is no layout"):
        import_file(shared_data / name)


def test_a_list_far_larger_than_a_chunk_comes_out_whole(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "many.json"
    entries = [
        {"prompt": f"question {number}", "chosen": '[{,]}"\\' * 50, "rejected": "x"} for number in range(6000)
    ]
    path.write_text(json.dumps(entries, indent=2), encoding="utf-8")
    assert path.stat().st_size > 3_000_000
    assert import_file(path).counts.accepted == 6000


def test_a_system_message_that_first_appears_far_down_is_not_lost(
    write: Write, import_file: Import, database: Database
) -> None:
    plain = [{"question": f"q{number}", "chosen": "a", "rejected": "b"} for number in range(300)]
    import_file(write(*plain, {"question": "q", "chosen": "a", "rejected": "b", "system": "Be brief."}))
    with database.reading() as cursor:
        found = cursor.execute("SELECT context FROM pair WHERE prompt = 'q'").fetchone()
    assert found == ('[{"role":"system","content":"Be brief."}]',)
