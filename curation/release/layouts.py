"""The same rows in the shapes that other trainers read. Pure functions of one row of a release.

Texts are never changed, with two exceptions that carry it in their name or their README: a plain prompt
ends with a blank line, because its trainers join prompt and answer as they stand, and the CSV for
spreadsheets marks cells that a spreadsheet would calculate.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from curation.model import Speaker

Row = Mapping[str, Any]
Shaped = dict[str, Any]

# What spreadsheets take for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GPT = {Speaker.USER: "human", Speaker.ASSISTANT: "gpt"}


class Layout(StrEnum):
    """A shape to export."""

    TRL = "trl"
    TRL_CONVERSATIONAL = "trl-conversational"
    KTO = "kto"
    SHAREGPT = "sharegpt"
    OPENAI = "openai"
    CSV = "csv"
    SPREADSHEET = "spreadsheet"

    @property
    def shape(self) -> "Shape":
        return _SHAPES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a layout is written and read.

    Attributes:
        title: for the screen.
        suffix: of its files: jsonl, json (one array) or csv.
        rows: what one row of train or test becomes; empty where the layout cannot hold it.
        undecided: what one row of ties.parquet becomes, where the layout has a use for it.
        single: what one row of unpaired.parquet becomes, likewise.
        left_out: why a row can be left out; "" where none is.
        note: for the README of the export: what reads it, and what was done to the texts.
    """

    title: str
    suffix: str
    rows: Callable[[Row], list[Shaped]]
    note: str
    undecided: Callable[[Row], list[Shaped]] | None = None
    single: Callable[[Row], list[Shaped]] | None = None
    left_out: str = ""


def plain(row: Row) -> list[Shaped]:
    """TRL's standard preference layout: three strings."""
    system, history, prompt = parts(row["prompt"])
    if history:
        return []
    before = f"{system}\n\n" if system else ""
    return [
        {
            "prompt": f"{before}{prompt}\n\n",
            "chosen": _answer(row["chosen"]),
            "rejected": _answer(row["rejected"]),
            "pair_id": row["pair_id"],
        }
    ]


def conversational(row: Row) -> list[Shaped]:
    """TRL's conversational preference layout with an explicit prompt."""
    return [{name: row[name] for name in ("prompt", "chosen", "rejected", "pair_id")}]


def unpaired(row: Row) -> list[Shaped]:
    """TRL's conversational unpaired layout (KTO): the chosen answer is wanted, the rejected one is not."""
    return [
        {"prompt": row["prompt"], "completion": row[side], "label": wanted, "pair_id": row["pair_id"]}
        for side, wanted in (("chosen", True), ("rejected", False))
    ]


def unwanted(row: Row) -> list[Shaped]:
    """Both answers of a pair judged both bad; a tie says nothing about either."""
    if row["verdict"] != "both_bad":
        return []
    return [
        {"prompt": row["prompt"], "completion": row[side], "label": False, "pair_id": row["pair_id"]}
        for side in ("answer_1", "answer_2")
    ]


def single(row: Row) -> list[Shaped]:
    """An answer that is kept of a pair whose other one is empty."""
    return [{name: row[name] for name in ("prompt", "completion", "label", "pair_id")}]


def sharegpt(row: Row) -> list[Shaped]:
    """LLaMA-Factory's ranking layout: turns of human and gpt, the system message beside them."""
    system, history, prompt = parts(row["prompt"])
    turns = [*history, {"role": Speaker.USER.value, "content": prompt}]
    return [
        {
            "system": system,
            "conversations": [
                {"from": _GPT[Speaker(turn["role"])], "value": turn["content"]} for turn in turns
            ],
            "chosen": {"from": "gpt", "value": _answer(row["chosen"])},
            "rejected": {"from": "gpt", "value": _answer(row["rejected"])},
            "pair_id": row["pair_id"],
        }
    ]


