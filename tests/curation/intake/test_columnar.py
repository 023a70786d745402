"""Reading a stretch all at once gives what reading its rows one by one gives, or hands it back."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.intake import blocks, columnar, containers, formats
from tests.curation.intake import hostile

NOW = datetime(2026, 11, 22, 9, 0)
ROW = {"system": "Be brief.", "question": "Why?", "chosen": "a", "rejected": " b"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.fixed_dictionaries(
    {"question": TEXTS.map(lambda each: each + "q"), "chosen": TEXTS, "rejected": TEXTS},
    optional={"system": TEXTS | st.none(), "other": st.integers() | st.lists(TEXTS)},
)


def both_ways(path: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(in pieces at once, row by row): every pair and refusal of a file with its line."""
    container = containers.recognise(path)
    mapping = formats.recognise(container.columns())
    assert mapping is not None
    at_once, slow = (
        hostile.told(blocks.of(container, mapping, "s", NOW, stretch))
        for stretch in ((0, path.stat().st_size), None)
    )
    return at_once, slow


def at_once(content: bytes) -> list[dict[str, object]] | None:
    mapping = formats.recognise(["system", "question", "chosen", "rejected"])
    assert mapping is not None
    table = columnar.table(content, mapping, "s", NOW)
    return None if table is None else table.to_pylist()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROWS, min_size=1, max_size=6),
    ascii_only=st.booleans(),
    mark=st.booleans(),
    feed=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_both_ways_give_the_same_pairs(
    rows: list[dict[str, object]], ascii_only: bool, mark: bool, feed: str, last: bool, tmp_path: Path
) -> None:
    lines = feed.join(json.dumps(row, ensure_ascii=ascii_only) for row in rows) + feed * last
    (tmp_path / "f").write_bytes(lines.encode("utf-8-sig" if mark else "utf-8"))
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_blocks_put_together_hold_every_row_and_refusal(
    limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps(ROW | {"question": f"Why {number}?"}) for number in range(20)]
    lines[3], lines[17] = "{broken", json.dumps({"question": "No answers."})
    (tmp_path / "f").write_text("\n".join(lines), encoding="utf-8")
    container = containers.recognise(tmp_path / "f")
    mapping = formats.recognise(container.columns())
    assert mapping is not None
    monkeypatch.setattr(blocks, "_ROWS", 2)
    apart = list(blocks.of(container, mapping, "s", NOW))
    monkeypatch.setattr(blocks, "_TOGETHER", limit)
    whole = list(blocks.together(apart))
    assert hostile.told(whole) == hostile.told(apart)
    assert (len(whole) < len(apart), whole[-1].lines, whole[-1].ends) == (limit > 2, apart[-1].lines, True)


HANDED_BACK = {
    "a broken line": "{broken",
    "a key twice": '{"question":"q","chosen":"a","chosen":"b","rejected":"c"}',
    "a number": json.dumps({**ROW, "chosen": 3}),
    "null": json.dumps({**ROW, "chosen": None}),
    "messages": json.dumps({**ROW, "chosen": [{"role": "assistant", "content": "a"}]}),
    "a missing column": '{"question": "q", "chosen": "a"}',
    "a lone surrogate": '{"question":"q","chosen":"\\ud800","rejected":"c"}',
    "NUL": '{"question":"q","chosen":"\\u0000","rejected":"c"}',
    "an empty prompt": json.dumps({**ROW, "question": "\u200b"}),
    "a model": json.dumps({**ROW, "chosen_model": "m"}),
    "an item": json.dumps({**ROW, "item": 7}),
    "a blank line": "",
    "two rows in a line": json.dumps(ROW) + json.dumps(ROW),
    "no object": "[1]",
    "nested without end": '{"other": ' + "[" * 100_000 + "}",
    "a number beyond all measure": '{"question": ' + "9" * 5000 + ', "chosen": "a", "rejected": "b"}',
}


@pytest.mark.parametrize("line", HANDED_BACK.values(), ids=HANDED_BACK.keys())
def test_lines_with_a_row_that_needs_a_closer_look_are_handed_back(line: str) -> None:
    good = json.dumps(ROW)
    assert at_once(f"{good}\n{line}\n{good}\n".encode()) is None
    assert at_once(f"{good}\n{good}\n".encode()) is not None


def test_bytes_of_another_encoding_are_handed_back() -> None:
    row = b'{"question":"q","chosen":"\xfc","rejected":"b"}'
    assert at_once(json.dumps(ROW).encode() + b"\n" + row + b"\n") is None


def test_a_row_over_two_lines_is_not_made_up_for_by_two_rows_in_one() -> None:
    good = json.dumps(ROW)
    assert at_once(f"{good[:-1]}\n}}\n{good}{good}\n{good}\n".encode()) is None


ODD = st.sampled_from(
    [
        *HANDED_BACK.values(),
        '{"question":"q","chosen":"a","rejected":"b","other":1,"other":2}',
        '{"question":"q","chosen":"a","rejected":"b","other":{"a":[1,{}]}}',
        '{"question":"q","chosen":"a","rejected":"b","other":' + "[" * 3000 + "]" * 3000 + "}",
        '{"question":"q","chosen":"a","rejected":"b","other":' + "9" * 5000 + "}",
        '{"question":"q","chosen":"a","rejected":"b","other":NaN}',
        '{"question":"q","chosen":"a","rejected":"b"} ',
        "\ufeff" + json.dumps(ROW),
        "\u2028" + json.dumps(ROW),
    ]
)
LINES = st.lists(ROWS.map(json.dumps) | ODD, min_size=2, max_size=25)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, pad=st.integers(0, 1))
def test_odd_rows_cost_only_themselves_and_keep_their_lines(
    lines: list[str], pad: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(blocks, "_ODD", 200)  # so that a few rows are cut into pieces too
    (tmp_path / "f").write_text("\n".join(["", json.dumps(ROW), *lines, ""][pad:]), encoding="utf-8")
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


@pytest.mark.parametrize("names", ["current_names", "legacy_names"])
def test_real_files_give_the_same_both_ways(names: str, shared_data: Path) -> None:
    swift, slow = both_ways(shared_data / "orca_first100" / f"orca_rlhf_first100.{names}.jsonl")
    assert swift == slow
    assert len(swift) == 100
