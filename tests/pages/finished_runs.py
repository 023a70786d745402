"""Run folders as runs leave them, written by hand in milliseconds: curves, notes, a log, held-out figures."""

import json
import math
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from training import base_model, documents, metrics, presets, recipe, runs
from training.merging.asked import CHECK, Merge
from training.runs import RunState

BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)
STEPS = 40


def write(home: Path, number: int = 0, *, state: RunState = RunState.COMPLETED, **changes: str) -> Path:
    """A run on the release v1, one an hour; `changes` to the demo recipe as `--set` takes them."""
    asked = BEGAN + timedelta(hours=number)
    run = home / "runs" / f"{asked:%Y%m%dT%H%M%SZ}-{number:08x}"
    (run / "control").mkdir(parents=True)
    settings = recipe.with_changes(presets.find("demo").recipe, changes)
    request = runs.Request(
        run=run.name, request_id=run.name, created_at=asked, by="ann", release=home / "releases" / "v1",
        release_name="v1", fingerprint="f" * 64, model=base_model.parse("demo"),
        recipe=recipe.to_dict(settings), launcher="local", versions={}, host=socket.gethostname(),
    )  # fmt: skip
    runs.write_request(run, request)
    ended = (asked + timedelta(seconds=STEPS)).isoformat()
    runs.write_state(
        run,
        runs.State(
            run=run.name, state=state, step=STEPS, max_steps=STEPS, started_at=asked.isoformat(),
            ended_at=ended if state.is_final else None, message="Completed all 40 steps.",
        ),
    )  # fmt: skip
    metrics.write(run / runs.METRICS, [_row(asked, step) for step in range(1, STEPS + 1)] + [_look(40)])
    saved = {"time": ended, "kind": "checkpoint", "message": "Saved step 40.", "step": 40}
    metrics.write(run / runs.EVENTS, [saved])
    (run / runs.WORKER_LOG).write_text(
        "".join(f"step {n} <b>bold</b>\n" for n in range(500)), encoding="utf-8"
    )
    (run / "evaluation").mkdir()
    held_out = {
        "before": {"accuracy": None}, "after": {"accuracy": 0.7, "interval": [0.6, 0.8]},
        "baselines": {"length": 0.55}, "n": 60,
    }  # fmt: skip
    (run / "evaluation" / "held_out.json").write_text(json.dumps(held_out), encoding="utf-8")
    best = {"step": 20, "accuracy": 0.75, "checkpoint": f"{run.name}/checkpoint-20"}
    (run / runs.RESULT).write_text(json.dumps({"outcome": "completed", "best": best}), encoding="utf-8")
    return run


def write_merge(home: Path, number: int, of: str) -> Path:
    """A merged model of that run, its weights three bytes long."""
    folder = write(home, number)
    request = replace(
        runs.read_request(folder), merge=Merge(run=of, adapter=str(home / "runs" / of / "adapter"))
    )
    runs.write_request(folder, request)
    (folder / "model").mkdir()
    (folder / "model" / "model.safetensors").write_bytes(b"abc")
    documents.write(folder / CHECK, {"sentence": "Compared on 32 texts."})
    return folder


def _row(asked: datetime, step: int) -> metrics.Row:
    time = (asked + timedelta(seconds=step)).isoformat()
    return {
        "step": step, "time": time, "kind": "train", "loss": math.log(2), "rewards/accuracies": 0.6,
        "rewards/chosen": -0.2, "rewards/margins": 0.3, "num_tokens": 500 * step, "peak_memory_bytes": 8e8,
    }  # fmt: skip


def _look(step: int) -> metrics.Row:
    return {
        "step": step,
        "kind": "evaluation",
        "loss": 0.6,
        "rewards/accuracies": 0.7,
        "rewards/margins": 0.2,
    }
