"""`python -m benchmarks.generation [--models FOLDER] [--prompts N]`: answers a second, and their memory.

The evaluation's own code (sorted by length, in batches) against a plain loop of `model.generate` over the
same prompts with the demo model, greedy, one thread. Each measurement is a process of its own, so that its
peak memory is its own. Prints, never gates: at least twice the loop is asked for.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from training import demo_weights
from training.evaluating import generation
from training.evaluating.asked import Sampling
from training.evaluating.generation import Encoded

BATCHES = (1, 4, 8, 16, 32)
LONGEST = 64
LOOP = "plain loop"
_SAMPLE = Path(__file__).parents[1] / "curation" / "intake" / "sample.jsonl"


def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = demo_weights.create(arguments.models or Path(folder), lambda _message: None)
        loop = measured(path, LOOP, arguments.prompts)
        print(f"{arguments.prompts} prompts, at most {LONGEST} tokens an answer, one thread, greedy")
        print("what          tokens   processor s   tokens/s   times the loop   same   peak MiB")
        tell(LOOP, loop, loop)
        for size in BATCHES:
            tell(f"batch {size}", measured(path, str(size), arguments.prompts), loop)
        few, many = (measured(path, "8", times * arguments.prompts) for times in (1, 4))
        print(f"batch 8, peak: {few['peak']:.0f} MiB, four times the prompts {many['peak']:.0f} MiB")


def tell(name: str, found: dict[str, Any], loop: dict[str, Any]) -> None:
    pace = found["tokens"] / found["seconds"]
    same = sum(one == other for one, other in zip(found["texts"], loop["texts"], strict=True))
    print(
        f"{name:<12}{found['tokens']:>8}{found['seconds']:>14.1f}{pace:>11.0f}"
        f"{pace * loop['seconds'] / loop['tokens']:>17.2f}{same / len(loop['texts']):>7.0%}"
        f"{found['peak']:>11.0f}",
        flush=True,
    )


def measured(path: Path, how: str, prompts: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.generation", "--child", how, "--models", str(path), "--prompts",
         str(prompts)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(path: Path, how: str, count: int) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(path).eval()
    tokenizer = AutoTokenizer.from_pretrained(path)
    prompts = [Encoded(number=number, ids=tuple(ids)) for number, ids in enumerate(encoded(tokenizer, count))]
    size = 1 if how == LOOP else int(how)
    order = [[one] for one in prompts] if how == LOOP else list(generation.batches(prompts, size))
    sampling = Sampling(temperature=0.0, longest=LONGEST, batch=size)
    generation.answer(model, tokenizer, order[0][:1], sampling)  # warm
    began = time.process_time()
    said = [one for batch in order for one in answered(model, tokenizer, batch, sampling, how)]
    seconds = time.process_time() - began
    texts = [text for _, text, _ in sorted(said)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tokens = sum(length for _, _, length in said)
    print(json.dumps({"tokens": tokens, "seconds": seconds, "peak": peak, "texts": texts}))


def answered(
    model: Any, tokenizer: Any, batch: list[Encoded], sampling: Sampling, how: str
) -> list[tuple[int, str, int]]:
    """(number, text, tokens) of each prompt: by our code, or as anybody would write the loop."""
    import torch

    if how != LOOP:
        return [
            (one.number, one.text, one.tokens) for one in generation.answer(model, tokenizer, batch, sampling)
        ]
    ids = torch.tensor([batch[0].ids])
    with torch.no_grad():
        out = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=sampling.longest,
            do_sample=False, pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
    new = out[0, ids.shape[1] :]
    return [(batch[0].number, str(tokenizer.decode(new, skip_special_tokens=True)).strip(), len(new))]


def encoded(tokenizer: Any, count: int) -> list[list[int]]:
    """Prompts of the sample, over and over, each time with other words after it, so that lengths differ."""
    rows = [json.loads(line) for line in _SAMPLE.read_text(encoding="utf-8").splitlines()]
    asked = [f"{rows[n % len(rows)]['question']}{' please' * (n * 7 % 23)}" for n in range(count)]
    found: list[list[int]] = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": one}], add_generation_prompt=True, return_dict=True
        )["input_ids"]
        for one in asked
    ]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, help="a folder that holds the demo model already")
    parser.add_argument("--prompts", type=int, default=86)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.models, given.child, given.prompts)
    else:
        main(given)
