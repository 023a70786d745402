"""Plain TRL, LLaMA-Factory and our worker train the same model on the same pairs in the same order.

`python -m benchmarks.peers --llamafactory /path/to/its/python`. Each is a process of its own with one thread;
they take turns. Losses must agree before a figure counts. LLaMA-Factory lives in its own environment:
`pip install llamafactory` there; without --llamafactory it is left out, and said.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks import made_releases
from training import base_model, demo_model, presets, recipe, runs
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair
from training.runs import Request

_CHILD = Path(__file__).with_name("peer_child.py")
_BETA, _RATE, _LONGEST = 0.1, 1e-4, 512
_SAME = 1e-3  # nats; how far losses may lie apart
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "", "PAIRLOOM_REFERENCE_BYTES": "0", "DISABLE_VERSION_CHECK": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Of one training, in seconds.

    Attributes:
        loop_wall, loop_cpu: from the first step's start to the last one's end.
        start_cpu: before that: imports, loading, preparing.
        cpu: of the whole process.
        beside: of loop_cpu, what callbacks and heartbeat of our worker took.
    """

    loop_wall: float
    loop_cpu: float
    start_cpu: float
    cpu: float
    beside: float
    losses: tuple[float, ...]


def main() -> None:
    arguments = _parser().parse_args()
    pythons = {"trl": sys.executable, "pairloom": sys.executable}
    if arguments.llamafactory:
        pythons = {"trl": sys.executable, "llamafactory": arguments.llamafactory, "pairloom": sys.executable}
    else:
        print("LLaMA-Factory is left out: give the Python of its environment with --llamafactory.")
    times: dict[str, list[Time]] = {kind: [] for kind in pythons}
    for _ in range(arguments.rounds):
        for kind, python in pythons.items():
            with tempfile.TemporaryDirectory() as folder:
                times[kind].append(timed(kind, python, prepared(Path(folder), arguments)))
    _tell(times, arguments)


