"""Every failure has a class and one sentence."""

import errno

import pytest

from training import errors, failures
from training.runs import Reason


@pytest.mark.parametrize(
    ("error", "reason", "begins"),
    [
        (errors.UnusableRelease("The release is gone."), Reason.DATA, "The release is gone."),
        (errors.RecipeError("No such layer."), Reason.CONFIGURATION, "No such layer."),
        (errors.ModelMissing("No such model."), Reason.MODEL, "No such model."),
        (MemoryError(), Reason.OUT_OF_MEMORY, "The run needs more memory"),
        (RuntimeError("DefaultCPUAllocator: not enough memory"), Reason.OUT_OF_MEMORY, "The run needs"),
        (ImportError("x.so: failed to map segment from shared object"), Reason.OUT_OF_MEMORY, "The run"),
        (
            ImportError("x.so: failed to map segment from shared object: Operation not permitted"),
            Reason.UNKNOWN, "ImportError: x.so",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), Reason.DISK, "The disk is full."),
        (ModuleNotFoundError("No module named 'wandb'", name="wandb"), Reason.CONFIGURATION, "The package"),
        (KeyError("prompt"), Reason.UNKNOWN, "KeyError: 'prompt'"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)  # fmt: skip
def test_a_failure_is_classified_and_told_in_a_sentence(
    error: Exception, reason: Reason, begins: str
) -> None:
    found, sentence = failures.classify(error)
    assert found is reason
    assert sentence.startswith(begins)
    assert sentence.endswith(".")
