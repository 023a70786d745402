"""What a command on this machine asks of the running app, which alone has the database: a backup.

The command shows that it may read the workspace's key; whoever can read that can read everything.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from curation import standby
from curation.commands import backup
from curation.errors import NotAllowed, PairloomError
from pages.parts import session

_MOST_BYTES = 4_096


def routes() -> list[Route]:
    """What app.py mounts."""
    return [Route(standby.BACKUP, _backup, methods=["POST"])]


async def _backup(request: Request) -> Response:
    try:
        asked = standby.read(session.home(), request.headers.get(standby.HEADER, "")[:_MOST_BYTES])
        return JSONResponse(await run_in_threadpool(_made, asked))
    except NotAllowed as error:
        return JSONResponse({"message": str(error)}, status_code=403)
    except PairloomError as error:
        return JSONResponse({"message": str(error)}, status_code=422)


def _made(asked: Mapping[str, str]) -> dict[str, object]:
    return backup.copied(session.database(), Path(asked["path"]), session.now())
