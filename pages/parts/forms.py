"""Posts of our own HTML forms: read within bounds, and only from our own pages."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from curation.errors import InvalidInput, NotAllowed
from pages.parts import cookies, sign_in

_MOST_BYTES = 16_384


async def fields(request: Request) -> Mapping[str, str]:
    """What the form holds.

    Raises:
        NotAllowed: it did not come from a page of ours, was open too long, or is too large.
    """
    _require_own_page(request)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise NotAllowed("This form is too large. Open the page again.")
    found = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=20))
    if not cookies.is_own_form(request.cookies, found.get("token", "")):
        raise NotAllowed("This form was open too long, or the browser keeps no cookies. Try again.")
    return found


def new_password(sent: Mapping[str, str]) -> str:
    """The password that was typed twice.

    Raises:
        InvalidInput: the two differ.
    """
    if sent.get("password", "") != sent.get("again", ""):
        raise InvalidInput("The two passwords differ. Type both again.")
    return sent.get("password", "")


def local(path: str) -> str:
    """The path where it lies on this server, else "/": a link must not lead elsewhere after sign-in."""
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def _require_own_page(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("This form came from another site. Open the page itself and try again.")
    # With `Referrer-Policy: no-referrer` browsers may say "null"; the token decides then.
    origin = request.headers.get("origin", "null")
    expected = {request.headers.get("host", ""), urlsplit(sign_in.settings().url).netloc}
    if origin != "null" and urlsplit(origin).netloc not in expected:
        raise NotAllowed("This form came from another site. Open the page itself and try again.")
