"""Puts a release on the Hugging Face Hub: private unless a person says otherwise, by a child process.

The token comes from the environment (HF_TOKEN) and from nowhere else; it is never written, logged or shown.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from curation.errors import InvalidInput, PairloomError
from curation.release import verify, write

TOKEN = "HF_TOKEN"  # noqa: S105 - the name of the variable
_ROOT = Path(__file__).resolve().parents[2]
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go to the Hub.

    Attributes:
        files: path in the repository and size in bytes, by path; what else lies in the repository goes away.
        tag: names this version there, so that `load_dataset(…, revision=tag)` finds it again.
    """

    repository: str
    private: bool
    files: tuple[tuple[str, int], ...]
    tag: str
    fingerprint: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A release that lies on the Hub.

    Attributes:
        commit: its revision there; unchanged where the Hub had everything already.
    """

    plan: Plan
    url: str
    commit: str


def plan(folder: Path, repository: str, *, private: bool = True) -> Plan:
    """What a push would send; asks nobody.

    Raises:
        InvalidInput: no such release, a release that was changed, or no name of a repository.
    """
    if not _REPOSITORY.fullmatch(repository) or "--" in repository or ".." in repository:
        raise InvalidInput(f"“{repository}” is no name of a data set. Names look like owner/name.")
    manifest = verify.read_manifest(folder)
    damage = verify.changed_files(folder)
    if damage:
        raise InvalidInput(f"{folder.name} is not as it was released: {damage[0].message} Push a whole one.")
    names = sorted([*manifest.files, write.MANIFEST])
    return Plan(
        repository=repository,
        private=private,
        files=tuple((name, (folder / name).stat().st_size) for name in names),
        tag=folder.name,
        fingerprint=manifest.fingerprint,
    )


def push(folder: Path, planned: Plan) -> Pushed:
    """Send it, and wait until it is there. Doing it again changes nothing.

    Raises:
        InvalidInput: there is no token.
        PairloomError: the Hub refused or could not be reached; the sentence says which.
    """
    if not os.environ.get(TOKEN):
        raise InvalidInput(
            f"Pushing needs a token that may write. Set {TOKEN} in the environment of Pairloom "
            "and start it again."
        )
    request = {
        "folder": str(folder),
        "repository": planned.repository,
        "private": planned.private,
        "files": [name for name, _ in planned.files],
        "tag": planned.tag,
        "message": f"Release {planned.tag}, fingerprint {planned.fingerprint[:12]}",
    }
    answer = _child(request)
    return Pushed(plan=planned, url=answer["url"], commit=answer["commit"])


def _child(request: dict[str, object]) -> dict[str, str]:
    """huggingface_hub takes a second to import and keeps threads: it runs where it can end."""
    environment = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "curation.release.publish_child"],
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