def _parser() -> argparse.ArgumentParser:
    parser = sized(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--llamafactory", metavar="PYTHON", help="the Python that has llamafactory installed")
    return parser


def sized(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """With the options that say how much is trained."""
    parser.add_argument("--pairs", type=int, default=512)
    parser.add_argument("--hidden", type=int, default=128, help="width of the random model")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument(
        "--vocabulary", type=int, default=0, help="embeddings; 0: as many as there are tokens"
    )
    parser.add_argument("--rounds", type=int, default=5)
    return parser


def prepared(folder: Path, arguments: argparse.Namespace) -> Path:
    pairs = _pairs(arguments.pairs)
    _model(folder / "model", arguments)
    settings = {"micro_batch": 4, "beta": _BETA, "learning_rate": _RATE, "max_length": _LONGEST}
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    rows = [
        {
            "prompt": list(one.prompt),
            "chosen": [{"role": "assistant", "content": one.chosen}],
            "rejected": [{"role": "assistant", "content": one.rejected}],
        }
        for one in pairs
    ]
    (folder / "pairs.json").write_text(json.dumps(rows), encoding="utf-8")
    _for_llamafactory(folder / "llamafactory", rows)
    _for_pairloom(folder, pairs)
    return folder


def _pairs(count: int) -> list[PreferencePair]:
    """Short questions, plain answers preferred to chatty ones, none twice."""
    names = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hugo")
    return [
        made_releases.pair(
            f"What is the capital of the land of {names[number % 8]} number {number}?",
            f"The capital is {names[(number * 3) % 8]}.",
            f"Sure! I'd be happy to help! The capital is {names[(number * 3) % 8]}. Anything else?",
        )
        for number in range(count)
    ]


def _model(folder: Path, arguments: argparse.Namespace) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = demo_model.tokenizer()
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=arguments.vocabulary or len(tokenizer), hidden_size=arguments.hidden,
        intermediate_size=2 * arguments.hidden, num_hidden_layers=arguments.layers, num_attention_heads=4,
        num_key_value_heads=4, tie_word_embeddings=False, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _for_llamafactory(folder: Path, rows: list[dict[str, Any]]) -> None:
    folder.mkdir()
    shown = [
        {"messages": row["prompt"], "chosen": row["chosen"][0], "rejected": row["rejected"][0]}
        for row in rows
    ]
    (folder / "pairs.json").write_text(json.dumps(shown), encoding="utf-8")
    about = {
        "file_name": "pairs.json", "ranking": True, "formatting": "sharegpt",
        "columns": {"messages": "messages", "chosen": "chosen", "rejected": "rejected"},
        "tags": {
            "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }  # fmt: skip
    (folder / "dataset_info.json").write_text(json.dumps({"pairs": about}), encoding="utf-8")


def _for_pairloom(folder: Path, pairs: list[PreferencePair]) -> None:
    run_folder(folder, made_releases.write(folder / "home" / "releases" / "made", train=pairs), _recipe())


def run_folder(folder: Path, release: Path, settings: DpoRecipe) -> None:
    """The run that a worker finds in `folder`, which holds the model too."""
    run = folder / "home" / "runs" / "run"
    (run / "control").mkdir(parents=True)
    told = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    runs.write_request(run, Request(
        run="run", request_id="run", created_at=datetime.now(UTC), by="benchmark", release=release,
        release_name="made", fingerprint=told["fingerprint"], model=base_model.parse(str(folder / "model")),
        recipe=recipe.to_dict(settings), launcher="local", versions={}, host="here",
    ))  # fmt: skip


def _recipe() -> DpoRecipe:
    changes = {
        "tuning": "full", "loss_types": "sigmoid", "beta": str(_BETA), "learning_rate": str(_RATE),
        "max_length": str(_LONGEST), "max_prompt_length": "256", "micro_batch": "4", "accumulation": "1",
        "max_steps": "0", "epochs": "1", "schedule": "constant", "warmup_steps": "0", "save_every": "0",
        "gradient_checkpointing": "false", "sample_prompts": "0", "optimizer": "adamw_torch",
        "reference": "auto",  # asked in the loop, as the others do
    }  # fmt: skip
    return recipe.with_changes(presets.find("demo").recipe, changes)


def timed(kind: str, python: str, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Time:
    """One training in a process of its own.

    Args:
        more: in its environment.
    """
    with (folder / "log").open("wb") as log:
        began = os.times()
        process = subprocess.Popen(
            [python, "-P", str(_CHILD), kind, str(folder)],
            stdout=log,
            stderr=log,
            env=os.environ | _ONE_THREAD | dict(more),
        )
        code = process.wait()
        ended = os.times()
    if code or not (folder / "timing.json").exists():
        shutil.copy(folder / "log", Path(tempfile.gettempdir()) / f"peers-{kind}.log")
        raise SystemExit(f"{kind} failed; its output is in {tempfile.gettempdir()}/peers-{kind}.log")
    told = json.loads((folder / "timing.json").read_text(encoding="utf-8"))
    cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
    return Time(
        loop_wall=told["wall"], loop_cpu=told["cpu"], start_cpu=told["start_cpu"], cpu=cpu,
        beside=told["beside"],
        losses=tuple(told["losses"]),
    )  # fmt: skip


def _tell(times: dict[str, list[Time]], arguments: argparse.Namespace) -> None:
    plain = times["trl"]
    print(
        f"{arguments.pairs} pairs, hidden {arguments.hidden}, {arguments.layers} layers, micro-batch 4, one "
        f"thread; medians of {arguments.rounds}; shares are of plain TRL"
    )
    for kind, taken in times.items():
        apart = max(abs(ours - theirs) for ours, theirs in zip(taken[0].losses, plain[0].losses, strict=True))
        said = "same losses" if apart <= _SAME else "OTHER LOSSES, so its figures do not count"
        figures = " · ".join(
            _figure(name, taken, plain) for name in ("loop_wall", "loop_cpu", "start_cpu", "cpu")
        )
        print(f"{kind:13s} {figures} · {said} ({apart:.1e} apart at most)")


def _figure(name: str, taken: list[Time], plain: list[Time]) -> str:
    ours, theirs = (statistics.median(getattr(one, name) for one in some) for some in (taken, plain))
    return f"{name.replace('_', ' ')} {ours:6.2f} s ({ours / theirs:.2f})"


if __name__ == "__main__":
    main()
