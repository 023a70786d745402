"""The seed recipe done literally in TRL, against the same recipe as a run does it: cost and losses of a step.

    python -m benchmarks.training_speed [--vocabulary 2048 32000] [--steps 2] [--all]
    python -m benchmarks.training_speed --device cuda --all --parameters 1e9 --vocabulary 32000 --steps 6
                                        --dtype bfloat16 [--quantisation nf4]

Literally: a second model as reference, layers recomputed, micro-batches of 4 pairs. Random weights, made
here; texts as long as those of the first rows of Intel/orca_dpo_pairs, of plain words. Each way is a process
of its own, on the same pairs in the same order; the adapter's dropout is 0, so that losses can be compared,
and the rate is high enough for them to move. Prints, never gates.

A step's time is the processor's; on a GPU it is the clock's, and the first step is not counted. The column
"share" is of the rate that this device reaches in one large product of matrices of the same type, measured
here. Every way is taken to need what DPO of an adapter needs, whatever it spares or does twice: for a token
and weight 2 operations forward, 2 backward and 2 of the reference, and in the attention of a text
2 * layers * width * length**2 forward, twice that backward, once for the reference (PaLM, arXiv 2204.02311,
appendix B, less the half of the square that no token sees and the gradients of weights that do not learn).
"""

import argparse
import json
import os
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

from benchmarks import orca_like
from training import demo_model, presets, recipe, rendering
from training.demo_model import Size
from training.recipe import DpoRecipe
from training.rendering import Rendered

_FORMS = ((128, 4), (256, 8), (512, 8), (768, 12), (1024, 16), (2048, 20), (3072, 28), (4096, 32))
SEED = "seed recipe in TRL"
WAYS = (
    SEED, "TRL, adapter as reference", "ours, prompts twice", "ours", "ours, reference computed once",
)  # fmt: skip
_STEPS_BETWEEN = WAYS[1:3]  # what each choice brings; only with --all
_TOLD = ("vocabulary", "parameters", "steps", "threads", "device", "dtype", "quantisation", "verbose")
_COLUMNS = ("s a step", "ratio", "peak MiB", "ratio", "tokens/s", "share", "losses")
_PAIRS = 16  # of a step
_SAME = 1e-3  # nats


def main(asked: argparse.Namespace) -> None:
    apart = [
        _compared(argparse.Namespace(**{**vars(asked), "vocabulary": [size]})) for size in asked.vocabulary
    ]
    print(f"largest difference of any loss from the seed recipe's: {max(apart):.1e} (limit {_SAME:.0e})")


def _compared(asked: argparse.Namespace) -> float:
    """Print the ways side by side; returns how far any loss lies from the seed recipe's."""
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "model"
        made = _in_a_child(asked, "make", model)
        print(f"vocabulary {asked.vocabulary[0]:,}; {made['rate'] / 1e9:,.0f} billion operations a second")
        print("".join((f"{'way':32}", *(f"{name:>10}" for name in _COLUMNS))))
        first: dict[str, Any] = {}
        apart = []
        for way in [way for way in WAYS if _is_wanted(way, asked)]:
            found = _in_a_child(asked, way, model)
            first = first or found
            apart.append(max(abs(a - b) for a, b in zip(found["losses"], first["losses"], strict=True)))
            needed = found["passes"] * made["weights"] + found["squares"] * made["layers_times_width"]
            _tell(way, found, first, share=needed / made["rate"] / _step(found), apart=apart[-1])
        print(
            f"{first['pairs']} pairs, {first['tokens']:.0f} tokens each (both sides); "
            f"{first['weights']:,} weights"
        )
        print(
            f"losses of the seed recipe: {', '.join(f'{loss:.4f}' for loss in first['losses'])}", flush=True
        )
    return float(max(apart))


def _is_wanted(way: str, asked: argparse.Namespace) -> bool:
    return way == SEED or (asked.only in way and (asked.all or way not in _STEPS_BETWEEN))


def _step(found: dict[str, Any]) -> float:
    return float(statistics.median(found["seconds"]))


