"""The closed sets of words a recipe chooses from. Standard library only."""

from enum import StrEnum


class Tuning(StrEnum):
    """Which weights learn."""

    LORA_4BIT = "lora_4bit"
    LORA = "lora"
    FULL = "full"

    @property
    def has_adapter(self) -> bool:
        return self is not Tuning.FULL


class Precision(StrEnum):
    """The numbers the forward and backward pass compute with."""

    AUTO = "auto"
    BF16 = "bf16"
    FP32 = "fp32"


class Schedule(StrEnum):
    """How the learning rate falls after the warm-up."""

    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant_with_warmup"


class Optimiser(StrEnum):
    """Adam, and where its state lives."""

    PAGED_ADAMW_32BIT = "paged_adamw_32bit"
    PAGED_ADAMW_8BIT = "paged_adamw_8bit"
    ADAMW = "adamw_torch"
    ADAMW_FUSED = "adamw_torch_fused"

    @property
    def is_paged(self) -> bool:
        return self in (Optimiser.PAGED_ADAMW_32BIT, Optimiser.PAGED_ADAMW_8BIT)


class Template(StrEnum):
    """Who writes the text around the messages."""

    OWN = "own"
    CHATML = "chatml"


class Report(StrEnum):
    """Where curves go besides the run folder."""

    NONE = "none"
    WANDB = "wandb"
