"""What a lead takes away from Team: the audit as CSV, streamed in pages, and copies of the database."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from curation import workspace
from curation.database import Database
from curation.errors import NotAllowed
from curation.labelling import events
from curation.labelling.events import Wanted
from curation.model import Role
from pages.parts import guard, session

_VALID_SECONDS = 3600
_LINES = 2_000  # a page of the audit: what is in memory at once


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route("/team/audit.csv", _audit, methods=["GET"]),
        Route("/team/backup/{name}", _backup, methods=["GET"]),
    ]


def audit_link(wanted: Wanted) -> str:
    """A signed address of these lines as CSV, good for an hour."""
    since, until = (None if at is None else at.isoformat() for at in (wanted.since, wanted.until))
    return "/team/audit.csv?" + urlencode(
        {"token": _signer().dumps([wanted.actor, wanted.action, since, until])}
    )


def backup_link(path: Path) -> str:
    """A signed address of one copy of the database, good for an hour."""
    return f"/team/backup/{path.name}?" + urlencode({"token": _signer().dumps(path.name)})


def _audit(request: Request) -> Response:
    try:
        someone = guard.permitted(Role.LEAD)
        actor, action, since, until = _read(request)
    except NotAllowed as error:
        return PlainTextResponse(str(error), status_code=403)
    moments = (None if at is None else datetime.fromisoformat(at) for at in (since, until))
    wanted = Wanted(actor=actor, action=action, **dict(zip(("since", "until"), moments, strict=True)))
    events.add(session.database(), actor=someone.id, action="download audit", now=session.now())
    return StreamingResponse(
        _lines(session.database(), wanted),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"},
    )


def _backup(request: Request) -> Response:
    try:
        someone = guard.permitted(Role.LEAD)
        name = str(_read(request))
    except NotAllowed as error:
        return PlainTextResponse(str(error), status_code=403)
    path = workspace.current().backups / Path(name).name
    if not path.is_file():
        return PlainTextResponse("This copy is no longer in the workspace.", status_code=404)
    events.add(
        session.database(), actor=someone.id, action="download backup", subject=path.name, now=session.now()
    )
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})


def _lines(database: Database, wanted: Wanted) -> Iterator[str]:
    yield _csv(["number", "when (UTC)", "who", "what", "which", "detail"])
    before: int | None = None
    while page := events.page(database, wanted, limit=_LINES, before=before):
        for line in page:
            yield _csv(
                [line.number, line.happened.isoformat(), line.actor, line.action, line.subject, line.in_words]
            )
        before = page[-1].number


def _csv(row: list[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(str(cell)) for cell in row])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a cell for a formula: file names are other people's words."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def _read(request: Request) -> list[str | None]:
    try:
        found: list[str | None] = _signer().loads(
            request.query_params.get("token", ""), max_age=_VALID_SECONDS
        )
    except BadSignature as error:
        raise NotAllowed(
            "This link is not valid any more. Open the page again and take a new one."
        ) from error
    return found


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(workspace.current().secret(), salt="team")
