"""Pairs of plain words, as long as those of the first rows of Intel/orca_dpo_pairs."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

from benchmarks import labelled
from training import rendering
from training.choices import Template
from training.rendering import Limits, Rendered

_WORDS = ("red", "green", "blue", "stone", "river", "hill", "seven", "walks", "slowly", "home")


def texts(count: int) -> Iterator[tuple[str, str, str]]:
    """Prompts with two answers of plain words, each about a token, as long as real ones are."""
    rng, lengths = random.Random(0), _lengths()
    for number in range(count):
        prompt, chosen, rejected = (
            " ".join(rng.choices(_WORDS, k=length)) for length in lengths[number % len(lengths)]
        )
        yield prompt, chosen, rejected


def pairs(tokenizer: Any, count: int) -> list[Rendered]:
    """The same as a model reads them."""
    renderer = rendering.prepare(tokenizer, Template.OWN, Limits(prompt=1024, total=1536))
    return [renderer.rendered([{"role": "user", "content": prompt}], *both) for prompt, *both in texts(count)]


def _lengths() -> list[tuple[int, int, int]]:
    """(prompt, chosen, rejected) of the sample, in words and marks, which is about as many tokens."""
    path = labelled.folder() / "orca_first100" / "orca_rlhf_first100.current_names.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [(f"{row['system']} {row['question']}", row["chosen"], row["rejected"]) for row in rows]
    counted = [[max(1, len(re.findall(r"\w+|[^\w\s]", text))) for text in three] for three in texts]
    return [(prompt, chosen, rejected) for prompt, chosen, rejected in counted]
