"""The label screen's own routes: next pairs out, decisions in, one pair again.

`fetch` on routes costs half the CPU of a rerun per decision and never interrupts a script. Every request
carries a signed token in a header that no other site can send; a cookie could be made to ride along.
What goes out names neither the models that wrote an answer nor any earlier verdict on it.
"""

import functools
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from curation.database import Database
from curation.errors import InvalidInput, NotAllowed, PairloomError, Unknown, WorkspaceInUse
from curation.labelling import (
    annotators,
    decisions,
    details,
    guidelines,
    mends,
    progress,
    projects,
    queue,
    review,
    together,
)
from curation.model import Role
from pages.parts import guard, label_entries, label_past, label_payload, session

HEADER = "x-pairloom-token"
_SALT = "label"
_VALID_SECONDS = 12 * 3600
_MAX_BATCH = 100
_MAX_BODY = 4_000_000  # a batch that the client keeps below 400,000 characters, each of up to six bytes
_MAX_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who a token speaks for."""

    annotator_id: str
    role: Role


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route("/api/label/next", endpoint(_next, in_use=False), methods=["GET"]),
        Route("/api/label/pair/{pair_id}", endpoint(_pair), methods=["GET"]),
        Route("/api/label/again", endpoint(_again, in_use=False), methods=["GET"]),
        Route("/api/label/decisions", endpoint(_save), methods=["POST"]),
        Route("/api/label/back", endpoint(_give_back), methods=["POST"]),
    ]


def warm_up() -> None:
    """Read the log of decisions beside the start of the server, so that nobody has to wait for it.

    A million of them take seconds. Where there is no database yet, nothing is made.
    """
    if session.home().database.exists():
        threading.Thread(target=_read_log, name="read the log", daemon=True).start()


def _read_log() -> None:
    # What is wrong with the workspace, the first page says; this thread has nobody to tell.
    with suppress(PairloomError):
        queue.warm_up(session.database())
        review.warm_up(session.database())


def issue_token(secret: str, *, annotator_id: str, role: Role) -> str:
    """A token for one person's label screen, valid for twelve hours.

    Args:
        secret: the workspace's; a token of one workspace opens no other.
    """
    return str(_signer(secret).dumps([annotator_id, role.value]))


def read_token(secret: str, token: str) -> Bearer:
    """Who the token speaks for.

    Raises:
        NotAllowed: it was not issued by this workspace, or has ended.
    """
    try:
        annotator_id, role = _signer(secret).loads(token, max_age=_VALID_SECONDS)
    except BadSignature as error:
        raise NotAllowed("Your time on this screen has ended. Reload the page to go on.") from error
    return Bearer(annotator_id=annotator_id, role=Role(role))


Action = Callable[[Request, Bearer, object], dict[str, object]]


def endpoint(action: Action, *, in_use: bool = True) -> Callable[[Request], Any]:
    """A route's handler: `action` gets the request, its sender and its body; errors become sentences.

    Args:
        in_use: false where the screen asks on its own: that must not keep a sign-in alive.
    """

    async def endpoint(request: Request) -> Response:
        # Only the body is awaited; DuckDB and rendering work in the thread pool.
        body = await _body(request)
        return await run_in_threadpool(_answer, action, request, body, in_use)

    return endpoint


def _answer(action: Action, request: Request, body: object, in_use: bool) -> Response:  # noqa: FBT001 - passed by place
    try:
        someone = guard.permitted(Role.ANNOTATOR, in_use=in_use)
        bearer = read_token(session.secret(), request.headers.get(HEADER, ""))
        if someone.sign_in and bearer.annotator_id != someone.id:
            raise NotAllowed("Somebody else has signed in here since. Reload the page to go on.")
        if not someone.sign_in and not annotators.get(session.database(), bearer.annotator_id).active:
            raise NotAllowed("You are no longer a member of this project. Ask its lead.")
        return _json(action(request, bearer, body), 200)
    except PairloomError as error:
        kinds = {NotAllowed: 403, Unknown: 404, WorkspaceInUse: 503}
        return _json({"message": str(error)}, kinds.get(type(error), 422))


def _next(request: Request, bearer: Bearer, _body: object) -> dict[str, object]:
    asked = request.query_params
    known = [pair_id for pair_id in asked.get("but", "").split(",") if pair_id]
    limit = min(_whole(asked.get("limit", "8")), _MAX_PAIRS)
    database = session.database()
    day_start = label_entries.moment(_whole(asked.get("day", "0"))) or session.now()
    fixes = database.remembered(mends.newest)  # before the texts: a fix in between is then told of next time
    if asked.get("skipped") == "1":
        tasks = queue.skipped_by(database, bearer.annotator_id, limit=limit, but=known)
    else:
        tasks = queue.next_for(
            database, bearer.annotator_id, limit=limit, but=known, now=session.now(), day_start=day_start
        )
    version = guidelines.version(database)
    counts = progress.of(database, bearer.annotator_id, day_start=day_start)
    return {
        "pairs": [label_payload.of(task, version) for task in tasks],
        "more": len(tasks) == limit,
        "guideline": version,
        "fixes": fixes,
        "progress": {
            "today": counts.today,
            "mine": counts.mine,
            "skipped": counts.skipped,
            "decided": counts.decided,
            "pairs": counts.pairs,
            "votes_per_pair": counts.votes_per_pair,
            "enough": counts.enough,
        },
        "project": _asks(database),
    }


def _pair(request: Request, bearer: Bearer, _body: object) -> dict[str, object]:
    database = session.database()
    task = queue.task_of(database, bearer.annotator_id, str(request.path_params["pair_id"]))
    return {
        **label_payload.of(task, guidelines.version(database)),
        "decision": label_past.present(database, bearer.annotator_id, task),
    }


def _again(request: Request, bearer: Bearer, _body: object) -> dict[str, object]:
    """Asked when `fixes` has grown: what is on the screen, with the texts as they are now."""
    named = [each.partition(":") for each in request.query_params.get("pairs", "").split(",") if each]
    rounds = {pair_id: _whole(number) for pair_id, _, number in named[:_MAX_PAIRS]}
    database = session.database()
    version = guidelines.version(database)
    tasks = queue.again(database, bearer.annotator_id, rounds)
    return {"pairs": [label_payload.of(task, version) for task in tasks]}


def _give_back(_request: Request, bearer: Bearer, body: object) -> dict[str, object]:
    """Sent when the page closes: what was never answered is free for others."""
    pairs = label_entries.fields(body).get("pairs")
    if not isinstance(pairs, list) or len(pairs) > _MAX_BATCH:
        raise InvalidInput(f"Send a list of at most {_MAX_BATCH} pairs.")
    queue.give_back(session.database(), bearer.annotator_id, [str(pair) for pair in pairs], now=session.now())
    return {}


def _save(_request: Request, bearer: Bearer, body: object) -> dict[str, object]:
    entries = label_entries.fields(body).get("entries")
    if not isinstance(entries, list) or len(entries) > _MAX_BATCH:
        raise InvalidInput(f"Send a list of at most {_MAX_BATCH} decisions as entries.")
    saved: list[str] = []
    refused: list[dict[str, str]] = []
    for entry in entries:
        try:
            saved.append(_save_one(entry, bearer))
        except WorkspaceInUse:
            raise
        except PairloomError as error:
            # One that cannot be saved must not hold up the others behind it.
            refused.append({"id": _name(entry), "message": str(error)})
    return {"saved": saved, "refused": refused}


def _save_one(entry: object, bearer: Bearer) -> str:
    fields = label_entries.fields(entry)
    if fields.get("choice") == "undo":
        undo_id = label_entries.identity(fields, "id")
        decisions.undo(
            session.database(),
            undo_id=undo_id,
            decision_id=label_entries.identity(fields, "supersedes"),
            annotator_id=bearer.annotator_id,
            now=session.now(),
            client_time=label_entries.moment(fields.get("client_time")),
        )
        return undo_id
    if fields.get("choice") == "redo":
        return _redo(fields, bearer)
    database = session.database()
    said = label_entries.decision_from(fields, annotator_id=bearer.annotator_id, now=session.now())
    details.check_side(said)
    guidelines.require(database, said.guideline_version)
    number, arm = queue.assignment(database, said.annotator_id, said.pair_id, said.round)
    seen = label_entries.version_seen(fields)
    together.record(database, replace(said, round=number, arm=arm), seen=seen)
    return said.id


def _redo(fields: Mapping[str, object], bearer: Bearer) -> str:
    redo_id = label_entries.identity(fields, "id")
    decisions.redo(
        session.database(),
        redo_id=redo_id,
        decision_id=label_entries.identity(fields, "redoes"),
        annotator_id=bearer.annotator_id,
        now=session.now(),
        client_time=label_entries.moment(fields.get("client_time")),
    )
    return redo_id


def _asks(database: Database) -> dict[str, object]:
    """What the project asks of a decision, for screens that have been open since before it changed."""
    project = projects.current(database)
    return {
        "version": project.version,
        "strength": project.strength,
        "reasons": project.reasons,
        "reasons_required": project.reasons_required,
        "comments": project.comments,
        "rewriting": project.rewriting,
    }


async def _body(request: Request) -> object:
    if request.method != "POST" or int(request.headers.get("content-length") or 0) > _MAX_BODY:
        return None
    try:
        parsed: object = await request.json()
    except ValueError:
        return None
    return parsed


@functools.lru_cache(maxsize=4)
def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)


def _json(content: dict[str, object], status: int) -> Response:
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"})


def _name(entry: object) -> str:
    return str(entry.get("id")) if isinstance(entry, dict) else ""


def _whole(value: str) -> int:
    if not value.isdecimal() or len(value) > 15:
        raise InvalidInput("A number in the address is not one.")
    return int(value)
