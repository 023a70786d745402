"""Small real releases, runs and models for the tests of the training core."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.workspace import Workspace
from tests.training import run_folders
from training import base_model, demo_model, presets, recipe, runs, supervisor
from training.base_model import BaseModel
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair
from training.runs import Request, Resumption, RunState
from training.supervisor import StartRequest
from training.system_turn import Turn

NAMES = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hugo", "Ida", "Jonas", "Kira", "Leo")


def a_pair(number: int, *, prompt: Sequence[Turn] | None = None) -> PreferencePair:
    """Plain answers win over padded ones, so that there is something to learn."""
    name = NAMES[number % len(NAMES)]
    question = f"What is the capital of the land of {name} number {number}?"
    return PreferencePair(
        pair_id=f"{number:032x}",
        prompt=tuple(prompt or ({"role": "user", "content": question},)),
        chosen=f"The capital is {name}.",
        rejected=f"Sure! I'd be happy to help! The capital is {name}. Let me know if you need anything else!",
    )


def write_release(folder: Path, train: Sequence[PreferencePair], test: Sequence[PreferencePair]) -> Path:
    """A release folder as the release page leaves it (rules.md §6)."""
    (folder / "data").mkdir(parents=True)
    for split, pairs in (("train", train), ("test", test)):
        table = pa.Table.from_pylist([_row(pair) for pair in pairs])
        parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }
    manifest = {"name": "small", "fingerprint": "f" * 64, "train": len(train), "test": len(test)}
    (folder / "manifest.json").write_text(json.dumps({**manifest, "files": files}), encoding="utf-8")
    return folder


def write_run(
    home: Path,
    release: Path,
    settings: DpoRecipe,
    *,
    model: BaseModel,
    name: str = "20260101T000000Z-aaaa",
    resumes: Resumption | None = None,
) -> Path:
    """A run folder as the supervisor leaves it for the worker."""
    run = home / "runs" / name
    (run / "control").mkdir(parents=True)
    request = Request(
        run=name, request_id=name, created_at=datetime.now(UTC), by="ann-1", release=release,
        release_name="small", fingerprint="f" * 64, model=model, recipe=recipe.to_dict(settings),
        launcher="local", versions={"trl": "1.16.0"}, host="here", resumes=resumes,
    )  # fmt: skip
    runs.write_request(run, request)
    return run


def in_folder(path: Path) -> BaseModel:
    return base_model.parse(str(path))


def _row(pair: PreferencePair) -> dict[str, Any]:
    sides = {
        "chosen": [{"role": "assistant", "content": pair.chosen}],
        "rejected": [{"role": "assistant", "content": pair.rejected}],
    }
    return {"pair_id": pair.pair_id, "prompt": list(pair.prompt), **sides}


@pytest.fixture
def small_release(tmp_path: Path) -> Path:
    """24 pairs to train on, 8 held out."""
    return write_release(
        tmp_path / "release", [a_pair(n) for n in range(24)], [a_pair(n) for n in range(100, 108)]
    )


@pytest.fixture(scope="session")
def untrained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model's tokenizer with tiny random weights: made in a second, good for arithmetic only."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = demo_model.tokenizer()
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def completed_run(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Path:
    """A completed run on random weights, with a rate high enough for the adapter to change every answer."""
    space = Workspace(home=tmp_path_factory.mktemp("workspace"))
    release = write_release(
        space.releases / "small", [a_pair(n) for n in range(28)], [a_pair(n) for n in range(100, 108)]
    )
    changes = {"max_steps": "4", "warmup_steps": "0", "save_every": "2", "sample_prompts": "1"}
    settings = recipe.with_changes(
        presets.find("demo").recipe, {**changes, "sample_tokens": "4", "learning_rate": "0.05"}
    )
    model = in_folder(untrained_model)
    request = StartRequest(release=release, model=model, recipe=settings, by="lead", space=space)
    run = space.runs / supervisor.start(request)
    ended = run_folders.until(run, lambda state: state.state.is_final, 120)
    assert ended.state is RunState.COMPLETED, ended.message
    return run


Changed = Callable[..., DpoRecipe]
