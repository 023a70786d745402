"""A storage whose line is slow: a file of a certain name is on its way until the test lets it arrive."""

import threading
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

KIND = "slow"


class SlowStorage(LocalFileSystem):  # type: ignore[misc]  # fsspec carries no types
    """A folder of this machine as slow://…, one for all connections."""

    protocol = (KIND, "file")
    slow_file = ""
    on_its_way = threading.Event()
    may_arrive = threading.Event()

    def put_file(self, path1: Any, path2: Any, callback: Any = None, **options: Any) -> None:
        if self.slow_file and str(path2).endswith(self.slow_file):
            self.on_its_way.set()
            if not self.may_arrive.wait(60):
                raise TimeoutError("the test let nothing arrive")
        super().put_file(path1, path2, callback=callback, **options)


def prepare(slow_file: str) -> None:
    """From now on this file is on its way until may_arrive is set."""
    fsspec.register_implementation(KIND, SlowStorage, clobber=True)
    SlowStorage.slow_file = slow_file
    SlowStorage.on_its_way.clear()
    SlowStorage.may_arrive.clear()
