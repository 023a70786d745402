"""Which process of a group this is, and what the processes of a group agree on.

A launcher of several processes says so in RANK, LOCAL_RANK and WORLD_SIZE (torchrun, accelerate and Ray Train
alike). Without them there is one process and everything here costs nothing. Imports torch only in a group.
"""

import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

# The first process reads held-out pairs while the others wait. One that has died is noticed at once by its
# closed connection, so the limit is only for a machine that has vanished.
_PATIENCE = timedelta(days=1)
_ORPHAN_SECONDS = 1.0
APART = "PAIRLOOM_APART"  # set in processes of a group that share no run folder
# What torch.distributed says when another process of the group has gone.
_LOST = ("connection closed by peer", "connection reset by peer", "connection refused", "broken pipe",
         "remote process exited", "nccl", "gloo")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """One process of a group.

    Attributes:
        index: from 0; the first one writes the run folder.
        local: from 0, among those of this machine; on a machine with GPUs the GPU's number.
        count: processes that train together; 1 where there is no group.
    """

    index: int
    local: int
    count: int

    @property
    def is_first(self) -> bool:
        return self.index == 0


def current() -> Rank:
    """This process's place, as its launcher has told it."""
    index, local, count = (int(os.environ.get(name) or default) for name, default in _VARIABLES)
    return Rank(index=index, local=local, count=count)


_VARIABLES = (("RANK", "0"), ("LOCAL_RANK", "0"), ("WORLD_SIZE", "1"))


def share_folder() -> bool:
    """The processes of the group see one and the same run folder."""
    return APART not in os.environ


def bring_to_first(file: Path) -> None:
    """Let the first process have a small file that each has written; every process of a group has to ask."""
    if current().count == 1:
        return
    from accelerate.utils import gather_object

    content = file.read_bytes() if file.exists() and not share_folder() else b""
    for name, one in gather_object([(file.name, content)]):
        if one and current().is_first:
            (file.parent / name).write_bytes(one)


def join() -> None:
    """Meet the others of the group; nothing to do where there is none, or where it has been done."""
    if current().count > 1:
        import torch
        from accelerate import PartialState

        PartialState(cpu=not torch.cuda.is_available(), timeout=_PATIENCE)


def any_of(flag: bool) -> bool:  # noqa: FBT001 - the value that is shared, not a switch
    """The flag is set in at least one process; every process of a group has to ask at the same place.

    What one process alone decided would leave the others waiting for it forever.
    """
    if current().count == 1:
        return flag
    import torch
    from accelerate import PartialState

    shared = torch.tensor(int(flag), device=PartialState().device)
    torch.distributed.all_reduce(shared, op=torch.distributed.ReduceOp.MAX)
    return bool(shared.item())


def gathered(value: int) -> list[int]:
    """The values of all processes, by their rank; every process of a group has to ask at the same place."""
    if current().count == 1:
        return [value]
    from accelerate.utils import gather_object

    return [int(one) for one in gather_object([value])]


def wait() -> None:
    """Until every process of the group is here."""
    if current().count > 1:
        from accelerate import PartialState

        PartialState().wait_for_everyone()


def is_loss_of_another(error: BaseException) -> bool:
    """An error that only says that another process of the group has gone, which is the one to ask why."""
    if current().count == 1:
        return False
    text = str(error).lower()
    distributed = type(error).__name__ in ("DistBackendError", "DistNetworkError", "DistStoreError")
    return distributed or (isinstance(error, RuntimeError) and any(sign in text for sign in _LOST))


def end_with(parent: int) -> None:
    """Leave at once when the process that started this one has gone: nobody would end us any more.

    Args:
        parent: its pid, read before it can have gone.
    """

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_SECONDS)
        os._exit(128 + signal.SIGKILL)

    threading.Thread(target=look, name="parent", daemon=True).start()