def openai(row: Row) -> list[Shaped]:
    """The preference layout of OpenAI's and Azure's fine-tuning. It allows no further keys."""
    return [
        {
            "input": {"messages": row["prompt"]},
            "preferred_output": row["chosen"],
            "non_preferred_output": row["rejected"],
        }
    ]


def table(row: Row) -> list[Shaped]:
    """One line of CSV; earlier turns as JSON."""
    system, history, prompt = parts(row["prompt"])
    return [
        {
            "pair_id": row["pair_id"],
            "system": system,
            "history": json.dumps(history, ensure_ascii=False) if history else "",
            "prompt": prompt,
            "chosen": _answer(row["chosen"]),
            "rejected": _answer(row["rejected"]),
            "tier": row["tier"],
            "n_votes": row["n_votes"],
            "source": row["source"],
        }
    ]


def for_spreadsheets(row: Row) -> list[Shaped]:
    """The same, with an apostrophe before every cell that a spreadsheet would take for a formula."""
    return [{name: _inert(value) for name, value in line.items()} for line in table(row)]


def parts(prompt: list[dict[str, str]]) -> tuple[str, list[dict[str, str]], str]:
    """(system message or "", earlier turns, last user turn) of a prompt."""
    first = prompt[0]
    system = first["content"] if first["role"] == Speaker.SYSTEM.value else ""
    turns = prompt[1:] if first["role"] == Speaker.SYSTEM.value else prompt
    return system, turns[:-1], turns[-1]["content"]


def _answer(messages: list[dict[str, str]]) -> str:
    return messages[0]["content"]


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


_SHAPES = {
    Layout.TRL: Shape(
        title="TRL, plain text",
        suffix="jsonl",
        rows=plain,
        left_out="a plain prompt has no place for earlier turns; take the conversational layout for them",
        note="For `trl.DPOTrainer` without a chat template. The system message stands before the prompt, and "
        "every prompt ends with a blank line, because the trainer joins prompt and answer as they stand.",
    ),
    Layout.TRL_CONVERSATIONAL: Shape(
        title="TRL, conversational",
        suffix="jsonl",
        rows=conversational,
        note="For `trl.DPOTrainer` and others that apply a chat template. Texts are those of the release.",
    ),
    Layout.KTO: Shape(
        title="KTO, one answer a row",
        suffix="jsonl",
        rows=unpaired,
        undecided=unwanted,
        single=single,
        left_out="a tie says nothing about either answer, and a pair judged both bad, or a single answer, "
        "would leak a prompt that is held out",
        note="For `trl`'s KTOTrainer. Answers of pairs that were judged both bad are unwanted answers of the "
        "training part; single answers kept of pairs whose other one is empty are wanted ones. Texts are "
        "those of the release.",
    ),
    Layout.SHAREGPT: Shape(
        title="ShareGPT, for LLaMA-Factory",
        suffix="json",
        rows=sharegpt,
        note="For LLaMA-Factory: name this folder as `dataset_dir` and a name of `dataset_info.json` as "
        "`dataset`. Texts are those of the release.",
    ),
    Layout.OPENAI: Shape(
        title="OpenAI preference",
        suffix="jsonl",
        rows=openai,
        note="For preference fine-tuning at OpenAI and Azure. Texts are those of the release.",
    ),
    Layout.CSV: Shape(
        title="CSV",
        suffix="csv",
        rows=table,
        note="UTF-8, every field quoted, lines end with LF. Texts are those of the release to the byte, so "
        "an answer may begin with a sign that a spreadsheet would calculate: open it with programs, and take "
        "the spreadsheet layout for looking at it. In pandas read it with `keep_default_na=False`, else an "
        "answer “None” becomes no answer.",
    ),
    Layout.SPREADSHEET: Shape(
        title="CSV for spreadsheets",
        suffix="csv",
        rows=for_spreadsheets,
        note="For looking at, not for training: every cell that a spreadsheet would calculate begins with an "
        "apostrophe, and the file with a byte order mark. Spreadsheets cut cells at 32,767 characters.",
    ),
}
