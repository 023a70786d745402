"""Sign-in, invitation, own account and sign-out by name and password; the provider's way is routes_oidc.

Plain HTML forms on our own routes. Passwords go to argon2id in a thread and nowhere else.
"""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from curation.errors import NotAllowed, PairloomError, TooManyAttempts
from curation.people import accounts, invitations, passwords, sessions
from curation.people.sessions import SignedIn
from pages.parts import cookies, forms, gate, session, sign_in, sign_in_pages
from pages.parts.session import Person
from pages.parts.sign_in import Mode

_UNSEEN = {"Cache-Control": "no-store"}  # the back button of a shared computer shows none of these
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "macOS", "CrOS": "ChromeOS"}


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route(gate.SIGN_IN, _show_sign_in, methods=["GET"]),
        Route(gate.SIGN_IN, _sign_in, methods=["POST"]),
        Route("/invitation/{key}", _show_invitation, methods=["GET"]),
        Route("/invitation/{key}", _accept, methods=["POST"]),
        Route("/account", _show_account, methods=["GET"]),
        Route("/account/password", _change_password, methods=["POST"]),
        Route("/account/end", _end_one, methods=["POST"]),
        Route("/account/sign-out", _sign_out, methods=["POST"]),
    ]


def page(request: Request, make: Callable[[str], str], status: int = 200) -> Response:
    """A page of ours with a form; `make` is given the token that the form carries."""
    token, value = cookies.form_token(request.cookies)
    response = HTMLResponse(make(token), status_code=status, headers=_UNSEEN)
    if request.cookies.get(cookies.FORM) != value:
        cookies.put_form(response, value)
    return response


def entered(key: str, back: str = "/") -> Response:
    """Into the project with a fresh sign-in."""
    response = RedirectResponse(forms.local(back), status_code=303, headers=_UNSEEN)
    cookies.put(response, key)
    return response


def device(request: Request) -> str:
    """The browser in words, such as "Firefox on Linux": enough to know which sign-in to end."""
    said = request.headers.get("user-agent", "")
    names = (next((name for name in known if name in said), "") for known in (_BROWSERS, _SYSTEMS))
    return " on ".join(_CALLED.get(name, name) for name in names if name) or "another program"


async def _show_sign_in(request: Request) -> Response:
    found = sign_in.settings()
    back = forms.local(request.query_params.get("next", "/"))
    if found.mode is Mode.SOLO or await run_in_threadpool(session.person) is not None:
        return RedirectResponse(back, status_code=303)
    said = "You are signed out." if "out" in request.query_params else ""
    if found.provider is not None:
        name = found.provider.name
        return page(request, lambda _: sign_in_pages.by_provider(name, said=said))
    return page(request, lambda token: sign_in_pages.sign_in(token, back=back, said=said))


async def _sign_in(request: Request) -> Response:
    _require(Mode.ACCOUNTS)
    name, back = "", "/"
    try:
        sent = await forms.fields(request)
        name, back = sent.get("name", ""), sent.get("next", "/")
        key = await run_in_threadpool(_checked, request, name, sent.get("password", ""))
    except PairloomError as error:
        wrong = str(error)
        return page(
            request,
            lambda token: sign_in_pages.sign_in(token, back=forms.local(back), wrong=wrong, name=name[:60]),
            _status(error),
        )
    return entered(key, back)


def _checked(request: Request, name: str, password: str) -> str:
    database, now = session.database(), session.now()
    annotator_id = accounts.check(database, name, password, address=_address(request), now=now)
    return sessions.start(database, annotator_id, device=device(request), now=now)


async def _show_invitation(request: Request) -> Response:
    return await run_in_threadpool(_invitation, request)


