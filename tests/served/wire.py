"""A person without a browser: HTTP with cookies, and Streamlit's websocket spoken directly.

So tests can say what no browser of ours would say.
"""

import http.cookiejar
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    text: str
    headers: Mapping[str, str]


def _plain(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Visitor:
    """Somebody with a cookie jar in front of a server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar), _NoRedirect)

    @property
    def cookie(self) -> str:
        """What the websocket's handshake carries."""
        return "; ".join(f"{each.name}={each.value}" for each in self.jar)

    def ask(self, path: str, *, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """GET, or POST where there is a form."""
        data = None if form is None else urlencode(form).encode()
        named = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            with self._opener.open(Request(self.url + path, data=data, headers=named), timeout=60) as got:
                return Answer(
                    status=got.status, text=got.read().decode("utf-8", "replace"), headers=got.headers
                )
        except HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            return Answer(status=error.code, text=text, headers=_plain(error.headers.items()))

    def send(self, path: str, fields: Mapping[str, str], *, form_at: str = "", **headers: str) -> Answer:
        """Fill the form that a page shows and post it."""
        found = _TOKEN.search(self.ask(form_at or path).text)
        return self.ask(path, form={"token": found[1] if found else "", **fields}, **headers)

    def sign_in(self, name: str, password: str) -> Answer:
        return self.send("/sign-in", {"name": name, "password": password})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one run of a script sent to the browser."""

    messages: Sequence[ForwardMsg]
    raw: bytes

    @property
    def titles(self) -> list[str]:
        return [element.heading.body for element in self._elements("heading") if element.heading.tag == "h1"]

    @property
    def errors(self) -> list[str]:
        return [element.alert.body for element in self._elements("alert")]

    @property
    def exceptions(self) -> list[str]:
        return [element.exception.message for element in self._elements("exception")]

    @property
    def pages(self) -> dict[str, str]:
        """Name in the address → hash of the script, of every page that the navigation shows."""
        found = [
            each.navigation.app_pages for each in self.messages if each.WhichOneof("type") == "navigation"
        ]
        listed = found[-1] if found else []
        return {page.url_pathname: page.page_script_hash for page in listed if not page.is_hidden}

    @property
    def fragments(self) -> list[str]:
        return [
            each.auto_rerun.fragment_id for each in self.messages if each.WhichOneof("type") == "auto_rerun"
        ]

    def button(self, label: str) -> str:
        """The id of the button with this label."""
        (found,) = {e.button.id for e in self._elements("button") if e.button.label == label}
        return str(found)

    def _elements(self, kind: str) -> list[Element]:
        deltas = (each.delta for each in self.messages if each.WhichOneof("type") == "delta")
        return [d.new_element for d in deltas if d.new_element.WhichOneof("type") == kind]


class Screen:
    """One open websocket: a tab."""

    def __init__(self, visitor: Visitor) -> None:
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(
            connect(
                visitor.url.replace("http", "ws", 1) + "/_stcore/stream",
                subprotocols=[Subprotocol("streamlit")],
                additional_headers={"Cookie": visitor.cookie},
                max_size=None,
            )
        )

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run(
        self, page: str = "", *, script: str = "", pressed: str = "", fragment: str = "", query: str = ""
    ) -> Shown:
        """Ask for a run and take what comes until it has ended.

        Args:
            page: its name in the address. script: its hash; wins over the name.
            pressed: the id of a button that was pressed. fragment: run only this one.
        """
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.page_script_hash = page, script
        asked.fragment_id, asked.query_string = fragment, query
        if pressed:
            asked.widget_states.widgets.append(WidgetState(id=pressed, trigger_value=True))
        self._socket.send(message.SerializeToString())
        return self._until_the_end()

    def _until_the_end(self) -> Shown:
        messages: list[ForwardMsg] = []
        raw = b""
        while True:
            piece = self._socket.recv(timeout=60)
            assert isinstance(piece, bytes)
            raw += piece
            message = ForwardMsg()
            message.ParseFromString(piece)
            messages.append(message)
            ended = message.WhichOneof("type") == "script_finished"
            # A page that switches to another ends early, and a run follows.
            if ended and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return Shown(messages=messages, raw=raw)


def refused(visitor: Visitor) -> int:
    """The status with which the server refuses the websocket; 0 where it does not."""
    try:
        with Screen(visitor):
            return 0
    except InvalidStatus as error:
        return int(error.response.status_code)
