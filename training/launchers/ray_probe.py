"""Asks the machines of a cluster what they run and see: `python -m training.launchers.ray_probe FILE`.

Prints one line, MARK and a JSON list with a Machine's fields for each machine that is alive. Imports ray.
"""

import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from training.launchers.ray_findings import ASKED, MARK

_PATIENCE_SECONDS = 60.0


def main(file: str) -> int:
    """Ask all machines at once; one that gives no answer in time ends the job."""
    ray.init(logging_level="warning")
    nodes = [node for node in ray.nodes() if node["Alive"]]
    asked = [_on(node["NodeID"]).remote(node["NodeName"], file) for node in nodes]
    told = ray.get(asked, timeout=_PATIENCE_SECONDS)
    print(f"{MARK}{json.dumps(told)}", flush=True)  # noqa: T201 - the job's log is the answer
    return 0


def _on(node: str) -> Any:
    placed = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
    return ray.remote(_look).options(scheduling_strategy=placed, num_cpus=0)


def _look(name: str, file: str) -> dict[str, Any]:
    try:
        seen = Path(file).read_text(encoding="utf-8")
    except OSError:
        seen = ""
    versions = {package: _version(package) for package in ASKED}
    return {"name": name, "versions": {"python": platform.python_version(), **versions}, "seen": seen}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