def _invitation(request: Request, wrong: str = "", name: str = "", status: int = 200) -> Response:
    _require(Mode.ACCOUNTS)
    try:
        offered = invitations.look(session.database(), request.path_params["key"], now=session.now())
    except NotAllowed as error:
        return HTMLResponse(sign_in_pages.dead_end(str(error)), status_code=403, headers=_UNSEEN)
    called = None if offered.person is None else offered.person.name
    return page(
        request,
        lambda token: sign_in_pages.invitation(
            token,
            address=request.url.path,
            person=called,
            role=offered.role,
            wrong=wrong,
            name=name,
            least=passwords.LEAST,
        ),
        status,
    )


async def _accept(request: Request) -> Response:
    _require(Mode.ACCOUNTS)
    name = ""
    try:
        sent = await forms.fields(request)
        name = sent.get("name", "")
        key = await run_in_threadpool(_accepted, request, name, forms.new_password(sent))
    except PairloomError as error:
        return await run_in_threadpool(_invitation, request, str(error), name[:60], _status(error))
    return entered(key)


def _accepted(request: Request, name: str, password: str) -> str:
    database, now = session.database(), session.now()
    annotator_id = invitations.accept(
        database, request.path_params["key"], name=name, password=password, now=now
    )
    return sessions.start(database, annotator_id, device=device(request), now=now)


async def _show_account(request: Request) -> Response:
    return await run_in_threadpool(_account, request)


def _account(request: Request, wrong: str = "", said: str = "", status: int = 200) -> Response:
    person = session.person()
    if person is None or not person.sign_in:
        return RedirectResponse("/", status_code=303)
    open_ones = sessions.of(session.database(), person.id, now=session.now())
    by_password = sign_in.settings().mode is Mode.ACCOUNTS
    return page(
        request,
        lambda token: sign_in_pages.account(
            token, person, open_ones, passwords=by_password, least=passwords.LEAST, wrong=wrong, said=said
        ),
        status,
    )


async def _change_password(request: Request) -> Response:
    return await _own(request, _changed)


def _changed(request: Request, person: Person, sent: dict[str, str]) -> str:
    _require(Mode.ACCOUNTS)
    accounts.change_password(
        session.database(),
        SignedIn(session=person.sign_in, annotator_id=person.id, name=person.name, role=person.role),
        old=sent.get("old", ""),
        new=forms.new_password(sent),
        address=_address(request),
        now=session.now(),
    )
    return "Your password is changed; everywhere else you are signed out."


async def _end_one(request: Request) -> Response:
    return await _own(request, _ended)


def _ended(_request: Request, person: Person, sent: dict[str, str]) -> str:
    sessions.end_own(session.database(), sent.get("sign_in", ""), annotator_id=person.id, now=session.now())
    return "That browser is signed out."


async def _own(request: Request, act: Callable[[Request, Person, dict[str, str]], str]) -> Response:
    """Do something to one's own account, then show it with what came of it."""

    def work(sent: dict[str, str]) -> str:
        person = session.person()
        if person is None or not person.sign_in:
            raise NotAllowed("You are signed out. Sign in again.")
        return act(request, person, sent)

    try:
        said = await run_in_threadpool(work, dict(await forms.fields(request)))
    except PairloomError as error:
        return await run_in_threadpool(_account, request, str(error), "", _status(error))
    return await run_in_threadpool(_account, request, "", said)


async def _sign_out(request: Request) -> Response:
    try:
        await forms.fields(request)
    except NotAllowed as error:
        return await run_in_threadpool(_account, request, str(error), "", 403)
    await run_in_threadpool(_leave)
    response = RedirectResponse(f"{gate.SIGN_IN}?out", status_code=303, headers=_UNSEEN)
    cookies.drop(response)
    return response


def _leave() -> None:
    person = session.person()
    if person is not None and person.sign_in:
        sessions.end(session.database(), person.sign_in, by=person.id, now=session.now())


def _require(mode: Mode) -> None:
    if sign_in.settings().mode is not mode:
        raise HTTPException(404)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _status(error: PairloomError) -> int:
    if isinstance(error, TooManyAttempts):
        return 429
    return 403 if isinstance(error, NotAllowed) else 422
