"""Hub sets, fetched by a child process: `datasets` would slow every page if the app itself imported it."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UnreadableSource

Watch = Callable[[], None]

_ROOT = Path(__file__).resolve().parents[2]
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A Hub set as one Parquet file.

    Attributes:
        revision: the commit it came from; "" for a local folder.
    """

    path: Path
    revision: str
    split: str
    licence: str


def fetch(
    name: str,
    *,
    folder: Path,
    configuration: str | None = None,
    revision: str | None = None,
    split: str | None = None,
    watch: Watch | None = None,
) -> Fetched:
    """Fetch one split of a data set with `datasets.load_dataset`.

    A token, where one is needed, comes from the environment (HF_TOKEN) and from nowhere else.

    Args:
        name: on the Hub, or a local folder that load_dataset opens.
        folder: where the Parquet file goes.
        configuration: None takes the only one, or "default".
        revision: branch, tag or commit; None takes the newest and records its commit.
        split: None takes "train", or the only one there is.
        watch: called about ten times a second; an exception it raises ends the child and comes out here.

    Raises:
        UnreadableSource: gated, missing, unreachable, or not loadable; one sentence says which.
    """
    if not name.strip():
        raise UnreadableSource("Name a data set after hub:, such as hub:Intel/orca_dpo_pairs.")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"name": _absolute(name), "configuration": configuration, "revision": revision, "split": split}
    key = hashlib.blake2b(json.dumps(wanted).encode(), digest_size=8).hexdigest()
    answer = folder / f"hub-{key}.json"
    answer.unlink(missing_ok=True)
    wanted["parquet"] = str(folder / f"hub-{key}.parquet")
    _run(wanted, answer, watch)
    said = _answer(answer, name)
    return Fetched(
        path=Path(wanted["parquet"] or ""),
        revision=said["revision"],
        split=said["split"],
        licence=said["licence"],
    )


def _absolute(name: str) -> str:
    # The child runs elsewhere, so a relative folder would not be found.
    path = Path(name).expanduser()
    return str(path.resolve()) if path.is_dir() else name


def _run(wanted: dict[str, str | None], answer: Path, watch: Watch | None) -> None:
    environment = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONPATH": str(_ROOT)}
    with answer.with_suffix(".log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "curation.intake.hub_child", json.dumps(wanted), str(answer)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
        )
        try:
            while child.poll() is None:
                if watch is not None:
                    watch()
                time.sleep(_POLL_SECONDS)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()


def _answer(path: Path, name: str) -> dict[str, str]:
    try:
        said: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        log = path.with_suffix(".log")
        last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no message"])[-1]
        raise UnreadableSource(
            f"Fetching {name} ended without a result: {last[:300]}. All it said is in {log}."
        ) from None
    if "problem" in said:
        raise UnreadableSource(said["problem"])
    return said
