"""A release in the layouts of other trainers."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from curation.errors import InvalidInput
from curation.model import Message, Speaker
from curation.release import export
from curation.release.export import Export
from curation.release.layouts import Layout
from curation.release.releases import Release
from tests.curation.conftest import ADecision, APair
from tests.curation.release import openai_preference
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_consumers import child
from tests.curation.release.test_releases import bytes_of, pairs_of

AWKWARD = (
    "=1+1",
    "None",
    "NA",
    '"quoted", and\ncut\r\nagain',
    "a\u2028b\u0085c",
    "Größer 👍 值",
    "- a\n- b",
    "@tab\tnul\x00end",
)
TALK = (
    Message(speaker=Speaker.SYSTEM, content="Be brief."),
    Message(speaker=Speaker.USER, content="Hi."),
    Message(speaker=Speaker.ASSISTANT, content="Hello."),
)


@pytest.fixture
def release(a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None) -> Release:
    """Plain pairs, awkward texts, a system message, earlier turns, a tie and a pair of two bad answers."""
    for number, text in enumerate(AWKWARD):
        a_pair(text, f"no {number}", prompt=f"{text} {number}")
    a_pair("Ja.", "Nein.", prompt="system?", context=TALK[:1])
    a_pair("Oui.", "Non.", prompt="talk?", context=TALK)
    a_decision(a_pair(prompt="tie?"), "tie")
    a_decision(a_pair("Bad.", "Worse.", prompt="bad?"), "both_bad")
    return releasing()


def exported(release: Release, layout: Layout, tmp_path: Path) -> Export:
    return export.export(release.path, layout, tmp_path / layout)


def lines_of(made: Export) -> list[dict[str, Any]]:
    """All rows of an export, by the reader that its kind of file asks for."""
    found = []
    for path in sorted(made.path.glob("t*-*")):
        if made.layout.shape.suffix == "csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                found += list(csv.DictReader(file))
        elif made.layout.shape.suffix == "json":
            found += json.loads(path.read_text(encoding="utf-8"))
        else:
            found += [json.loads(line) for line in path.read_bytes().decode("utf-8").splitlines()]
    return found


def answers(line: dict[str, Any], layout: Layout) -> tuple[str, str]:
    if layout is Layout.OPENAI:
        return line["preferred_output"][0]["content"], line["non_preferred_output"][0]["content"]
    chosen, rejected = line["chosen"], line["rejected"]
    if layout is Layout.SHAREGPT:
        return chosen["value"], rejected["value"]
    if layout is Layout.TRL_CONVERSATIONAL:
        return chosen[0]["content"], rejected[0]["content"]
    return chosen, rejected


@pytest.mark.parametrize(
    "layout",
    [Layout.TRL, Layout.TRL_CONVERSATIONAL, Layout.SHAREGPT, Layout.OPENAI, Layout.CSV],
)
def test_every_text_survives_to_the_byte(release: Release, layout: Layout, tmp_path: Path) -> None:
    made = exported(release, layout, tmp_path)
    released = {
        (row["chosen"][0]["content"], row["rejected"][0]["content"])  # type: ignore[index]
        for row in pairs_of(release.path)
    }
    found = {answers(line, layout) for line in lines_of(made)}
    missing = {("Oui.", "Non.")} if layout is Layout.TRL else set()
    assert found == released - missing
    assert made.left_out == len(missing)
    assert made.train + made.test == len(found)


def test_kto_has_two_rows_a_pair_and_both_of_a_bad_one_unwanted(release: Release, tmp_path: Path) -> None:
    made = exported(release, Layout.KTO, tmp_path)
    lines = lines_of(made)
    assert len(lines) == 2 * (release.train + release.test) + 2 == made.train + made.test
    assert made.left_out == 1  # the tie
    labels = {line["completion"][0]["content"]: line["label"] for line in lines}
    assert (labels["Oui."], labels["Non."], labels["Bad."], labels["Worse."]) == (True, False, False, False)


def test_a_bad_pair_whose_prompt_is_held_out_is_in_no_export(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None, tmp_path: Path
) -> None:
    held_out = pairs_of(releasing("v1").path)[-1]["prompt"][-1]["content"]  # type: ignore[index]
    a_decision(a_pair("Bad.", "Worse.", prompt=f" {held_out.upper()}"), "both_bad")
    made = exported(releasing("v2"), Layout.KTO, tmp_path)
    assert made.left_out == 1
    assert "Worse." not in json.dumps(lines_of(made))


def test_openai_accepts_every_line(release: Release, tmp_path: Path) -> None:
    lines = lines_of(exported(release, Layout.OPENAI, tmp_path))
    assert [fault for line in lines for fault in openai_preference.faults(line)] == []
    (talk,) = (line for line in lines if line["preferred_output"][0]["content"] == "Oui.")
    assert [turn["role"] for turn in talk["input"]["messages"]] == ["system", "user", "assistant", "user"]


def test_the_check_of_openais_layout_can_fail() -> None:
    assert openai_preference.faults({"prompt": "x"})
    assert openai_preference.faults(
        {
            "input": {"messages": [{"role": "assistant", "content": "x"}]},
            "preferred_output": [],
            "non_preferred_output": [{"role": "assistant", "content": ""}],
        }
    ) == ["the input does not end with the user's turn", "preferred_output", "non_preferred_output"]


def test_dataset_info_names_files_and_columns_that_exist(release: Release, tmp_path: Path) -> None:
    made = exported(release, Layout.SHAREGPT, tmp_path)
    info = json.loads((made.path / "dataset_info.json").read_text(encoding="utf-8"))
    assert len(info) == 2
    for entry in info.values():
        rows = json.loads((made.path / entry["file_name"]).read_text(encoding="utf-8"))
        assert set(entry["columns"].values()) <= set(rows[0])
    (talk,) = (line for line in lines_of(made) if line["chosen"]["value"] == "Oui.")
    assert talk["system"] == "Be brief."
    assert [turn["from"] for turn in talk["conversations"]] == ["human", "gpt", "human"]


def test_a_spreadsheet_calculates_nothing_and_the_csv_keeps_the_bytes(
    release: Release, tmp_path: Path
) -> None:
    inert = lines_of(exported(release, Layout.SPREADSHEET, tmp_path))
    kept = lines_of(exported(release, Layout.CSV, tmp_path))
    assert {row["chosen"] for row in inert} >= {"'=1+1", "'- a\n- b"}
    assert {row["chosen"] for row in kept} >= {"=1+1", "- a\n- b"}
    assert not any(str(value).startswith(tuple("=+-@")) for row in inert for value in row.values())


@pytest.mark.parametrize("layout", list(Layout))
def test_an_export_names_the_release_and_is_the_same_every_time(
    release: Release, layout: Layout, tmp_path: Path
) -> None:
    made = exported(release, layout, tmp_path)
    readme = (made.path / "README.md").read_text(encoding="utf-8")
    assert release.fingerprint in readme
    assert all(release.fingerprint[:12] in path.name for path in made.path.glob("t*-*"))
    again = export.export(release.path, layout, tmp_path / "again")
    assert bytes_of(made.path) == bytes_of(again.path)


def test_a_changed_release_is_not_exported(release: Release, tmp_path: Path) -> None:
    (release.path / "ties.parquet").write_bytes(b"PAR1")
    with pytest.raises(InvalidInput, match=r"v1 is not as it was released: ties\.parquet"):
        exported(release, Layout.CSV, tmp_path)
    assert list(tmp_path.glob("*csv*")) == []


def test_an_export_overwrites_nothing(release: Release, tmp_path: Path) -> None:
    exported(release, Layout.CSV, tmp_path)
    with pytest.raises(InvalidInput, match="exists already"):
        exported(release, Layout.CSV, tmp_path)


_LOAD_ALL = """
import json, sys
import datasets
datasets.disable_progress_bars()
found = {}
for layout, kind, extra in (
    ("trl", "json", {}), ("trl-conversational", "json", {}), ("kto", "json", {}), ("openai", "json", {}),
    ("sharegpt", "json", {}), ("csv", "csv", {"keep_default_na": False}),
):
    import glob
    files = {part: glob.glob(f"{sys.argv[1]}/{layout}/{part}-*") for part in ("train", "test")}
    loaded = datasets.load_dataset(kind, data_files=files, **extra)
    rows = [row for part in loaded.values() for row in part]
    sides = ("chosen", "completion", "preferred_output")
    texts = json.dumps([row[side] for row in rows for side in sides if side in row])
    found[layout] = {"rows": len(rows), "awkward": [text for text in json.loads(sys.argv[2])
                                                    if json.dumps(text)[1:-1] not in texts]}
print(json.dumps(found))
"""


def test_datasets_loads_every_layout_with_every_text(release: Release, tmp_path: Path) -> None:
    layouts = [layout for layout in Layout if layout is not Layout.SPREADSHEET]
    expected = {layout.value: exported(release, layout, tmp_path) for layout in layouts}
    loaded = child(
        _LOAD_ALL, str(tmp_path), json.dumps(AWKWARD), environment={"HF_HOME": str(tmp_path / "hf")}
    )
    assert loaded == {
        name: {"rows": made.train + made.test, "awkward": []} for name, made in expected.items()
    }
