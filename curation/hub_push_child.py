"""The child process that pushes to the Hub: reads JSON on stdin, answers with JSON as its last line.

The request is what hub_push.push sends; the answer holds either url and commit, or problem, a sentence.
Nobody imports this module.
"""

import json
import os
import sys
from typing import Any

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

_KEPT = (".gitattributes",)  # the Hub's own
_PLACES = {"dataset": "datasets/", "model": ""}
_UNAUTHORISED, _FORBIDDEN = 401, 403


class Problem(Exception):
    """Why nothing can be pushed, as a sentence."""


def main() -> None:
    """Push what stdin asks for; the answer says how it ended."""
    wanted = json.loads(sys.stdin.read())
    # Never the token that `hf auth login` left on this machine for someone else.
    hub = HfApi(token=os.environ["HF_TOKEN"])
    try:
        answer = _pushed(hub, wanted)
    except Problem as problem:
        answer = {"problem": str(problem)}
    except (httpx2.TransportError, OfflineModeIsEnabled) as error:
        reason = f"({type(error).__name__}). Nothing was pushed."
        answer = {"problem": f"The Hub at {hub.endpoint} cannot be reached {reason}"}
    except HfHubHTTPError as error:
        answer = {"problem": _refused(error, wanted["repository"])}
    sys.stdout.write(json.dumps(answer) + "\n")


def _pushed(hub: HfApi, wanted: dict[str, Any]) -> dict[str, str]:
    repository, kind = wanted["repository"], wanted["kind"]
    present = _prepare(hub, repository, kind, private=wanted["private"])
    additions = [
        CommitOperationAdd(path_in_repo=name, path_or_fileobj=path) for name, path in wanted["files"].items()
    ]
    surplus = [
        CommitOperationDelete(path_in_repo=name)
        for name in present
        if name not in wanted["files"] and name not in _KEPT
    ]
    commit = hub.create_commit(
        repository,
        operations=[*additions, *surplus],
        commit_message=wanted["message"],
        repo_type=kind,
    )
    hub.create_tag(repository, tag=wanted["tag"], revision=commit.oid, repo_type=kind, exist_ok=True)
    return {"url": f"{hub.endpoint}/{_PLACES[kind]}{repository}", "commit": str(commit.oid)}


def _prepare(hub: HfApi, repository: str, kind: str, *, private: bool) -> list[str]:
    """Make the repository where there is none; returns the files it holds.

    A public repository is never taken for something private: create_repo would leave it public.
    """
    try:
        info = hub.model_info(repository) if kind == "model" else hub.dataset_info(repository)
    except RepositoryNotFoundError:
        hub.create_repo(repository, repo_type=kind, private=private)
        return hub.list_repo_files(repository, repo_type=kind)
    if private and not info.private:
        raise Problem(
            f"{repository} is there already and everybody can read it. Nothing was pushed. "
            "Make it private on the Hub, take another name, or push it as public."
        )
    return [each.rfilename for each in info.siblings or ()]


def _refused(error: HfHubHTTPError, repository: str) -> str:
    status = error.response.status_code if error.response is not None else 0
    if status in (_UNAUTHORISED, _FORBIDDEN):
        return (
            f"The Hub does not let this token write to {repository}. "
            "Make one with write access there and set it as HF_TOKEN."
        )
    said = error.server_message or (str(error).strip().splitlines() or ["no message"])[0]
    return f"The Hub refused the push to {repository} ({status}): {said[:300]}"


if __name__ == "__main__":
    main()
