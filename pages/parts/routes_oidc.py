"""Sign-in by an OpenID provider: there, back, and in. Authlib checks state, nonce, PKCE and the token.

Streamlit's st.login is Authlib too, but its cookie lives thirty days and cannot be ended
(docs/decisions/0019): what comes back here becomes a sign-in of ours.
"""

import logging
from functools import cache
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from curation.errors import NotAllowed
from curation.people import identities, sessions
from pages.parts import routes_sign_in, session, sign_in, sign_in_pages
from pages.parts.sign_in import Provider

_LOG = logging.getLogger(__name__)
_AWAY = "The provider of your account does not answer as it should. Try again in a minute."
_BROKEN = "The sign-in was interrupted. Try again."


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route("/sign-in/start", _start, methods=["GET"]),
        Route(sign_in.CALLBACK, _back, methods=["GET"]),
    ]


async def _start(request: Request) -> Response:
    try:
        answer: Response = await _client(_provider()).authorize_redirect(
            request, sign_in.settings().url + sign_in.CALLBACK
        )
    except (httpx.HTTPError, AuthlibBaseError, ValueError) as error:
        return _refused(_AWAY, error)
    return answer


async def _back(request: Request) -> Response:
    client = _client(_provider())
    try:
        token = await client.authorize_access_token(request)
    except (AuthlibBaseError, KeyError) as error:
        return _refused(_BROKEN, error)
    except (httpx.HTTPError, ValueError) as error:
        return _refused(_AWAY, error)
    try:
        key = await run_in_threadpool(_entered, request, dict(token.get("userinfo") or {}))
    except NotAllowed as error:
        return _refused(str(error))
    return routes_sign_in.entered(key)


def _entered(request: Request, claims: dict[str, object]) -> str:
    rules, database, now = sign_in.settings().rules, session.database(), session.now()
    if rules is None:
        raise HTTPException(404)
    annotator_id = identities.enter(database, claims, rules, now=now)
    return sessions.start(database, annotator_id, device=routes_sign_in.device(request), now=now)


def _refused(sentence: str, error: Exception | None = None) -> Response:
    if error is not None:
        _LOG.warning("sign-in by provider: %s: %s", type(error).__name__, error)
    provider = sign_in.settings().provider
    name = provider.name if provider else ""
    return HTMLResponse(
        sign_in_pages.by_provider(name, wrong=sentence),
        status_code=403,
        headers={"Cache-Control": "no-store"},
    )


def _provider() -> Provider:
    found = sign_in.settings().provider
    if found is None:
        raise HTTPException(404)
    return found


@cache
def _client(provider: Provider) -> Any:
    """Authlib's client; it fetches and keeps the provider's metadata and keys."""
    registry = OAuth()
    return registry.register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.metadata,
        client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "prompt": "select_account"},
    )
