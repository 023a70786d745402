"""Texts that were rendered before, as many as fit into so many bytes: a pair is shown to several people."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b


class RenderedTexts:
    """HTML by text; what was not asked for longest makes room."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._html: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, text: str, render: Callable[[str], str]) -> str:
        """The HTML of a text, rendered where it is not remembered. Two threads may render it at once."""
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._html:
                self._html.move_to_end(key)
                return self._html[key]
        html = render(text)
        with self._lock:
            if key not in self._html:
                self._html[key] = html
                self._bytes += _size(html)
            while self._bytes > self._most_bytes:
                self._bytes -= _size(self._html.popitem(last=False)[1])
        return html


def _size(html: str) -> int:
    return len(html) + 200  # with what the entry itself takes
