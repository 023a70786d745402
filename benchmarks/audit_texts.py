"""The real pairs that defects are planted into, from the public files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A clean pair: the first answer is the chosen one."""

    prompt: str
    chosen: str
    rejected: str


def real_pairs(folder: Path) -> list[Texts]:
    """Real pairs of the public files, each once: Orca, two LLaMA-Factory sets, PandaLM, LLMBar."""
    found = [
        Texts(prompt=row["question"], chosen=row["chosen"].strip(), rejected=row["rejected"].strip())
        for row in _lines(folder / "orca_first100" / "orca_rlhf_first100.current_names.jsonl")
    ]
    for name in ("dpo_en_demo.json", "dpo_zh_demo.json"):
        found += [
            Texts(
                prompt=row["conversations"][-1]["value"],
                chosen=row["chosen"]["value"].strip(),
                rejected=row["rejected"]["value"].strip(),
            )
            for row in _list(folder / "llamafactory" / name)
        ]
    found += [
        Texts(
            prompt=f"{row['instruction']}\n{row['input']}".strip(),
            chosen=str(row["response1"]).strip(),
            rejected=str(row["response2"]).strip(),
        )
        for row in _list(folder / "pandalm" / "testset-v1.json")
    ]
    found += [
        Texts(prompt=row["input"], chosen=row["output_1"].strip(), rejected=row["output_2"].strip())
        for row in _list(folder / "llmbar" / "LLMBar_Natural.json")
    ]
    whole = [each for each in found if each.prompt.strip() and each.chosen and each.rejected]
    return list(dict.fromkeys(whole))


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _list(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows
