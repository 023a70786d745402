"""The real pairs that defects are planted into, from the public files: those that the rules were written with
in sight, and those that nobody looked at while a threshold was chosen.
"""

import gzip
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A clean pair: the first answer is the chosen one."""

    prompt: str
    chosen: str
    rejected: str


def seen_pairs(folder: Path) -> list[Texts]:
    """Pairs that thresholds were chosen on, each once: Orca, two LLaMA-Factory sets, PandaLM, LLMBar."""
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
    return _whole(found)


def held_out_pairs(folder: Path) -> list[Texts]:
    """Pairs that no threshold was chosen on: KTO chats, StackExchange, code, solutions of sums.

    Where a file has one answer a prompt, the answer to the next prompt is the rejected one.
    """
    asked = [*_chats(folder / "llamafactory" / "kto_en_demo.json")]
    asked += [
        (row["prompt"], row["canonical_solution"])
        for row in _lines(folder / "benchmark_prompts" / "HumanEval.jsonl.gz")
    ]
    asked += [(row["question"], row["answer"]) for row in _lines(folder / "gsm8k" / "train.jsonl")[:400]]
    found = [
        Texts(prompt=prompt, chosen=answer.strip(), rejected=other.strip())
        for (prompt, answer), (_, other) in itertools.pairwise(asked)
    ]
    found += [
        Texts(prompt=row["question"], chosen=row["response_j"].strip(), rejected=row["response_k"].strip())
        for row in _list(folder / "misc_formats" / "stack_exchange_paired_tiny.json")
    ]
    return _whole(found)


def _chats(path: Path) -> Iterator[tuple[str, str]]:
    """Each question of a conversation with its answer."""
    for row in _list(path):
        said = [str(message["content"]) for message in row["messages"]]
        yield from zip(said[::2], said[1::2], strict=False)


def _whole(found: list[Texts]) -> list[Texts]:
    whole = [each for each in found if each.prompt.strip() and each.chosen and each.rejected]
    return list(dict.fromkeys(whole))


def _lines(path: Path) -> list[dict[str, str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line]


def _list(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows
