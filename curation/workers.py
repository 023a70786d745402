"""Processes of our own that answer Arrow batches: work that would hold up the app, or that needs many cores.

They are fresh interpreters: a fork would copy the database's threads and locks, and multiprocessing's spawn
runs the main script again, which for an app is the app. Both pipes carry one Arrow stream each; every batch
that is sent is answered by one batch.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue

import psutil
import pyarrow as pa

from curation.errors import PairloomError

_ROOT = Path(__file__).parents[1]


class Worker:
    """One such process: `python -m MODULE ARGUMENTS…`."""

    def __init__(self, module: str, *arguments: str, sends: pa.Schema) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            start_new_session=True,  # a Ctrl-C is for us; a worker ends when its input does
        )
        self._sent = pa.ipc.new_stream(self._process.stdin, sends)
        self._answers: pa.RecordBatchReader | None = None

    def answer(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Raises PairloomError where the process has ended."""
        try:
            self._sent.write_batch(batch)
            if self._process.stdin is not None:
                self._process.stdin.flush()
            if self._answers is None:
                self._answers = pa.ipc.open_stream(self._process.stdout)
            return self._answers.read_next_batch()
        except (OSError, StopIteration, pa.ArrowException) as error:
            raise PairloomError(
                f"A process that reads texts has ended ({self._process.poll()}), perhaps for want of memory. "
                "What was finished is kept; start it again."
            ) from error

    def close(self) -> None:
        """End the process; it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it was still to be sent
                    pipe.close()


def cores() -> int:
    """How many workers make sense on this machine."""
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def answered(
    batches: Iterable[pa.RecordBatch], start: Callable[[], Worker], number: int
) -> Generator[pa.RecordBatch, None, None]:
    """The answers to all batches, in their order, from `number` workers; close it to end them early."""
    with ExitStack() as stack:
        free: SimpleQueue[Worker] = SimpleQueue()
        for _ in range(number):
            worker = start()
            stack.callback(worker.close)
            free.put(worker)
        pool = stack.enter_context(ThreadPoolExecutor(number))
        waiting: deque[Future[pa.RecordBatch]] = deque()
        for batch in batches:
            waiting.append(pool.submit(_one, free, batch))
            if len(waiting) > 2 * number:  # so that texts do not pile up in memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _one(free: "SimpleQueue[Worker]", batch: pa.RecordBatch) -> pa.RecordBatch:
    worker = free.get()
    try:
        return worker.answer(batch)
    finally:
        free.put(worker)
