"""Asks the machines of a cluster what they run and see: `python -m training.launchers.ray_probe FILE`, or
`… ray_probe NAME --storage URL --job ID` where they share no folder with the app.

Prints one line, MARK and a JSON list with a Machine's fields for each machine that is alive. Imports ray.
"""

import argparse
import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from training import errors
from training.exchange import storage
from training.launchers.ray_findings import ASKED, MARK

_PATIENCE_SECONDS = 60.0


def main(file: str, url: str, job: str) -> int:
    """Ask all machines at once; one that gives no answer in time ends the job."""
    ray.init(logging_level="warning")
    nodes = [node for node in ray.nodes() if node["Alive"]]
    asked = [_on(node["NodeID"]).remote(node["NodeID"], node["NodeName"], file, url, job) for node in nodes]
    told = ray.get(asked, timeout=_PATIENCE_SECONDS)
    print(f"{MARK}{json.dumps(told)}", flush=True)  # noqa: T201 - the job's log is the answer
    return 0


def _on(node: str) -> Any:
    placed = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
    return ray.remote(_look).options(scheduling_strategy=placed, num_cpus=0)


def _look(node: str, name: str, file: str, url: str, job: str) -> dict[str, Any]:
    seen = why = ""
    try:
        seen = _at_storage(url, job, file, node) if url else Path(file).read_text(encoding="utf-8")
    except errors.TrainingError as error:
        why = str(error)
    except OSError:
        pass  # it does not see our folder: the caller says so
    versions = {"python": platform.python_version()} | {package: _version(package) for package in ASKED}
    return {"name": name, "versions": versions, "seen": seen, "why": why}


def _at_storage(url: str, job: str, file: str, node: str) -> str:
    """Write there as well: rights to read are not rights to write."""
    there = storage.opened(url).at("probes", job)
    there.write(node, b"")
    there.remove(node)
    return (there.read(file) or b"").decode()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--storage", default="")
    parser.add_argument("--job", default="")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    sys.exit(main(asked.file, asked.storage, asked.job))
