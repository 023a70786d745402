"""The cookie that holds a sign-in: its name, its signature, and where to find it now."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType

import streamlit as st
from itsdangerous import BadSignature, Signer, TimestampSigner
from starlette.responses import Response
from streamlit.runtime.scriptrunner import get_script_run_ctx

from curation import workspace
from curation.people import sessions
from pages.parts import sign_in

FORM = "pairloom-form"
_FORM_SECONDS = 12 * 3600
# Those of the request that a route answers. A page's script runs in another thread and has its websocket's.
_of_request: ContextVar[Mapping[str, str]] = ContextVar("cookies", default=MappingProxyType({}))


@contextmanager
def speaking_for(cookies: Mapping[str, str]) -> Iterator[None]:
    """Inside, `key` is that of these cookies; the gate wraps every request in it."""
    before = _of_request.set(cookies)
    try:
        yield
    finally:
        _of_request.reset(before)


def key() -> str | None:
    """The key of the sign-in behind this request or page; None where its cookies hold none of ours."""
    held = st.context.cookies if get_script_run_ctx(suppress_warning=True) else _of_request.get()
    try:
        return _signer().unsign(held.get(name(), "")).decode()
    except BadSignature:
        return None


def name() -> str:
    """Of the cookie. A browser takes __Host- by https only, and from this very host."""
    return "__Host-pairloom" if sign_in.settings().secure else "pairloom"


def put(response: Response, sign_in_key: str) -> None:
    """Sign the key, which refuses made-up ones before the store is asked, and hand it to the browser."""
    response.set_cookie(
        name(),
        _signer().sign(sign_in_key).decode(),
        max_age=int(sessions.LONGEST.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",  # strict would greet who follows a link from a mail with the sign-in page
        secure=sign_in.settings().secure,
    )


def drop(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(name(), path="/", httponly=True, samesite="lax", secure=sign_in.settings().secure)


def form_token(held: Mapping[str, str]) -> tuple[str, str]:
    """What a form carries, and the value of the cookie it must come back with.

    Another site can make a browser send the cookie at most, and cannot read the token that goes with it.
    """
    value = held.get(FORM) or secrets.token_urlsafe(16)
    return _form_signer().sign(value).decode(), value


def is_own_form(held: Mapping[str, str], token: str) -> bool:
    """The form was made for this browser, and not too long ago."""
    try:
        value = _form_signer().unsign(token, max_age=_FORM_SECONDS).decode()
    except BadSignature:
        return False
    return secrets.compare_digest(value, held.get(FORM, ""))


def put_form(response: Response, value: str) -> None:
    """Hand the other half of a form's token to the browser."""
    response.set_cookie(
        FORM, value, path="/", httponly=True, samesite="strict", secure=sign_in.settings().secure
    )


def _signer() -> Signer:
    return Signer(_secret(workspace.current().home), salt="sign-in", digest_method=hashlib.sha256)


def _form_signer() -> TimestampSigner:
    return TimestampSigner(_secret(workspace.current().home), salt="form", digest_method=hashlib.sha256)


@cache
def _secret(_home: Path) -> str:
    return workspace.current().secret()  # lies in a file, and every request asks
