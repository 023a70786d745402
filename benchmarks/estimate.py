"""How near the memory and time estimates come: real runs of many shapes on the processor, one thread each.

Models of random weights, several widths, depths, vocabularies and lengths; LoRA and full; references of all
kinds. Prints measured and estimated peak of each run, the ratio, and the median and worst error.

    python -m benchmarks.estimate [--only TEXT] [--keep FILE | --again FILE]

`--keep` writes what was measured; `--again` holds the estimates of today against it, without a run.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy
from safetensors import numpy as numpy_files

from tests.training.conftest import in_folder, write_release, write_run
from training import (
    demo_model,
    devices,
    economy,
    estimates,
    model_shape,
    presets,
    probe,
    recipe,
    rendering,
    runs,
    usage,
)
from training.demo_model import Size
from training.estimates import Workload
from training.model_shape import ModelShape
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair

_PAIRS, _HELD_OUT = 8, 2
_WORDS = ("red", "green", "blue", "stone", "river", "hill", "seven", "walks", "slowly", "home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One run. `words` is the length of prompt and answer together, about a token a word."""

    hidden: int = 128
    layers: int = 2
    vocabulary: int = 2048
    words: int = 128
    batch: int = 2
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        said = " ".join(f"{key}={value}" for key, value in self.settings)
        return f"h{self.hidden} l{self.layers} v{self.vocabulary} t{self.words} b{self.batch} {said}".strip()


