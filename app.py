"""The ASGI app: Streamlit's pages, our own routes and the security headers. No logic."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from curation import standby, workspace
from curation.errors import InvalidInput, PairloomError
from pages.parts import (
    first_lead,
    routes_command,
    routes_download,
    routes_history,
    routes_label,
    routes_oidc,
    routes_reading,
    routes_refused,
    routes_sign_in,
    routes_slice,
    routes_team,
    sign_in,
)
from pages.parts.gate import Gate
from pages.parts.sign_in import Settings
from training import adoption

# The one line of script inside Streamlit's own page: it sets a flag for crawlers.
_STREAMLITS_OWN = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
_POLICY = (
    f"default-src 'self'; script-src 'self' blob: {_STREAMLITS_OWN}; "
    "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Nothing remote is loaded and no answer runs script, whatever a page renders."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, send_with_headers)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Refuse an address that everybody reaches, offer the first lead a link, take back the runs at work."""
    place = workspace.current()
    try:
        sign_in.require_address(SETTINGS, str(st.get_option("server.address") or ""))
        place.create()
        first_lead.invite()
    except PairloomError as error:
        sys.exit(str(error))
    standby.announce(place, first_lead.local())
    adoption.adopt_all(place)
    routes_label.warm_up()
    yield None


def _settings() -> Settings:
    try:
        return sign_in.settings()
    except InvalidInput as error:
        sys.exit(str(error))


SETTINGS = _settings()
app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    routes=[
        *routes_sign_in.routes(),
        *routes_oidc.routes(),
        *routes_label.routes(),
        *routes_reading.routes(),
        *routes_history.routes(),
        *routes_download.routes(),
        *routes_slice.routes(),
        *routes_refused.routes(),
        *routes_team.routes(),
        *routes_command.routes(),
    ],
    middleware=[
        # A page of another site whose name is made to resolve to 127.0.0.1 sends its own name as Host.
        Middleware(TrustedHostMiddleware, allowed_hosts=SETTINGS.hosts),
        Middleware(SecurityHeaders),
        Middleware(Gate),
    ],
    lifespan=lifespan,
)
