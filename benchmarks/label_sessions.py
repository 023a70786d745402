"""Open label pages without a browser, as Streamlit's own client opens them, for benchmarks.label_load."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AsyncExitStack

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_PAGE = "label"
_QUIET = 1.0  # seconds without a message after which a page is taken to be drawn


async def growth(port: int, sessions: int, measure: Callable[[], int]) -> float:
    """By how much `measure` grows per open label page, in its own unit."""
    async with AsyncExitStack() as stack:
        await _open(stack, port)  # what the first one loads, the others share
        before = measure()
        for _ in range(sessions):
            await _open(stack, port)
        gc.collect()
        return (measure() - before) / sessions


async def _open(stack: AsyncExitStack, port: int) -> ClientConnection:
    page = await stack.enter_async_context(
        connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            max_size=None,
        )
    )
    message = BackMsg()
    message.rerun_script.page_name = _PAGE
    await page.send(message.SerializeToString())
    received = 0
    while True:
        try:
            received += len(await asyncio.wait_for(page.recv(), _QUIET))
        except TimeoutError:
            break
    if received < 10_000:
        raise RuntimeError("the label page was not drawn")
    return page
