"""The seed recipe done literally in TRL, against the same recipe as a run does it: cost and losses of a step.

    python -m benchmarks.training_speed [--vocabulary 32000] [--steps 6] [--threads 1]
    python -m benchmarks.training_speed --device cuda --dtype bfloat16 --quantisation nf4 --parameters 1e9

Literally: a second model as reference, layers recomputed, micro-batches of 4 pairs. Random weights, made
here; texts as long as those of the first rows of Intel/orca_dpo_pairs, of plain words. Each way is a process
of its own, on the same pairs in the same order; the adapter's dropout is 0, so that losses can be compared,
and the rate is high enough for them to move. Prints, never gates.
"""

import argparse
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import labelled
from training import demo_model, presets, recipe, rendering
from training.choices import Template
from training.demo_model import Size
from training.recipe import DpoRecipe
from training.rendering import Limits, Rendered

_WORDS = ("red", "green", "blue", "stone", "river", "hill", "seven", "walks", "slowly", "home")
_FORMS = ((128, 4), (256, 8), (512, 8), (768, 12), (1024, 16), (2048, 20), (3072, 28), (4096, 32))
SEED = "seed recipe in TRL"
WAYS = (
    SEED, "TRL, adapter as reference", "ours, prompts twice", "ours", "ours, reference computed once",
)  # fmt: skip


