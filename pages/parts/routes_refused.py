"""Rows that an import did not take, as a file: line, reason and the original text, to mend and import."""

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from curation.errors import NotAllowed, Unknown
from curation.intake import sources
from curation.model import Role
from pages.parts import guard, session


def link(source_id: str) -> str:
    """Where the report of one import is."""
    return f"/refused/{source_id}.jsonl"


def routes() -> list[Route]:
    """What app.py mounts."""
    return [Route("/refused/{source_id}.jsonl", _report, methods=["GET"])]


def _report(request: Request) -> Response:
    try:
        guard.permitted(Role.LEAD)
        source = sources.get(session.database(), request.path_params["source_id"])
    except NotAllowed as error:
        return PlainTextResponse(str(error), status_code=403)
    except Unknown as error:
        return PlainTextResponse(str(error), status_code=404)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", source.location)[-80:]
    return StreamingResponse(
        sources.report(session.database(), source.id),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="refused-{name}.jsonl"'},
    )
