"""Where the trackers of other projects write: into the run folder, and nowhere else unless a key says so."""

from collections.abc import MutableMapping
from pathlib import Path

FOLDER = "trackers"


def keep_inside(run: Path, environment: MutableMapping[str, str]) -> None:
    """Set what the trackers' packages read when they are imported; what a person has set stays.

    Weights & Biases asks at the terminal for a key it does not have, and a worker has no terminal: without
    one it keeps its files here, to be sent later by `wandb sync`.
    """
    folder = str(run / FOLDER)
    environment.setdefault("TENSORBOARD_LOGGING_DIR", folder)
    environment.setdefault("TRACKIO_DIR", folder)
    environment.setdefault("WANDB_DIR", folder)
    if not environment.get("WANDB_API_KEY"):
        environment.setdefault("WANDB_MODE", "offline")
    if environment["WANDB_DIR"] == folder:
        Path(folder).mkdir(exist_ok=True)  # wandb writes to /tmp where its folder is missing
