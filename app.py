"""The ASGI app: Streamlit's pages, our own routes and the security headers. No logic."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from curation import workspace
from pages.parts import routes_download, routes_label, routes_reading
from training import supervisor

_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
_POLICY = (
    "default-src 'self'; script-src 'self' blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
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
    """Refuse an address that others can reach, and take back the runs that outlived the last server."""
    address = str(st.get_option("server.address") or "")
    if address != "localhost" and not _is_loopback(address):
        sys.exit(
            "Pairloom runs in solo mode, which lets everyone in, so it does not listen on "
            f"{address or 'all addresses'}. Start it with server.address = 127.0.0.1."
        )
    place = workspace.current()
    place.create()
    supervisor.adopt_all(place)
    yield None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    routes=[*routes_label.routes(), *routes_reading.routes(), *routes_download.routes()],
    # A page of another site whose name is made to resolve to 127.0.0.1 sends its own name as Host.
    middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_LOOPBACK), Middleware(SecurityHeaders)],
    lifespan=lifespan,
)
