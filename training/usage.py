"""What a run has really used: the peak of its memory, and its time; read from the process.

The worker writes it down at its end as an event of kind "usage", so that estimates can be held against it.
"""

import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training import metrics, runs

KIND = "usage"
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Measured, not estimated.

    Attributes:
        device: "cpu" or "cuda": where peak_bytes was measured.
        peak_bytes: of the process, or, on a GPU, what torch had reserved there.
        seconds: CPU time of the process, all threads, up to now.
    """

    device: str
    peak_bytes: int
    seconds: float

    @property
    def sentence(self) -> str:
        return f"Peak memory {self.peak_bytes / 2**20:.0f} MiB, {self.seconds:.0f} s of processor time."

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def now() -> Usage:
    """What this process has used so far."""
    torch = sys.modules.get("torch")  # never imported for this: a worker that failed early has none
    cuda = torch is not None and torch.cuda.is_available()
    peak = torch.cuda.max_memory_reserved() if torch is not None and cuda else _process_peak()
    return Usage(device="cuda" if cuda else "cpu", peak_bytes=peak, seconds=round(time.process_time(), 2))


def of_run(run: Path) -> Usage | None:
    """What a run has used; None where it has not ended, or was killed before it could say."""
    rows = [row for row in metrics.read(run / runs.EVENTS) if row.get("kind") == KIND]
    if not rows:
        return None
    return Usage(**{name: rows[-1][name] for name in Usage.__slots__})


def _process_peak() -> int:
    """Bytes. Not ru_maxrss where it can be helped: it survives exec, so a child inherits its parent's."""
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
