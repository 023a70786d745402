"""One DPO training by one trainer, timed from inside; started by benchmarks.peers, also with a peer's Python.

`peer_child.py KIND FOLDER`: FOLDER holds model/, pairs.json, settings.json, for Pairloom a run folder `run`.
Leaves timing.json: losses, wall and processor seconds up to the training loop and of it, and of our worker
those of the loop that its own callbacks and its heartbeat took. Imports nothing of this project unless KIND
is ours, since a peer's environment has not got it.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import transformers.trainer
from transformers import TrainerCallback


class Clock(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Added to every trainer's default callbacks, so that all are timed alike."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.beside = 0.0  # seconds of this thread in callbacks of ours

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def on_log(self, *_: Any, logs: dict[str, Any], **__: Any) -> None:
        if "loss" in logs:
            self.losses.append(float(logs["loss"]))

    def on_train_end(self, *_: Any, **__: Any) -> None:
        told = {
            "start_cpu": self.cpu,
            "wall": time.perf_counter() - self.wall,
            "cpu": time.process_time() - self.cpu,
            "beside": self.beside + _heartbeat_seconds(),
            "losses": self.losses,
        }
        (FOLDER / "timing.json").write_text(json.dumps(told), encoding="utf-8")


CLOCK = Clock()


def counted(callback: Any) -> Any:
    """The callback, with its processor time added to the clock."""

    def call(*about: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return callback(*about, **named)
        finally:
            CLOCK.beside += time.thread_time() - began

    return call


def _heartbeat_seconds() -> float:
    here = {thread.native_id for thread in threading.enumerate() if thread.name == "heartbeat"}
    return sum(one.user_time + one.system_time for one in psutil.Process().threads() if one.id in here)


def trl(settings: dict[str, Any]) -> None:
    """The script of TRL's documentation."""
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    pairs = json.loads((FOLDER / "pairs.json").read_text(encoding="utf-8"))
    arguments = DPOConfig(
        output_dir=str(FOLDER / "trl"), use_cpu=True, bf16=False, activation_checkpointing=False,
        per_device_train_batch_size=settings["micro_batch"], num_train_epochs=1, save_strategy="no",
        learning_rate=settings["learning_rate"], lr_scheduler_type="constant", beta=settings["beta"],
        logging_steps=1, max_length=settings["max_length"], report_to="none", disable_tqdm=True, seed=42,
        dataloader_pin_memory=False,
    )  # fmt: skip
    made = DPOTrainer(
        model=str(FOLDER / "model"), args=arguments, train_dataset=Dataset.from_list(pairs),
        processing_class=AutoTokenizer.from_pretrained(str(FOLDER / "model")),
    )  # fmt: skip
    made.train()


def llamafactory(settings: dict[str, Any]) -> None:
    """`llamafactory-cli train` with the same settings."""
    from llamafactory.train.tuner import run_exp

    run_exp({
        "stage": "dpo", "do_train": True, "finetuning_type": "full",
        "model_name_or_path": str(FOLDER / "model"),
        "dataset": "pairs", "dataset_dir": str(FOLDER / "llamafactory"), "output_dir": str(FOLDER / "out"),
        "pref_beta": settings["beta"], "cutoff_len": settings["max_length"],
        "per_device_train_batch_size": settings["micro_batch"], "gradient_accumulation_steps": 1,
        "learning_rate": settings["learning_rate"], "lr_scheduler_type": "constant", "num_train_epochs": 1,
        "logging_steps": 1, "save_strategy": "no", "report_to": "none", "disable_tqdm": True, "seed": 42,
        "use_cpu": True, "bf16": False, "disable_gradient_checkpointing": True, "dataloader_num_workers": 0,
        "optim": "adamw_torch", "max_grad_norm": 1.0, "dataloader_pin_memory": False,
    })  # fmt: skip


def bare(_: dict[str, Any]) -> None:
    """The worker's trainer alone: no callbacks of ours, no heartbeat, no evaluation and no card."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from training import workbench
    from training.journal import Journal

    run = FOLDER / "home" / "runs" / "run"
    made = workbench.trainer(workbench.loaded(run, Journal(run)), [])
    made.args.save_strategy = "no"
    made.train()


def pairloom(_: dict[str, Any]) -> None:
    """The worker, as the supervisor starts it."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from training import worker
    from training.witness import Witness

    for name in [name for name in vars(Witness) if name.startswith("on_")]:
        setattr(Witness, name, counted(getattr(Witness, name)))
    if worker.main(FOLDER / "home" / "runs" / "run", alone=True):
        raise SystemExit("the run failed; see its result.json")


if __name__ == "__main__":
    FOLDER = Path(sys.argv[2])
    transformers.trainer.DEFAULT_CALLBACKS.append(CLOCK)
    wanted = json.loads((FOLDER / "settings.json").read_text(encoding="utf-8"))
    kinds = {"trl": trl, "llamafactory": llamafactory, "bare": bare, "pairloom": pairloom}
    kinds[sys.argv[1]](wanted)
