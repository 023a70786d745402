"""How a command asks the running app for what only the owner of the database can do.

The app writes down where it listens; a command signs what it wants with the workspace's key, for a minute.
"""

import json
from collections.abc import Mapping
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from itsdangerous import BadSignature, URLSafeTimedSerializer

from curation.errors import InvalidInput, NotAllowed, PairloomError
from curation.workspace import Workspace

BACKUP = "/command/backup"
HEADER = "x-pairloom-command"
_FILE = "app.json"
_VALID_SECONDS = 60
_PATIENCE = 3600.0  # seconds; a large database takes minutes to copy


def announce(workspace: Workspace, url: str) -> None:
    """Write down where the app listens, such as http://127.0.0.1:8501."""
    path = workspace.home / _FILE
    partial = path.with_name(f"{_FILE}.tmp")
    partial.write_text(json.dumps({"url": url}) + "\n", encoding="utf-8")
    partial.replace(path)


def ask(workspace: Workspace, route: str, wanted: Mapping[str, str]) -> dict[str, object] | None:
    """What the app answers; None where no app of this workspace listens.

    Raises:
        PairloomError: the app says why not.
    """
    try:
        url = json.loads((workspace.home / _FILE).read_text(encoding="utf-8"))["url"]
    except FileNotFoundError:
        return None
    token = _signer(workspace).dumps(dict(wanted))
    # Never through a proxy: the key's signature stays on this machine.
    asked = Request(url + route, data=b"", headers={HEADER: token, "Host": "localhost"})  # noqa: S310 - ours
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=_PATIENCE) as answer:
            found: dict[str, object] = json.load(answer)
            return found
    except HTTPError as error:
        raise _told(error.code)(json.load(error)["message"]) from error
    except (URLError, OSError):
        return None


def read(workspace: Workspace, token: str) -> Mapping[str, str]:
    """What a command asked for.

    Raises:
        NotAllowed: it was not signed with this workspace's key in the last minute.
    """
    try:
        found: Mapping[str, str] = _signer(workspace).loads(token, max_age=_VALID_SECONDS)
    except BadSignature as error:
        raise NotAllowed("This was not asked by a command of this workspace.") from error
    return found


def _told(status: int) -> type[PairloomError]:
    return NotAllowed if status == 403 else InvalidInput


def _signer(workspace: Workspace) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(workspace.secret(), salt="command")