def main(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "model"
        _in_a_child(asked, "make", model)
        print(f"{'way':32}{'s a step':>10}{'ratio':>7}{'peak MiB':>10}{'ratio':>7}{'tokens/s':>10}  losses")
        first: dict[str, Any] = {}
        for way in [way for way in WAYS if asked.only in way or way == SEED]:
            found = _in_a_child(asked, way, model)
            first = first or found
            _tell(way, found, first)
        print(
            f"{first['pairs']} pairs, {first['tokens']:.0f} tokens each (both sides); "
            f"{first['weights']:,} weights"
        )
        print(f"losses of the seed recipe: {', '.join(f'{loss:.4f}' for loss in first['losses'])}")


def _tell(way: str, found: dict[str, Any], first: dict[str, Any]) -> None:
    step, before = (statistics.median(one["seconds"][1:]) for one in (found, first))
    apart = max(abs(a - b) for a, b in zip(found["losses"], first["losses"], strict=True))
    print(
        f"{way:32}{step:10.2f}{step / before:7.2f}{found['peak'] / 2**20:10.0f}"
        f"{found['peak'] / first['peak']:7.2f}{16 * found['tokens'] / step:10.0f}  {apart:.1e}",
        flush=True,
    )
    for note in found["notes"]:
        print(f"    {note}")


def _in_a_child(asked: argparse.Namespace, way: str, model: Path) -> dict[str, Any]:
    given = [f"--{key}={value}" for key, value in vars(asked).items() if key not in ("way", "model", "only")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.training_speed", f"--way={way}", f"--model={model}", *given],
        check=True, stdout=subprocess.PIPE, stderr=None if asked.verbose else subprocess.DEVNULL, text=True,
        env=os.environ | {"OMP_NUM_THREADS": str(asked.threads), "TQDM_DISABLE": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(asked: argparse.Namespace) -> dict[str, Any]:
    """One way, measured: seconds of each step, peak bytes, losses."""
    import torch

    torch.set_num_threads(asked.threads)
    if asked.way == "make":
        return _make(asked)
    cuda = asked.device == "cuda"
    tokenizer = rendering.load(str(asked.model))
    pairs = _pairs(tokenizer, 16 * asked.steps)
    clock = _clock(torch.cuda.synchronize if cuda else None)
    run = asked.model.parent / re.sub(r"\W+", "-", asked.way)
    trainer = (_literal if asked.way in WAYS[:2] else _ours)(asked, tokenizer, pairs, run, clock)
    trainer.train()
    rows = trainer.state.log_history
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "seconds": clock.seconds,
        "peak": torch.cuda.max_memory_allocated() if cuda else peak,
        "losses": [row["loss"] for row in rows if "loss" in row],
        "pairs": len(pairs),
        "tokens": statistics.mean(len(one.chosen.ids) + len(one.rejected.ids) for one in pairs),
        "weights": sum(p.numel() for p in trainer.model.parameters()),
        "notes": list(getattr(trainer, "notes", ())),
    }


def _settings(asked: argparse.Namespace) -> DpoRecipe:
    tuning = "lora_4bit" if asked.quantisation == "nf4" else "lora"
    precision = "bf16" if asked.dtype == "bfloat16" else "fp32"
    changes = {
        "tuning": tuning, "precision": precision, "lora_dropout": "0", "warmup_steps": "0",
        "learning_rate": "1e-3", "max_steps": str(asked.steps),
    }  # fmt: skip
    return recipe.with_changes(presets.find("orca").recipe, changes)


def _literal(
    asked: argparse.Namespace, tokenizer: Any, pairs: Sequence[Rendered], run: Path, clock: Any
) -> Any:
    from datasets import Dataset
    from trl import DPOTrainer

    from training import dpo

    settings = _settings(asked)
    fitted = dpo.plan(settings, dpo.machine())
    literally = asked.way == SEED
    args = dpo.config(fitted, run, pairs=len(pairs), evaluates=False, resumes=False)
    args.gradient_checkpointing = args.activation_checkpointing = literally
    args.save_strategy = "no"
    model, reference = (dpo.load_model(asked.model, fitted) for _ in range(2))
    return DPOTrainer(
        model=model, ref_model=reference.eval() if literally else None, args=args,
        train_dataset=Dataset.from_list([pair.row for pair in pairs]),
        processing_class=tokenizer, peft_config=dpo.adapter(settings), callbacks=[clock],
    )  # fmt: skip


def _ours(asked: argparse.Namespace, tokenizer: Any, pairs: Sequence[Rendered], run: Path, clock: Any) -> Any:
    from training import dpo

    settings = _settings(asked)
    if asked.way == WAYS[4]:
        settings = recipe.with_changes(settings, {"reference": "precomputed"})
    fitted = dpo.plan_for(settings, dpo.machine(), pairs)
    fitted = replace(fitted, shares_prompts=asked.way != WAYS[2])
    model = dpo.load_model(asked.model, fitted)
    made = dpo.trainer(fitted, model, tokenizer, pairs, [], run=run, resumes=False, callbacks=[clock])
    made.args.save_strategy = "no"
    return made


def _clock(wait: Callable[[], None] | None) -> Any:
    from transformers import TrainerCallback

    class Clock(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
        """Seconds of each step: of the processor, or on a GPU of the wall."""

        def __init__(self) -> None:
            self.seconds: list[float] = []

        def now(self) -> float:
            if wait is None:
                return time.process_time()
            wait()
            return time.perf_counter()

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = self.now()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.seconds.append(self.now() - self.began)

    return Clock()


def _make(asked: argparse.Namespace) -> dict[str, Any]:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = demo_model.tokenizer(Size(context=4096))
    hidden, layers = min(_FORMS, key=lambda one: abs(12 * one[0] ** 2 * one[1] - asked.parameters))
    config = LlamaConfig(
        vocab_size=asked.vocabulary, hidden_size=hidden, intermediate_size=8 * hidden // 3 // 64 * 64,
        num_hidden_layers=layers, num_attention_heads=max(4, hidden // 64), max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(asked.model)
    tokenizer.save_pretrained(asked.model)
    return {}


def _pairs(tokenizer: Any, count: int) -> list[Rendered]:
    """Pairs of plain words, each about a token, as long as real ones are."""
    rng = random.Random(0)
    lengths = _lengths()
    renderer = rendering.prepare(tokenizer, Template.OWN, Limits(prompt=1024, total=1536))
    made = []
    for number in range(count):
        prompt, *answers = (
            " ".join(rng.choices(_WORDS, k=length)) for length in lengths[number % len(lengths)]
        )
        made.append(renderer.rendered([{"role": "user", "content": prompt}], *answers))
    return made


def _lengths() -> list[tuple[int, int, int]]:
    """(prompt, chosen, rejected) of the sample, in words and marks, which is about as many tokens."""
    path = labelled.folder() / "orca_first100" / "orca_rlhf_first100.current_names.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [(f"{row['system']} {row['question']}", row["chosen"], row["rejected"]) for row in rows]
    counted = [[max(1, len(re.findall(r"\w+|[^\w\s]", text))) for text in three] for three in texts]
    return [(prompt, chosen, rejected) for prompt, chosen, rejected in counted]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parameters", type=float, default=1e7, help="weights in the layers, about")
    parser.add_argument("--vocabulary", type=int, default=2048)
    parser.add_argument("--steps", type=int, default=6, help="of 16 pairs; the first is not timed")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--quantisation", choices=("none", "nf4"), default="none")
    parser.add_argument("--only", default="", help="ways whose name holds this, beside the seed recipe")
    parser.add_argument("--verbose", type=int, default=0, help="1 shows what the libraries say")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(child(given)))
    else:
        main(given)
