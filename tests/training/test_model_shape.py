"""Sizes of models from the headers of their files, and what follows for memory and time."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from curation.workspace import Workspace
from training import errors, estimates, located_model, model_shape, presets, recipe
from training.base_model import parse
from training.choices import Tuning
from training.devices import Device
from training.estimates import Bytes, Workload
from training.model_shape import ModelShape

# Mistral-7B: config.json of mistralai/Mistral-7B-v0.1, and its published number of weights.
MISTRAL = ModelShape(
    parameters=7_241_732_096,
    hidden=4096,
    layers=32,
    vocabulary=32_000,
    feed_forward=14_336,
    stored_bytes=14_483_498_184,
    linears=tuple(
        (name, inside, outside)
        for name, inside, outside in (
            ("q_proj", 4096, 4096),
            ("k_proj", 4096, 1024),
            ("v_proj", 4096, 1024),
            ("o_proj", 4096, 4096),
            ("gate_proj", 4096, 14_336),
            ("up_proj", 4096, 14_336),
            ("down_proj", 14_336, 4096),
        )
        for _ in range(32)
    ),
)
WORK = Workload(
    train=12_000, test=600, mean_tokens=500, longest_tokens=1536, mean_pair=800, longest_pair=2500
)  # fmt: skip
CPU = Device(
    kind="cpu", name="the processor", cores=2, free_bytes=8 << 30, total_bytes=8 << 30, capability=0.0
)
T4 = Device(kind="cuda", name="T4", cores=2, free_bytes=15 << 30, total_bytes=15 << 30, capability=7.5)
A100 = Device(kind="cuda", name="A100", cores=8, free_bytes=40 << 30, total_bytes=40 << 30, capability=8.0)
SEED = presets.find("orca").recipe


def a_model(folder: Path, shapes: dict[str, list[int]], **config: object) -> Path:
    """A model folder whose weights are all zero."""
    folder.mkdir(parents=True)
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text("{}")
    return folder


def test_a_shape_is_read_from_config_and_headers(tmp_path: Path) -> None:
    shapes = {
        "model.embed_tokens.weight": [32, 8],
        "model.layers.0.q_proj.weight": [8, 8],
        "model.layers.0.up_proj.weight": [16, 8],
        "model.layers.0.norm.weight": [8],
    }
    config = {"hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32, "intermediate_size": 16}
    shape = model_shape.read(a_model(tmp_path / "m", shapes, **config))
    # 32·8 + 8·8 + 16·8 + 8 = 456
    assert (shape.parameters, shape.hidden, shape.layers, shape.vocabulary) == (456, 8, 1, 32)
    # rank 2: 2·(8+8) for q_proj, 2·(8+16) for up_proj; embeddings and the norm get none
    assert shape.adapter_parameters(2, ("q_proj", "up_proj")) == 32 + 48
    assert shape.adapter_parameters(2, ("all-linear",)) == 80


def test_the_seed_adapter_on_mistral_has_its_published_size() -> None:
    # 16 · 32 · (8192 + 5120 + 5120 + 8192 + 3 · 18432) = 41,943,040, as peft prints for this recipe
    assert MISTRAL.adapter_parameters(SEED.lora_rank, SEED.lora_target_modules) == 41_943_040


def test_the_seed_recipe_in_4_bit_holds_mistral_in_about_four_gigabytes() -> None:
    parts = estimates.memory(MISTRAL, SEED, WORK, A100)
    assert 3.5e9 < parts[Bytes.WEIGHTS] < 5e9
    assert parts[Bytes.REFERENCE] == 0


def test_full_fine_tuning_takes_more_than_lora_and_that_more_than_4_bit() -> None:
    sizes = [
        sum(estimates.memory(MISTRAL, replace(SEED, tuning=tuning), WORK, A100).values())
        for tuning in (Tuning.LORA_4BIT, Tuning.LORA, Tuning.FULL)
    ]
    assert sizes == sorted(sizes)
    assert sizes[2] > 100e9


@pytest.mark.parametrize(
    "more",
    [{"micro_batch": 8}, {"gradient_checkpointing": False}, {"lora_rank": 64}],
    ids=["pairs at once", "no recomputing", "rank"],
)
def test_what_costs_memory_raises_the_estimate(more: dict[str, int]) -> None:
    dearer = estimates.memory(MISTRAL, recipe.from_dict(recipe.to_dict(SEED) | more), WORK, A100)
    assert sum(dearer.values()) > sum(estimates.memory(MISTRAL, SEED, WORK, A100).values())


def test_a_slower_device_and_more_steps_take_longer() -> None:
    on_a100 = estimates.seconds(MISTRAL, SEED, WORK, A100)
    assert on_a100 < estimates.seconds(MISTRAL, SEED, WORK, T4) < estimates.seconds(MISTRAL, SEED, WORK, CPU)
    assert estimates.seconds(MISTRAL, replace(SEED, max_steps=400), WORK, A100) > 1.3 * on_a100


def test_a_model_in_the_hubs_cache_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    commit = "a" * 40
    a_model(tmp_path / "models--owner--name/snapshots" / commit, {"model.layers.0.q_proj.weight": [4, 4]})
    (tmp_path / "models--owner--name/refs").mkdir()
    (tmp_path / "models--owner--name/refs/main").write_text(commit)
    for text in ("owner/name", "hub:owner/name@main", f"owner/name@{commit}"):
        found = located_model.locate(parse(text), Workspace(home=tmp_path))
        assert (found.model.revision, found.shape.parameters, found.download) == (commit, 16, False)


def test_a_hub_that_cannot_be_reached_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(errors.ModelMissing, match="The Hub could not be asked about owner/name"):
        located_model.locate(parse("hub:owner/name"), Workspace(home=tmp_path))


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("config.json", "has no config.json"),
        ("model.safetensors", "but no weights"),
        ("tokenizer_config.json", "has no tokenizer_config.json"),
    ],
)
def test_a_model_folder_that_lacks_a_file_is_said(tmp_path: Path, missing: str, sentence: str) -> None:
    folder = a_model(tmp_path / "m", {"a.weight": [2, 2]})
    (folder / missing).unlink()
    with pytest.raises(errors.ModelMissing, match=sentence):
        located_model.locate(parse(str(folder)), Workspace(home=tmp_path))


def test_weights_that_are_no_safetensors_are_said(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "m", {"a.weight": [2, 2]})
    (folder / "model.safetensors").write_bytes(b"\xff" * 20)
    with pytest.raises(errors.ModelMissing, match="cannot be read as safetensors"):
        model_shape.read(folder)
