"""The closed sets of words a recipe chooses from. Standard library only."""

from enum import StrEnum


class Tuning(StrEnum):
    """Which weights learn."""

    LORA_4BIT = "lora_4bit"
    LORA_8BIT = "lora_8bit"
    LORA = "lora"
    FULL = "full"

    @property
    def has_adapter(self) -> bool:
        return self is not Tuning.FULL

    @property
    def is_quantized(self) -> bool:
        return self in (Tuning.LORA_4BIT, Tuning.LORA_8BIT)


class Method(StrEnum):
    """What a run learns from."""

    DPO = "dpo"  # pairs: which of two answers is better
    KTO = "kto"  # single answers: wanted or not


class KtoLoss(StrEnum):
    """The losses that TRL 1.16 knows for single answers."""

    KTO = "kto"  # against how far the model has moved
    APO_ZERO_UNPAIRED = "apo_zero_unpaired"  # against the reference alone

    @property
    def measures_distance(self) -> bool:
        return self is KtoLoss.KTO


class Reference(StrEnum):
    """Where the log-probabilities of the untrained model come from."""

    AUTO = "auto"  # the adapter switched off; a second model where every weight learns
    SEPARATE = "separate"
    PRECOMPUTED = "precomputed"


class Attention(StrEnum):
    """What computes attention."""

    AUTO = "auto"
    SDPA = "sdpa"
    EAGER = "eager"
    FLASH_2 = "flash_attention_2"
    FLASH_3 = "flash_attention_3"

    @property
    def package(self) -> str | None:
        """The module it needs beyond torch."""
        return {Attention.FLASH_2: "flash_attn", Attention.FLASH_3: "flash_attn_interface"}.get(self)


class Precision(StrEnum):
    """The numbers the forward and backward pass compute with."""

    AUTO = "auto"
    BF16 = "bf16"
    FP32 = "fp32"


class Schedule(StrEnum):
    """How the learning rate falls after the warm-up."""

    COSINE = "cosine"
    LINEAR = "linear"
    POLYNOMIAL = "polynomial"
    INVERSE_SQRT = "inverse_sqrt"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"
    CONSTANT = "constant"

    @property
    def warms_up(self) -> bool:
        return self is not Schedule.CONSTANT


class Optimiser(StrEnum):
    """How gradients become steps, and where the state for it lives."""

    PAGED_ADAMW_32BIT = "paged_adamw_32bit"
    PAGED_ADAMW_8BIT = "paged_adamw_8bit"
    ADAMW_8BIT = "adamw_8bit"
    ADAMW = "adamw_torch"
    ADAMW_FUSED = "adamw_torch_fused"
    ADAFACTOR = "adafactor"
    RMSPROP = "rmsprop"

    @property
    def is_paged(self) -> bool:
        return self in (Optimiser.PAGED_ADAMW_32BIT, Optimiser.PAGED_ADAMW_8BIT)

    @property
    def needs_bitsandbytes(self) -> bool:
        return self.is_paged or self is Optimiser.ADAMW_8BIT

    @property
    def unpaged(self) -> "Optimiser":
        """The same arithmetic where there is no GPU memory to page."""
        return {
            Optimiser.PAGED_ADAMW_32BIT: Optimiser.ADAMW,
            Optimiser.PAGED_ADAMW_8BIT: Optimiser.ADAMW_8BIT,
        }.get(self, self)

    @property
    def state_bytes(self) -> float:
        """Bytes of state for each weight that learns; of adafactor, which keeps sums, see estimates."""
        match self:
            case Optimiser.PAGED_ADAMW_8BIT | Optimiser.ADAMW_8BIT:
                return 2.0
            case Optimiser.RMSPROP:
                return 4.0
            case Optimiser.ADAFACTOR:
                return 0.0
            case _:
                return 8.0


class Template(StrEnum):
    """Who writes the text around the messages."""

    OWN = "own"
    CHATML = "chatml"


class Report(StrEnum):
    """Where curves go besides the run folder."""

    NONE = "none"
    TENSORBOARD = "tensorboard"
    WANDB = "wandb"
    TRACKIO = "trackio"
