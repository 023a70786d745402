"""Sends files to a repository on the Hugging Face Hub, in a child process; a release or a trained model.

The token comes from the environment (HF_TOKEN) and from nowhere else; it is never written, logged or shown.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from curation.errors import InvalidInput, PairloomError

TOKEN = "HF_TOKEN"  # noqa: S105 - the name of the variable
_ROOT = Path(__file__).resolve().parents[1]
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


class Kind(StrEnum):
    """What a repository holds, in the Hub's words."""

    DATASET = "dataset"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to lie in a repository; what else lies there goes away and stays in its history.

    Attributes:
        files: path in the repository → the file here.
        tag: names this version there.
        message: of the commit.
    """

    repository: str
    kind: Kind
    private: bool
    files: dict[str, Path]
    tag: str
    message: str


def check_name(repository: str) -> None:
    """Raises InvalidInput where this is no name of a repository."""
    if not _REPOSITORY.fullmatch(repository) or "--" in repository or ".." in repository:
        raise InvalidInput(f"“{repository}” is no name of a repository. Names look like owner/name.")


def push(wanted: Wanted) -> tuple[str, str]:
    """Send it, and wait until it is there. Doing it again changes nothing.

    Returns:
        Address and commit; the commit is the earlier one where the Hub had everything already.

    Raises:
        InvalidInput: there is no token.
        PairloomError: the Hub refused or could not be reached; the sentence says which.
    """
    if not os.environ.get(TOKEN):
        raise InvalidInput(
            f"Pushing needs a token that may write. Set {TOKEN} in the environment of Pairloom "
            "and start it again."
        )
    answer = _child(
        {
            "repository": wanted.repository,
            "kind": wanted.kind.value,
            "private": wanted.private,
            "files": {name: str(path) for name, path in wanted.files.items()},
            "tag": wanted.tag,
            "message": wanted.message,
        }
    )
    return answer["url"], answer["commit"]


def _child(request: dict[str, object]) -> dict[str, str]:
    """huggingface_hub takes a second to import and keeps threads: it runs where it can end."""
    environment = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "curation.hub_push_child"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONPATH": str(_ROOT)},
        check=False,
    )
    lines = done.stdout.splitlines()
    try:
        answer: dict[str, str] = json.loads(lines[-1])
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["no message"])[-1][:300]
        raise PairloomError(f"The push ended without a result: {_without_token(last)}.") from None
    if "problem" in answer:
        raise PairloomError(_without_token(answer["problem"]))
    return answer


def _without_token(message: str) -> str:
    token = os.environ.get(TOKEN, "")
    return message.replace(token, "…") if token else message
