"""The pages in front of the sign-in and the page of one's own account: plain HTML, no script.

Every value that is put in is escaped here; nothing else makes HTML of what people type.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from curation.people.sessions import SignIn
from pages.parts.session import Person

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "sign_in.css").read_text(encoding="utf-8")
_LOGO = (_FOLDER / "logo.svg").read_text(encoding="utf-8").replace("<svg ", '<svg class="logo" ', 1)


def sign_in(token: str, *, back: str, wrong: str = "", said: str = "", name: str = "") -> str:
    """Name and password."""
    form = _form(
        "/sign-in",
        token,
        _field("Name", "name", value=name, complete="username", focus=not name),
        _field("Password", "password", kind="password", complete="current-password", focus=bool(name)),
        _hidden("next", back),
        button="Sign in",
    )
    note = '<p class="foot">Without an account, ask a lead of the project for an invitation.</p>'
    return _page("Sign in", _card("Sign in", _said(wrong, said), form), note)


def by_provider(provider: str, *, wrong: str = "", said: str = "") -> str:
    """One button that leads to the provider."""
    button = f'<a class="button" href="/sign-in/start">Continue with {escape(provider)}</a>'
    return _page("Sign in", _card("Sign in", _said(wrong, said), button))


def invitation(
    token: str, *, address: str, person: str | None, role: str, wrong: str, name: str, least: int
) -> str:
    """A new person chooses name and password; somebody who has a name, a new password.

    Args:
        person: the name of who renews a password.
        least: characters of a password.
    """
    if person is None:
        words = (
            f"<p>You are invited as {_article(role)} {escape(role)}. "
            "Colleagues see your name; released data never holds it.</p>"
        )
        first = _field("Name", "name", value=name, complete="username", focus=not name)
    else:
        words, first = f"<p>A new password for {escape(person)}.</p>", ""
    form = _form(address, token, first, *_new_password(least), button="Come in" if person is None else "Save")
    title = "Welcome to Pairloom" if person is None else "New password"
    return _page(title, _card(title, words, _said(wrong), form))


def dead_end(sentence: str) -> str:
    """One sentence, and the way to the sign-in."""
    return _page("Sign in", _card("", _said(sentence), '<a class="button" href="/sign-in">Sign in</a>'))


def account(
    token: str,
    person: Person,
    sign_ins: Sequence[SignIn],
    *,
    passwords: bool,
    least: int,
    wrong: str,
    said: str,
) -> str:
    """Who one is here, where one is signed in, another password, and the way out.

    Args:
        passwords: whether people have passwords here; with a provider they have none.
    """
    who = f"<p>{escape(person.name)}, {escape(person.role)}. Decisions carry {escape(person.id)}.</p>"
    out = _form("/account/sign-out", token, button="Sign out", plain=True)
    leave = '<p class="foot"><a href="/">Back to the project</a></p>'
    rows = "".join(_sign_in_row(each, token, own=each.session == person.sign_in) for each in sign_ins)
    cards = [
        _card("Your account", _said(wrong, said), who, out),
        _card("Where you are signed in", rows, level=2),
    ]
    if passwords:
        old = _field("Password now", "old", kind="password", complete="current-password")
        form = _form("/account/password", token, old, *_new_password(least), button="Change password")
        cards.append(_card("Change password", form, level=2))
    return _page("Your account", *cards, leave, wide=True)


def _sign_in_row(each: SignIn, token: str, *, own: bool) -> str:
    here = "this browser" if own else f"last seen {_moment(each.seen)}"
    words = f'<p>{escape(each.device)} <span class="quiet">since {_moment(each.started)}, {here}</span></p>'
    end = (
        ""
        if own
        else _form("/account/end", token, _hidden("sign_in", each.session), button="End", plain=True)
    )
    return f'<div class="row">{words}{end}</div>'


def _new_password(least: int) -> tuple[str, str]:
    return (
        _field(
            f"New password, {least} characters or more", "password", kind="password", complete="new-password"
        ),
        _field("Once more", "again", kind="password", complete="new-password"),
    )


def _field(
    label: str, name: str, *, kind: str = "text", value: str = "", complete: str = "off", focus: bool = False
) -> str:
    return (
        f'<label>{escape(label)}<input name="{name}" type="{kind}" value="{escape(value)}" required '
        f'autocomplete="{complete}" maxlength="256"{" autofocus" if focus else ""}></label>'
    )


def _form(address: str, token: str, *fields: str, button: str, plain: bool = False) -> str:
    look = ' class="plain"' if plain else ""
    return (
        f'<form method="post" action="{escape(address)}">{_hidden("token", token)}{"".join(fields)}'
        f"<button{look}>{escape(button)}</button></form>"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _said(wrong: str, said: str = "") -> str:
    if wrong:
        return f'<p class="said wrong" role="alert">{escape(wrong)}</p>'
    return f'<p class="said" role="status">{escape(said)}</p>' if said else ""


def _card(title: str, *parts: str, level: int = 1) -> str:
    head = f"<h{level}>{escape(title)}</h{level}>" if title else ""
    return f'<section class="card">{head}{"".join(parts)}</section>'


def _page(title: str, *cards: str, wide: bool = False) -> str:
    look = ' class="wide"' if wide else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Pairloom</title><style>{_STYLE}</style></head>"
        f"<body><main{look}>{_LOGO}{''.join(cards)}</main></body></html>"
    )


def _article(role: str) -> str:
    return "an" if role[0] in "aeiou" else "a"


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
