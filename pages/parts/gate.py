"""The gate in front of everything the server answers: without a sign-in there is only the way to one.

An ASGI middleware, so that pages, websockets, uploads, media and our own routes all pass it and see the same
person. In solo mode it stands open. Guards below it still ask for the role.
"""

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts import cookies, session, sign_in
from pages.parts.sign_in import Mode

SIGN_IN = "/sign-in"
# Streamlit's own script and fonts carry nothing of ours; proxies ask for the health of the server; commands
# show a signature (routes_command).
_OPEN = ("/sign-in", "/invitation", "/command", "/static", "/_stcore/health", "/favicon.png")
# Streamlit's st.login is not used (docs/decisions/0019), so its ways in stay shut.
_SHUT = ("/auth/", "/oauth2callback", "/_stcore/metrics")


class Gate:
    """Lets signed-in people through; shows others the way to the sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or sign_in.settings().mode is Mode.SOLO:
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        with cookies.speaking_for(asked.cookies):
            path = asked.url.path
            shut = path.startswith(_SHUT)
            if not shut and (_is_open(path) or await run_in_threadpool(_somebody)):
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":
                await receive()  # "websocket.connect"
                await send({"type": "websocket.close", "code": 4401})
            else:
                await _refusal(asked, shut=shut)(scope, receive, send)


def _somebody() -> bool:
    # Whether the person does something, the page or route behind the gate knows.
    return session.person(in_use=False) is not None


def _is_open(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in _OPEN)


def _refusal(asked: HTTPConnection, *, shut: bool) -> Response:
    if shut:
        return JSONResponse({"message": "Not here."}, status_code=404)
    wants_page = "text/html" in asked.headers.get("accept", "")
    if asked.scope["method"] == "GET" and wants_page:
        back = asked.url.path + (f"?{asked.url.query}" if asked.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(back)}", status_code=303)
    return JSONResponse({"message": "You are signed out. Sign in again."}, status_code=403)
