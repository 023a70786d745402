"""The public sets whose better answer is known, as pairs in canonical order. Read in place, never copied."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curation import text
from curation.model import Answer, Pair, Provenance, Verdict

Row = tuple[str, str, str]  # prompt, better answer, worse answer


def folder() -> Path:
    """Where the public data lies: PAIRLOOM_SHARED_DATA, or beside the project."""
    return Path(os.environ.get("PAIRLOOM_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")


def sets(place: Path) -> Mapping[str, list[Pair]]:
    """Each set's different pairs, whose prior winner is the better answer."""
    rows = {
        "orca": _orca(place / "orca_first100" / "orca_rlhf_first100.current_names.jsonl"),
        "pandalm": _pandalm(place / "pandalm" / "testset-v1.json"),
        "dpo_en": _sharegpt(place / "llamafactory" / "dpo_en_demo.json"),
        "dpo_zh": _sharegpt(place / "llamafactory" / "dpo_zh_demo.json"),
        "llmbar": _llmbar(place / "llmbar" / "LLMBar_Natural.json"),
    }
    return {
        name: list(
            {pair.id: pair for pair in (_pair(*row, number) for number, row in enumerate(found))}.values()
        )
        for name, found in rows.items()
    }


def _pair(prompt: str, better: str, worse: str, number: int) -> Pair:
    pair_id, place = text.canonical((), prompt, better, worse)
    first = place is Answer.ONE
    return Pair(
        id=pair_id,
        source_id="labelled",
        source_row=number + 1,
        context=(),
        prompt=prompt,
        answer_1=better if first else worse,
        answer_2=worse if first else better,
        origin_1="",
        origin_2="",
        prior_winner=Verdict(place.value),
        prior_provenance=Provenance.IMPORTED,
    )


def _orca(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["question"], row["chosen"], row["rejected"]


def _sharegpt(path: Path) -> Iterator[Row]:
    for row in _list(path):
        yield row["conversations"][-1]["value"], row["chosen"]["value"], row["rejected"]["value"]


def _pandalm(path: Path) -> Iterator[Row]:
    """By the majority of three people; 1 and 2 name the better answer, 0 is a tie."""
    for row in _list(path):
        ((verdict, votes),) = Counter(row[f"annotator{person}"] for person in (1, 2, 3)).most_common(1)
        one, two = str(row["response1"]), str(row["response2"])
        if verdict and votes > 1:
            asked = f"{row['instruction']}\n{row['input']}".strip()
            yield (asked, one, two) if verdict == 1 else (asked, two, one)


def _llmbar(path: Path) -> Iterator[Row]:
    for row in _list(path):
        one, two = row["output_1"], row["output_2"]
        yield (row["input"], one, two) if row["label"] == 1 else (row["input"], two, one)


def _list(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows
