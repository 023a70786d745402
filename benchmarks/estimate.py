"""How near the memory and time estimates come: real runs of many shapes on the processor, one thread each.

Models of random weights, several widths, depths, vocabularies and lengths; LoRA and full; references of all
kinds. Prints measured and estimated peak of each run, the ratio, and the median and worst error.

    python -m benchmarks.estimate [--only TEXT]
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.training.conftest import in_folder, write_release, write_run
from training import base_model, demo_model, devices, estimates, model_shape, presets, recipe, runs, usage
from training.demo_model import Size
from training.estimates import Workload
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair

_PAIRS, _HELD_OUT = 16, 4
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
    Shape(), Shape(words=512), Shape(words=512, batch=4), Shape(words=512, batch=8),
    Shape(words=1500, batch=1), Shape(words=1500, batch=4),
    Shape(words=1500, batch=4, settings=_AGAIN), Shape(words=512, batch=8, settings=(*_AGAIN, *_SWITCHED)),
    Shape(vocabulary=32000, words=256), Shape(vocabulary=32000, words=512, batch=4),
    Shape(vocabulary=32000, words=512, batch=8, settings=_SWITCHED),
    Shape(vocabulary=64000, words=256, batch=4), Shape(vocabulary=32000, words=256, settings=_FULL),
    Shape(hidden=512, layers=4, words=256), Shape(hidden=512, layers=8, words=256, settings=_SWITCHED),
    Shape(hidden=512, layers=8, words=512, batch=4, settings=_SWITCHED),
    Shape(hidden=512, layers=8, words=512, batch=4, settings=(*_SWITCHED, *_AGAIN)),
    Shape(hidden=512, layers=8, words=128, settings=_SEPARATE),
    Shape(hidden=512, layers=8, words=128, settings=_FULL),
    Shape(hidden=512, layers=8, words=128, settings=_FULL_ONCE),
    Shape(hidden=1024, layers=8, words=128, batch=1, settings=_SWITCHED),
    Shape(hidden=1024, layers=8, words=128, batch=1, settings=_FULL),
    Shape(hidden=1024, layers=8, vocabulary=32000, words=128, batch=1, settings=_SEPARATE),
    Shape(hidden=1024, layers=4, words=256, settings=(*_FULL, ("optimizer", "adafactor"))),
    Shape(words=512, batch=2, settings=(("precision", "bf16"),)),
    Shape(hidden=512, layers=4, words=256, settings=_BIG_ADAPTER),
    Shape(hidden=512, layers=4, words=256, settings=(("tuning", "lora_4bit"), *_SWITCHED)),
)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="shapes whose name holds this")
    asked.add_argument("--json", action="store_true", help="one line of figures a run, for looking closer")
    arguments = asked.parse_args()
    rows = list(_measured([shape for shape in SHAPES if arguments.only in shape.name], told=arguments.json))
    for what, place in (("memory", 0), ("processor time", 1)):
        errors = sorted(abs(row[place] - 1) for row in rows)
        print(
            f"{what}: {len(rows)} runs, median error {statistics.median(errors):.0%}, worst {errors[-1]:.0%}"
        )


def _measured(shapes: Sequence[Shape], *, told: bool) -> Iterator[tuple[float, float]]:
    """(estimated / measured) of memory and of time."""
    device = replace(devices.current(), cores=2)  # the worker gets one thread
    for shape in shapes:
        with tempfile.TemporaryDirectory() as folder:
            used, parts, seconds = _run(Path(folder), shape, device)
        total = sum(parts.values())
        yield total / used.peak_bytes, seconds / used.seconds
        print(
            f"{shape.name:75} measured {used.peak_bytes / 2**20:6.0f} MiB, estimated {total / 2**20:6.0f} "
            f"({total / used.peak_bytes:4.2f}); {used.seconds:5.1f} s, estimated {seconds:5.1f} "
            f"({seconds / used.seconds:4.2f})", flush=True,
        )  # fmt: skip
        if told:
            print(json.dumps({name.value: round(size / 2**20) for name, size in parts.items()}), flush=True)


def _run(
    home: Path, shape: Shape, device: devices.Device
) -> tuple[usage.Usage, dict[estimates.Bytes, int], float]:
    settings = _settings(shape)
    model = _model(home / "model", shape)
    release = write_release(home / "releases" / "made", _pairs(shape, _PAIRS), _pairs(shape, _HELD_OUT, 1000))
    run = write_run(home, release, settings, model=in_folder(model))
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
    work = _work(release, in_folder(model), settings, home)
    form = model_shape.read(model)
    return (
        used,
        estimates.memory(form, settings, work, device),
        estimates.seconds(form, settings, work, device),
    )


def _settings(shape: Shape) -> DpoRecipe:
    changes = {
        "max_steps": "3", "warmup_steps": "1", "micro_batch": str(shape.batch), "accumulation": "1",
        "evaluate_every": "0", "save_every": "0", "sample_prompts": "1", "sample_tokens": "8",
        "max_prompt_length": "0", "max_length": "2000", **dict(shape.settings),
    }  # fmt: skip
    return recipe.with_changes(presets.find("demo").recipe, changes)


def _model(folder: Path, shape: Shape) -> Path:
    """In a child process, so that this one stays small enough to start others cheaply."""
    tokenizer = demo_model.tokenizer(Size(context=4096))
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden, "intermediate_size": 2 * shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 4096,
        "tie_word_embeddings": True, "bos_token_id": None, "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    code = (
        "import sys, json, torch; from transformers import LlamaConfig, LlamaForCausalLM; "
        "torch.manual_seed(0); "
        "LlamaForCausalLM(LlamaConfig(**json.loads(sys.argv[1]))).save_pretrained(sys.argv[2])"
    )
    subprocess.run(
        [sys.executable, "-c", code, json.dumps(config), str(folder)], check=True, capture_output=True
    )
    tokenizer.save_pretrained(folder)
    return folder


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


def _work(release: Path, model: base_model.BaseModel, settings: DpoRecipe, home: Path) -> Workload:
    from training import probe_client

    answer = probe_client.ask("lengths", release, model, settings, home=home)
    return Workload(
        train=_PAIRS, test=_HELD_OUT, mean_tokens=answer["mean"], longest_tokens=answer["longest"]
    )


if __name__ == "__main__":
    main()
