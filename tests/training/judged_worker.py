"""Runs a worker and judges its end where the run folder is to be seen: `judged_worker RUN OUT`."""

import json
import subprocess
import sys
from pathlib import Path

from training import outcome, runs


def main(run: Path, told: Path) -> None:
    with (run / runs.WORKER_LOG).open("ab") as log:
        code = subprocess.run(
            [sys.executable, "-m", "training.worker", str(run)], stdout=log, stderr=log, check=False
        ).returncode
    end = outcome.judge(run, outcome.Exit(code=code, forced=False))
    told.write_text(json.dumps({"state": end.state, "reason": end.reason}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
