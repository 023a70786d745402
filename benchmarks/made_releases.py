"""Release folders whose right labels are known, for benchmarks that train: no database, no rules."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from curation import text
from training import demo_corpus
from training.release_pairs import PreferencePair

_SAMPLE = Path(__file__).parents[1] / "curation" / "intake" / "sample.jsonl"
_KINDS = ("capital of", "as its capital", "opposite of", " plus ", "What is a ")


def sample() -> list[PreferencePair]:
    """The bundled sample: plain answers are preferred to chatty ones."""
    rows = [json.loads(line) for line in _SAMPLE.read_text(encoding="utf-8").splitlines()]
    return [pair(row["question"], row["chosen"], row["rejected"], system=row["system"]) for row in rows]


def correctness(*, seed: int = 0) -> list[PreferencePair]:
    """Questions that the demo model has read the answers to: the right one beside another question's.

    Both are written in one manner and are of like length, so that only who knows the answer tells them apart.
    """
    rng = random.Random(seed)
    made = []
    for kind in _KINDS:
        asked = _plain(kind)
        ends = {question: answer.rstrip(".").rsplit(maxsplit=1)[1] for question, answer in asked.items()}
        for question, answer in asked.items():
            others = sorted(set(ends.values()) - {ends[question]})
            made.append(
                pair(question, answer, f"{answer.rstrip('.').rsplit(maxsplit=1)[0]} {rng.choice(others)}.")
            )
    rng.shuffle(made)
    return made


def flipped(one: PreferencePair) -> PreferencePair:
    """The same pair with the wrong label; its id stays."""
    return replace(one, chosen=one.rejected, rejected=one.chosen)


def pair(question: str, chosen: str, rejected: str, *, system: str = "") -> PreferencePair:
    turns = [{"role": "system", "content": system}] if system else []
    return PreferencePair(
        pair_id=text.digest([system, question, *sorted((chosen, rejected))]),
        prompt=(*turns, {"role": "user", "content": question}),
        chosen=chosen,
        rejected=rejected,
    )


def write(folder: Path, *, train: Sequence[PreferencePair], test: Sequence[PreferencePair] = ()) -> Path:
    """A folder that training takes for a release: the columns it reads, and a manifest."""
    (folder / "data").mkdir(parents=True)
    for split, pairs in (("train", train), ("test", test)):
        if pairs:
            table = pa.Table.from_pylist([_row(one) for one in pairs])
            parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
    manifest = {
        "name": folder.name,
        "fingerprint": text.digest(sorted(files.values()), 32),
        "train": len(train),
        "test": len(test),
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _plain(kind: str) -> dict[str, str]:
    """question → its plain answer, for the questions of one kind."""
    read = demo_corpus.exchanges(random.Random(0), None)
    return {
        one.question: one.answer
        for one in sorted(read, key=lambda one: one.question)
        if kind in one.question and one.answer.endswith(".") and not demo_corpus.is_chatty(one.answer)
        and one.answer.count(".") == 1
    }  # fmt: skip


def _row(one: PreferencePair) -> dict[str, Any]:
    return {
        "pair_id": one.pair_id,
        "prompt": list(one.prompt),
        "chosen": [{"role": "assistant", "content": one.chosen}],
        "rejected": [{"role": "assistant", "content": one.rejected}],
    }
