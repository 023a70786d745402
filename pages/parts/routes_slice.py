"""The download of a slice of Browse, by a signed link. For reviewers: it holds models and priors."""

from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from curation import workspace
from curation.errors import NotAllowed
from curation.model import Role
from pages.parts import guard

_VALID_SECONDS = 12 * 3600
_SALT = "slice"


def folder() -> Path:
    """Where slices lie until they are a day old."""
    return workspace.current().home / "downloads" / "slices"


def link(file: Path) -> str:
    """A signed address for one file in `folder`."""
    return f"/slice/{file.name}?token={_signer().dumps(file.name)}"


def routes() -> list[Route]:
    """What app.py mounts."""
    return [Route("/slice/{name}", _download, methods=["GET"])]


def _download(request: Request) -> Response:
    try:
        guard.permitted(Role.REVIEWER)
    except NotAllowed as error:
        return PlainTextResponse(str(error), status_code=403)
    try:
        name = str(_signer().loads(request.query_params.get("token", ""), max_age=_VALID_SECONDS))
    except BadSignature:
        return PlainTextResponse(
            "This link is not valid any more. Open Browse again and take a new one.", status_code=403
        )
    file = folder() / name
    if not file.is_file():
        return PlainTextResponse("This file was deleted after a day. Export it again.", status_code=404)
    return FileResponse(file, filename=name, media_type="application/octet-stream")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(workspace.current().secret(), salt=_SALT)
