"""A small real process that behaves like a worker, or misbehaves: `stand_in_worker.py BEHAVIOUR RUN_DIR`.

It writes what the contract of the run folder asks for, without loading any library, so that the supervisor
can be tested in fractions of a second.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STEPS = 10


def main(behaviour: str, run: Path) -> int:
    if behaviour in ("deaf", "deaf-with-child"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "deaf-with-child":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (run / "heartbeat").touch()
    if behaviour in _FAILURES:
        sys.stderr.write(_FAILURES[behaviour] + "\n")
        return 1
    _append(run, "events.jsonl", {"kind": "phase", "message": "training", "max_steps": STEPS})
    return _train(behaviour, run)


def _train(behaviour: str, run: Path) -> int:
    resumes = json.loads((run / "request.json").read_text())["resumes"]
    step = resumes["step"] if resumes else 0
    while step < STEPS:
        while behaviour == "patient" and step == STEPS - 1 and not (run / "control/enough").exists():
            (run / "heartbeat").touch()
            time.sleep(0.05)
        step += 1
        (run / "heartbeat").touch()
        _append(run, "metrics.jsonl", {"step": step, "kind": "train", "loss": 0.7 - step / 100})
        sys.stdout.write(f"step {step}\n")
        sys.stdout.flush()
        if step == 4 and behaviour != "no-checkpoint":
            save_checkpoint(run, step)
        if behaviour == "killed" and step == 6:
            with (run / "metrics.jsonl").open("a") as file:
                file.write('{"step": 7, "lo')
            os.kill(os.getpid(), signal.SIGKILL)
        if (run / "control/stop").exists() and not behaviour.startswith("deaf"):
            if behaviour != "no-checkpoint":
                save_checkpoint(run, step)
            _finish(run, "stopped", step)
            return 0
        time.sleep(_PACE.get(behaviour, 0.02))
    save_adapter(run / "adapter", cut=40 if behaviour == "cut-adapter" else 0)
    if behaviour != "no-result":
        _finish(run, "completed", 7 if behaviour == "early-end" else step)
    return 0


_PACE = {"slow": 0.3, "no-checkpoint": 0.3, "deaf": 30.0, "deaf-with-child": 30.0, "brisk": 0.1}
_FAILURES = {
    "out-of-memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
    "disk": "OSError: [Errno 28] No space left on device",
    "package": "ModuleNotFoundError: No module named 'wandb'",
    "crash": "RuntimeError: something nobody has thought of",
}


def save_checkpoint(run: Path, step: int) -> None:
    folder = run / f"checkpoint-{step}"
    save_adapter(folder)
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    (folder / "optimizer.pt").write_bytes(b"moments")
    (folder / "scheduler.pt").write_bytes(b"rate")
    (folder / "COMPLETE").touch()


def save_adapter(folder: Path, *, cut: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": 16}))
    header = json.dumps({"a": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]}}).encode()
    data = len(header).to_bytes(8, "little") + header + bytes(64)
    (folder / "adapter_model.safetensors").write_bytes(data[: len(data) - cut])


def _finish(run: Path, outcome: str, step: int) -> None:
    request = json.loads((run / "request.json").read_text())
    (run / "README.md").write_text(f"release {request['fingerprint']}\n")
    content = {"outcome": outcome, "reason": None, "message": "", "step": step, "max_steps": STEPS}
    (run / "result.json.tmp").write_text(json.dumps(content))
    (run / "result.json.tmp").replace(run / "result.json")


def _append(run: Path, name: str, row: dict[str, object]) -> None:
    with (run / name).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"time": time.time(), **row}) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
