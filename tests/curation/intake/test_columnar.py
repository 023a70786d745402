"""Reading a stretch all at once gives what reading its rows one by one gives, or hands it back."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.intake import blocks, columnar, containers, formats

NOW = datetime(2026, 11, 22, 9, 0)
ROW = {"system": "Be brief.", "question": "Why?", "chosen": "a", "rejected": " b"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.fixed_dictionaries(
    {"question": TEXTS.map(lambda each: each + "q"), "chosen": TEXTS, "rejected": TEXTS},
    optional={"system": TEXTS | st.none(), "other": st.integers() | st.lists(TEXTS)},
)


def both_ways(path: Path) -> tuple[object, object]:
    """(all at once, row by row) as rows of a table; the first is None where it was handed back."""
    container = containers.recognise(path)
    mapping = formats.recognise(["system", "question", "chosen", "rejected"])
    assert mapping is not None
    whole = (0, path.stat().st_size)
    swift = columnar.table(path, whole, mapping, "s", NOW)
    (slow,) = blocks.of(container, mapping, "s", NOW)
    pairs = None if slow.pairs is None else slow.pairs.to_pylist()
    return None if swift is None else swift.to_pylist(), pairs


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=6), ascii_only=st.booleans(), mark=st.booleans())
def test_both_ways_give_the_same_pairs(
    rows: list[dict[str, object]], ascii_only: bool, mark: bool, tmp_path: Path
) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    (tmp_path / "f").write_bytes(lines.encode("utf-8-sig" if mark else "utf-8"))
    swift, slow = both_ways(tmp_path / "f")
    assert swift == slow


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
def test_a_stretch_with_a_row_that_needs_a_closer_look_is_handed_back(line: str, tmp_path: Path) -> None:
    good = json.dumps(ROW)
    (tmp_path / "f").write_text(f"{good}\n{line}\n{good}\n", encoding="utf-8")
    swift, slow = both_ways(tmp_path / "f")
    assert swift is None
    assert slow is not None


def test_bytes_of_another_encoding_are_handed_back(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(
        json.dumps(ROW).encode() + b'\n{"question":"q","chosen":"\xfc","rejected":"b"}\n'
    )
    assert both_ways(tmp_path / "f")[0] is None