_FULL = (("tuning", "full"), ("learning_rate", "1e-5"), ("reference", "auto"))
_FULL_ONCE = (*_FULL[:2], ("reference", "precomputed"))
_SEPARATE = (("reference", "separate"),)
_SWITCHED = (("reference", "auto"),)
_BIG_ADAPTER = (("lora_rank", "128"), ("lora_target_modules", "all-linear"))
_AGAIN = (("gradient_checkpointing", "true"),)
SHAPES = (
    Shape(), Shape(words=300), Shape(words=300, batch=4), Shape(words=300, batch=4, settings=_AGAIN),
    Shape(words=600, batch=1), Shape(words=1100, batch=1), Shape(words=600, batch=3, settings=_SWITCHED),
    Shape(vocabulary=32000, words=100), Shape(vocabulary=32000, words=300, settings=_SWITCHED),
    Shape(vocabulary=64000, words=200, batch=1), Shape(vocabulary=32000, words=100, settings=_FULL),
    Shape(hidden=512, layers=4, words=150), Shape(hidden=512, layers=8, words=150, settings=_SWITCHED),
    Shape(hidden=512, layers=8, words=150, batch=4, settings=_SWITCHED),
    Shape(hidden=512, layers=8, words=150, batch=4, settings=(*_SWITCHED, *_AGAIN)),
    Shape(hidden=512, layers=8, words=60, batch=1, settings=_SEPARATE),
    Shape(hidden=512, layers=8, words=60, batch=1, settings=_FULL),
    Shape(hidden=512, layers=8, words=60, batch=1, settings=_FULL_ONCE),
    Shape(hidden=1024, layers=6, words=60, batch=1, settings=_SWITCHED),
    Shape(hidden=1024, layers=6, words=60, batch=1, settings=_FULL),
    Shape(hidden=1024, layers=4, vocabulary=32000, words=60, batch=1, settings=_SEPARATE),
    Shape(hidden=768, layers=4, words=60, batch=1, settings=(*_FULL, ("optimizer", "adafactor"))),
    Shape(hidden=256, words=150, settings=(("precision", "bf16"),)),
    Shape(hidden=256, layers=4, words=150, settings=_BIG_ADAPTER),
    Shape(hidden=512, layers=4, words=100, settings=(("tuning", "lora_4bit"), *_SWITCHED)),
    Shape(hidden=256, layers=4, words=150, settings=(("method", "kto"), *_SWITCHED)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a run of a shape took, and the lengths of its pairs as estimates.Workload has them."""

    shape: str
    peak_bytes: int
    seconds: float
    longest: int
    mean: float
    longest_pair: int
    mean_pair: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="shapes whose name holds this")
    asked.add_argument("--keep", type=Path, help="write what was measured to this file")
    asked.add_argument("--again", type=Path, help="take what was measured from this file")
    arguments = asked.parse_args()
    rows = []
    for shape, one in measured(arguments.only, arguments.again):
        rows.append(ratios(shape, one))
        _print(shape, one)
        if arguments.keep:
            with arguments.keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(one)) + "\n")
    for what, place in (("memory", 0), ("processor time", 1)):
        errors = sorted(abs(row[place] - 1) for row in rows)
        print(
            f"{what}: {len(rows)} runs, median error {statistics.median(errors):.0%}, worst {errors[-1]:.0%}"
        )


def measured(only: str, again: Path | None = None) -> Iterator[tuple[Shape, Measured]]:
    """Runs of the shapes whose name holds `only`: made now, or taken from a file of earlier ones."""
    shapes = {shape.name: shape for shape in SHAPES if only in shape.name}
    if again is not None:
        kept = [Measured(**json.loads(line)) for line in again.read_text(encoding="utf-8").splitlines()]
        yield from ((shapes[one.shape], one) for one in kept if one.shape in shapes)
        return
    with tempfile.TemporaryDirectory() as place:
        tokenizer = demo_model.tokenizer(Size(context=4096))
        for shape in shapes.values():
            home = Path(place) / f"{len(list(Path(place).iterdir()))}"
            yield shape, _run(home, shape, tokenizer)
            shutil.rmtree(home)


def ratios(shape: Shape, one: Measured) -> tuple[float, float]:
    """(estimated / measured) of memory and of time."""
    memory, seconds = _estimated(shape, one)
    return memory / one.peak_bytes, seconds / one.seconds


def _estimated(shape: Shape, one: Measured) -> tuple[int, float]:
    # The worker of a measured run has one thread.
    device = devices.Device(kind="cpu", name="", cores=2, free_bytes=0, total_bytes=0, capability=0.0)
    settings, form = _settings(shape), _form(shape)
    work = Workload(
        train=_PAIRS, test=_HELD_OUT, mean_tokens=one.mean, longest_tokens=one.longest,
        mean_pair=one.mean_pair, longest_pair=one.longest_pair,
    )  # fmt: skip
    settings = economy.on_processor(settings, pairs=_PAIRS, pair_tokens=2 * one.mean)
    parts = estimates.memory(form, settings, work, device)
    return sum(parts.values()), estimates.seconds(form, settings, work, device)


def _print(shape: Shape, one: Measured) -> None:
    memory, seconds = _estimated(shape, one)
    of_memory, of_time = ratios(shape, one)
    print(
        f"{shape.name:78} {one.peak_bytes / 2**20:6.0f} MiB, estimated {memory / 2**20:6.0f} "
        f"({of_memory:4.2f}); {one.seconds:5.1f} s, estimated {seconds:5.1f} ({of_time:4.2f})",
        flush=True,
    )


def _run(home: Path, shape: Shape, tokenizer: Any) -> Measured:
    settings = _settings(shape)
    tokenizer.save_pretrained(home / "model")
    _make_model(home / "model", shape, tokenizer)
    train, test = _pairs(shape, _PAIRS), _pairs(shape, _HELD_OUT, 1000)
    release = write_release(home / "releases" / "made", train, test)
    run = write_run(home, release, settings, model=in_folder(home / "model"))
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false",
    }  # fmt: skip
    with (run / runs.WORKER_LOG).open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "training.worker", str(run)],
            env=environment, stdout=log, stderr=log, check=True,
        )  # fmt: skip
    used = usage.of_run(run)
    assert used is not None
    limits = rendering.Limits(prompt=settings.max_prompt_length, total=settings.max_length)
    lengths = probe.measure(rendering.prepare(tokenizer, settings.template, limits), [*train, *test])
    return Measured(
        shape=shape.name, peak_bytes=used.peak_bytes, seconds=used.seconds,
        longest=min(lengths.longest, settings.max_length), mean=min(lengths.mean, settings.max_length),
        longest_pair=lengths.longest_pair, mean_pair=lengths.mean_pair,
    )  # fmt: skip


def _settings(shape: Shape) -> DpoRecipe:
    changes = {
        "max_steps": "2", "warmup_steps": "1", "micro_batch": str(shape.batch), "accumulation": "1",
        "evaluate_every": "0", "save_every": "0", "sample_prompts": "0",
        "max_prompt_length": "0", "max_length": "4000", **dict(shape.settings),
    }  # fmt: skip
    return recipe.with_changes(presets.find("demo").recipe, changes)


def _config(shape: Shape) -> dict[str, Any]:
    return {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden, "intermediate_size": 2 * shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 4096,
        "tie_word_embeddings": True, "bos_token_id": None,
    }  # fmt: skip


def _form(shape: Shape) -> ModelShape:
    """What model_shape.read would find in the folder."""
    wide = shape.hidden, 2 * shape.hidden
    matrices = [("q_proj", wide[0], wide[0]), ("k_proj", wide[0], wide[0]), ("v_proj", wide[0], wide[0]),
                ("o_proj", wide[0], wide[0]), ("gate_proj", *wide), ("up_proj", *wide),
                ("down_proj", wide[1], wide[0])] * shape.layers  # fmt: skip
    parameters = sum(inside * outside for _, inside, outside in matrices) + shape.vocabulary * shape.hidden
    return model_shape.from_config(
        _config(shape), parameters=parameters, stored_bytes=4 * parameters, linears=tuple(matrices)
    )


def _make_model(folder: Path, shape: Shape, tokenizer: Any) -> None:
    """Random weights, written without torch: a file of numbers is made in a moment."""
    rng = numpy.random.default_rng(0)
    shapes = {
        "model.embed_tokens.weight": (shape.vocabulary, shape.hidden),
        "model.norm.weight": (shape.hidden,),
    }
    for layer in range(shape.layers):
        names = [(f"self_attn.{name}", one) for name, *one in _form(replace(shape, layers=1)).linears[:4]]
        names += [(f"mlp.{name}", one) for name, *one in _form(replace(shape, layers=1)).linears[4:]]
        for name, (inside, outside) in names:
            shapes[f"model.layers.{layer}.{name}.weight"] = (outside, inside)
        for name in ("input_layernorm", "post_attention_layernorm"):
            shapes[f"model.layers.{layer}.{name}.weight"] = (shape.hidden,)
    tensors = {
        name: numpy.ones(size, "f4") if len(size) == 1 else rng.normal(0, 0.02, size).astype("f4")
        for name, size in shapes.items()
    }
    numpy_files.save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    (folder / "config.json").write_text(json.dumps(_config(shape) | ends), encoding="utf-8")


def _pairs(shape: Shape, count: int, start: int = 0) -> list[PreferencePair]:
    """Half prompt, half answer; lengths from half the shape's to all of it."""
    rng = random.Random(start)
    made = []
    for number in range(count):
        length = round(shape.words * (1 - number / count / 2) / 2)
        texts = [" ".join(rng.choices(_WORDS, k=length)) for _ in range(3)]
        prompt = ({"role": "user", "content": texts[0]},)
        made.append(
            PreferencePair(
                pair_id=f"{start + number:032x}", prompt=prompt, chosen=texts[1], rejected=texts[2]
            )
        )
    return made


if __name__ == "__main__":
    main()
