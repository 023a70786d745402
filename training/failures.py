"""Which class a failure belongs to, and the one sentence a person reads. Needs no torch."""

import errno

from training import errors
from training.runs import Reason

_CLASSES: tuple[tuple[type[errors.TrainingError], Reason], ...] = (
    (errors.UnusableRelease, Reason.DATA),
    (errors.RecipeError, Reason.CONFIGURATION),
    (errors.ModelMissing, Reason.MODEL),
    (errors.NotResumable, Reason.CONFIGURATION),
)
DISK_FULL = "The disk is full. Free some space and resume the run."
OUT_OF_MEMORY = (
    "The run needs more memory than there is. Lower micro_batch or max_length, or choose a smaller model."
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # EFBIG: a limit on the size of a file
_DISK = ("os error 28", "os error 122", "os error 27", "No space left", "PytorchStreamWriter failed writing",
         "inline_container.cc", "unexpected pos")  # fmt: skip
_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc")


def classify(error: BaseException) -> tuple[Reason, str]:
    """Reason and sentence of whatever ended a run."""
    for kind, reason in _CLASSES:
        if isinstance(error, kind):
            return reason, str(error)
    if _is_memory(error):
        return Reason.OUT_OF_MEMORY, OUT_OF_MEMORY
    if _is_disk(error):
        return Reason.DISK, DISK_FULL
    if isinstance(error, ModuleNotFoundError):
        return (
            Reason.CONFIGURATION,
            f"The package {error.name} is not installed. Install it, or change the recipe.",
        )
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return Reason.UNKNOWN, f"{type(error).__name__}: {first} The last lines of the log say where."


def _is_disk(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    # safetensors and torch.save write from Rust and C++ and raise errors of their own
    text = str(error)
    return any(sign in text for sign in _DISK) and type(error).__name__ in ("SafetensorError", "RuntimeError")


def _is_memory(error: BaseException) -> bool:
    # torch.OutOfMemoryError by name, so that this module needs no torch
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    if isinstance(error, ImportError):  # the loader of libraries; with another cause it names that behind it
        return text.endswith("failed to map segment from shared object") or "cannot allocate memory" in text
    return isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY)
