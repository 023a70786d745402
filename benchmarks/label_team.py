"""People who label over HTTP as the label screen does, many at once, for benchmarks.label_load.

Each holds the pairs that come next, asks for eight more when fewer than five are left, thinks, sends one
decision, and sends it again under the same id until the server has acknowledged it. One thread serves them
all: what they cost is not part of what is measured, but it shares the machine.
"""

import asyncio
import json
import random
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

_AHEAD = 8
_LOW = 5
_PATIENCE = 15.0


@dataclass(slots=True, kw_only=True)
class Person:
    """One simulated annotator: a token of the server's, and what they hold."""

    token: str
    ready: list[dict[str, object]] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Record:
    """What a team has seen.

    Attributes:
        saved: ids that the server has acknowledged; sent: all that were ever sent.
        acknowledged, asked: seconds from sending to the answer, of decisions and of requests for pairs.
        failures: requests that failed and were sent again.
        ending: no further decision is begun; what was sent is sent until it is acknowledged.
    """

    saved: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    acknowledged: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    failures: int = 0
    refused: list[str] = field(default_factory=list)
    ending: bool = False


async def label(
    port: int,
    people: Sequence[Person],
    *,
    seconds: float,
    pause: float,
    chance: random.Random,
    record: Record | None = None,
) -> Record:
    """Let the people label for so many seconds, each deciding once in `pause` seconds on average."""
    record, until = record or Record(), time.perf_counter() + seconds
    await asyncio.gather(*(_one(port, person, until, pause, chance, record) for person in people))
    return record


async def _one(
    port: int, person: Person, until: float, pause: float, chance: random.Random, record: Record
) -> None:
    connection = _Connection(port, person.token)
    await asyncio.sleep(chance.uniform(0, pause))
    asking: asyncio.Task[None] | None = None
    while (left := until - time.perf_counter()) > 0 and not record.ending:
        if len(person.ready) < _LOW and (asking is None or asking.done()):
            asking = asyncio.create_task(_ask(_Connection(port, person.token), person, until, record))
        await asyncio.sleep(min(left, chance.uniform(0.5 * pause, 1.5 * pause)))
        if person.ready:
            await _decide(connection, person, until, chance, record)
    if asking is not None:
        await asking
    connection.close()


async def _ask(connection: "_Connection", person: Person, until: float, record: Record) -> None:
    here = [str(pair["id"]) for pair in person.ready] + sorted(person.undecided)
    path = f"/api/label/next?limit={_AHEAD}&but={quote(','.join(here))}&day=0&recent=0"
    answer = await _answered(connection, "GET", path, None, until, record, record.asked)
    connection.close()
    if answer is not None:
        known = {str(pair["id"]) for pair in person.ready} | person.undecided
        person.ready += [pair for pair in answer["pairs"] if pair["id"] not in known]


async def _decide(
    connection: "_Connection", person: Person, until: float, chance: random.Random, record: Record
) -> None:
    pair = person.ready.pop(0)
    pair_id, entry_id = str(pair["id"]), secrets.token_hex(16)
    entry = {
        "id": entry_id,
        "pair": pair_id,
        "choice": chance.choice(["left", "right", "left", "right", "tie"]),
        "left": pair["left_answer"],
        "round": pair["round"],
        "guideline": pair["guideline"],
        "supersedes": pair["supersedes"],
        "seconds_shown": 3.0,
        "seconds_active": 3.0,
        "client_time": int(time.time() * 1000),
    }
    record.sent.add(entry_id)
    person.undecided.add(pair_id)
    # A decision is sent until it is acknowledged, whatever the time: nothing is left behind in an outbox.
    answer = await _answered(
        connection,
        "POST",
        "/api/label/decisions",
        {"entries": [entry]},
        until + 60,
        record,
        record.acknowledged,
    )
    person.undecided.discard(pair_id)
    if answer is not None:
        record.saved += [str(name) for name in answer["saved"]]
        record.refused += [str(refusal["message"]) for refusal in answer["refused"]]
        record.met[person.token, pair_id] += 1


async def _answered(
    connection: "_Connection",
    method: str,
    path: str,
    body: object,
    until: float,
    record: Record,
    times: list[float],
) -> dict[str, list[dict[str, object]]] | None:
    """The answer; None where the time is up before there is one."""
    began, wait = time.perf_counter(), 0.1
    while True:
        try:
            answer = await asyncio.wait_for(connection.request(method, path, body), _PATIENCE)
        except (OSError, EOFError, ValueError, TimeoutError):
            connection.close()
            record.failures += 1
            if time.perf_counter() + wait > until:
                return None
            await asyncio.sleep(wait)
            wait = min(2.0, 2 * wait)
            continue
        times.append(time.perf_counter() - began)
        return answer


class _Connection:
    """One kept-alive HTTP/1.1 connection that knows just enough of the protocol for our own routes."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nx-pairloom-token: {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, path: str, body: object) -> dict[str, list[dict[str, object]]]:
        """The JSON of an answer with status 200; ValueError for any other."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        reader, writer = self._streams
        raw = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(raw)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + raw)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        if lines[0].split(" ")[1] != "200":
            raise ValueError(f"{lines[0]}: {content[:300]!r}")
        answer: dict[str, list[dict[str, object]]] = json.loads(content)
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