def _tell(way: str, found: dict[str, Any], first: dict[str, Any], *, share: float, apart: float) -> None:
    step = _step(found)
    print(
        f"{way:32}{step:10.2f}{step / _step(first):10.2f}{found['peak'] / 2**20:10.0f}"
        f"{found['peak'] / first['peak']:10.2f}{_PAIRS * found['tokens'] / step:10.0f}"
        f"{share:10.2f}{apart:10.1e}",
        flush=True,
    )
    for note in found["notes"]:
        print(f"    {note}")


def _in_a_child(asked: argparse.Namespace, way: str, model: Path) -> dict[str, Any]:
    told = {**vars(asked), "vocabulary": asked.vocabulary[0]}
    given = [f"--{key}={told[key]}" for key in _TOLD]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.training_speed", f"--way={way}", f"--model={model}", *given],
        check=True, stdout=subprocess.PIPE, stderr=None if asked.verbose else subprocess.DEVNULL, text=True,
        env=os.environ | {"OMP_NUM_THREADS": str(asked.threads), "TQDM_DISABLE": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make_model(folder: Path, *, parameters: float) -> None:
    """A Llama of random weights and about so many in its layers, with the demo model's tokenizer."""
    command = [sys.executable, "-m", "benchmarks.training_speed", "--way=make", f"--model={folder}"]
    subprocess.run([*command, f"--parameters={parameters}"], check=True, stdout=subprocess.DEVNULL)


def child(asked: argparse.Namespace) -> dict[str, Any]:
    """One way, measured: seconds of each step, peak bytes, losses."""
    import torch

    torch.set_num_threads(asked.threads)
    if asked.way == "make":
        return _make(asked)
    cuda = asked.device == "cuda"
    tokenizer = rendering.load(str(asked.model))
    pairs = orca_like.pairs(tokenizer, _PAIRS * asked.steps)
    clock = _clock(torch.cuda.synchronize if cuda else None)
    run = asked.model.parent / re.sub(r"\W+", "-", asked.way)
    trainer = (_literal if asked.way in WAYS[:2] else _ours)(asked, tokenizer, pairs, run, clock)
    trainer.train()
    rows = trainer.state.log_history
    lengths = [len(side.ids) for one in pairs for side in (one.chosen, one.rejected)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "seconds": clock.seconds[1:] if cuda else clock.seconds,
        "peak": torch.cuda.max_memory_allocated() if cuda else peak,
        "losses": [row["loss"] for row in rows if "loss" in row],
        "pairs": len(pairs),
        "tokens": sum(lengths) / len(pairs),
        "passes": 6
        * sum(lengths)
        / asked.steps,  # operations a weight and step: forward, backward, reference
        "squares": 8 * sum(length**2 for length in lengths) / asked.steps,  # the same for attention
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
        vocab_size=asked.vocabulary[0], hidden_size=hidden, intermediate_size=8 * hidden // 3 // 64 * 64,
        num_hidden_layers=layers, num_attention_heads=max(4, hidden // 64), max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    model.save_pretrained(asked.model)
    tokenizer.save_pretrained(asked.model)
    looked_up = model.get_input_embeddings().weight.numel()
    return {
        "weights": sum(p.numel() for p in model.parameters()) - looked_up,  # that a token is multiplied by
        "layers_times_width": hidden * layers,
        "rate": _rate(asked),
    }


def _rate(asked: argparse.Namespace) -> float:
    """Operations a second in one large product of matrices, the best of many, by the clock of the steps."""
    import torch

    cuda = asked.device == "cuda"
    clock, size = _clock(torch.cuda.synchronize if cuda else None), 8192 if cuda else 1024
    left = torch.randn(size, size, dtype=getattr(torch, asked.dtype), device=asked.device)
    taken = []
    for _ in range(20):
        began = clock.now()
        left @ left
        taken.append(clock.now() - began)
    return float(2 * size**3 / min(taken))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parameters", type=float, default=1e7, help="weights in the layers, about")
    parser.add_argument("--vocabulary", type=int, nargs="+", default=[2048], help="sizes, one after another")
    parser.add_argument("--steps", type=int, default=2, help="of 16 pairs")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--quantisation", choices=("none", "nf4"), default="none")
    parser.add_argument("--all", action="store_true", help="also the ways that change one thing at a time")
    parser.add_argument("--only", default="", help="ways whose name holds this, beside the seed recipe")
    parser.add_argument("--verbose", type=int, default=0, help="1 shows what the libraries say")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(child(given)))
    else:
        main(given)
