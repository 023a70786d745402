"""accelerate's configuration of a run on several GPUs, each field with its reason, and what cannot work.

The file is what `accelerate launch --config_file` reads; version 1.15. FSDP was run by it with two processes
on a processor (tests/training/launchers/test_split_model.py), DeepSpeed only checked against the reader.
"""

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from training import division, errors
from training.choices import Precision
from training.devices import Device
from training.recipe import DpoRecipe


class Strategy(StrEnum):
    """What the processes share."""

    DDP = "ddp"  # nothing: each has the whole model, and gradients are averaged
    FSDP = "fsdp"
    DEEPSPEED = "deepspeed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of the file.

    Attributes:
        name: with the name of its section before a dot, where it is in one.
    """

    name: str
    value: str | float | bool
    why: str


def text(settings: DpoRecipe, launch: Mapping[str, str | int]) -> str:
    """The file, with each field's reason behind it."""
    lines: list[str] = []
    section = ""
    for field in fields(settings, launch):
        before, dot, name = field.name.rpartition(".")
        if before != section:
            section = before
            lines.append(f"{section}:")
        lines.append(f"{'  ' if dot else ''}{name}: {_written(field.value)}  # {field.why}")
    return "\n".join(lines) + "\n"


def _written(value: str | float | bool) -> str:  # noqa: FBT001
    if isinstance(value, bool):
        return str(value).lower()
    return "'no'" if value == "no" else str(value)  # a bare no is false in YAML, and accelerate falls over it


def fields(settings: DpoRecipe, launch: Mapping[str, str | int]) -> Iterator[Field]:
    """Every field of the file, sections last."""
    strategy = Strategy(str(launch["strategy"]))
    whole = settings.precision is not Precision.FP32
    yield Field(name="compute_environment", value="LOCAL_MACHINE", why="no cloud service")
    yield Field(name="distributed_type", value=_TYPES[strategy], why=_WHY[strategy])
    yield Field(name="num_machines", value=1, why="several machines: the Ray launcher")
    yield Field(name="num_processes", value=int(launch["processes"]), why="one a GPU")
    yield Field(name="machine_rank", value=0, why="the only machine")
    yield Field(name="gpu_ids", value="all", why="of those that the run may see; its turn decides which")
    yield Field(
        name="mixed_precision",
        value="bf16" if whole else "no",
        why=f"the recipe's precision, {settings.precision}",
    )
    yield Field(name="use_cpu", value=False, why="on a processor torchrun starts the run, without this file")
    yield Field(name="rdzv_backend", value="c10d", why="finds a free port; two runs do not meet on one")
    yield Field(name="main_training_function", value="main", why="accelerate's default; only TPUs use it")
    if strategy is Strategy.FSDP:
        yield from _FSDP
    if strategy is Strategy.DEEPSPEED:
        yield from _deepspeed(settings, launch)


def problems(
    settings: DpoRecipe, launch: Mapping[str, str | int], device: Device, gpus: int
) -> Iterator[str]:
    """Why these processes cannot train by this recipe here, one sentence each.

    Args:
        gpus: visible here.
    """
    strategy, processes = Strategy(str(launch["strategy"])), int(launch["processes"])
    try:
        division.of(settings, processes)
    except errors.RecipeError as error:
        yield str(error)
    if device.kind == "cuda" and processes > gpus:
        yield too_few(processes, gpus)
    if strategy is Strategy.DDP:
        return
    if device.kind == "cpu":
        yield (
            f"{_WORDS[strategy]} splits a model among GPUs, and there is none here: accelerate would "
            "silently train with DDP. Choose ddp."
        )
    if settings.tuning.is_quantized and _splits_weights(strategy, launch):
        yield (
            f"{_WORDS[strategy]} cannot split weights that are rounded to 4 or 8 bits as this recipe loads "
            "them. Choose ddp, where each GPU holds the rounded model, or tuning lora."
        )
    if strategy is Strategy.DEEPSPEED and importlib.util.find_spec("deepspeed") is None:
        yield "DeepSpeed is not installed. Run `pip install deepspeed`, or choose fsdp."


def too_few(wanted: int, there: int) -> str:
    """The sentence for more processes than GPUs."""
    are = "is 1 GPU" if there == 1 else f"are {there} GPUs"
    return f"There {are} here for {wanted} processes, and each needs its own. Lower processes to {there}."


def _splits_weights(strategy: Strategy, launch: Mapping[str, str | int]) -> bool:
    return strategy is Strategy.FSDP or int(launch["zero_stage"]) == 3


def _deepspeed(settings: DpoRecipe, launch: Mapping[str, str | int]) -> Iterator[Field]:
    stage, processes = int(launch["zero_stage"]), int(launch["processes"])
    section = "deepspeed_config"
    yield Field(
        name=f"{section}.zero_stage",
        value=stage,
        why="1 splits the optimiser's memory, 2 also gradients, 3 also weights",
    )
    yield Field(
        name=f"{section}.gradient_accumulation_steps",
        value=division.of(settings, processes).accumulation,
        why="the recipe's step, shared among the processes",
    )
    yield Field(
        name=f"{section}.gradient_clipping",
        value=settings.max_grad_norm,
        why="the recipe's max_grad_norm",
    )
    yield Field(
        name=f"{section}.offload_optimizer_device", value="none", why="slow; for models that do not fit"
    )
    yield Field(name=f"{section}.offload_param_device", value="none", why="as above")
    yield Field(
        name=f"{section}.zero3_init_flag",
        value=False,
        why="the model is loaded whole first: held-out pairs are read before training",
    )
    yield Field(
        name=f"{section}.zero3_save_16bit_model", value=True, why="gathers the weights into one artefact"
    )


_TYPES = {Strategy.DDP: "MULTI_GPU", Strategy.FSDP: "FSDP", Strategy.DEEPSPEED: "DEEPSPEED"}
_WORDS = {Strategy.DDP: "DDP", Strategy.FSDP: "FSDP", Strategy.DEEPSPEED: "DeepSpeed"}
_WHY = {
    Strategy.DDP: "each GPU holds the whole model: the fastest where it fits",
    Strategy.FSDP: "weights, gradients and optimiser are split among the GPUs",
    Strategy.DEEPSPEED: "optimiser, gradients and, at stage 3, weights are split among the GPUs",
}
_FSDP = (
    Field(name="fsdp_config.fsdp_version", value=2, why="splits each weight; version 1 is on its way out"),
    Field(
        name="fsdp_config.fsdp_auto_wrap_policy",
        value="TRANSFORMER_BASED_WRAP",
        why="one layer at a time is whole, by the model's own list of its layers",
    ),
    Field(
        name="fsdp_config.fsdp_reshard_after_forward",
        value=True,
        why="gives a layer's memory back after its forward pass; false is faster and larger",
    ),
    Field(
        name="fsdp_config.fsdp_state_dict_type",
        value="FULL_STATE_DICT",
        why="checkpoints and the artefact are whole files that open on one GPU",
    ),
    Field(name="fsdp_config.fsdp_offload_params", value=False, why="slow; for models that do not fit"),
    Field(
        name="fsdp_config.fsdp_cpu_ram_efficient_loading",
        value=False,
        why="every process loads the model itself: an adapter is added before it is split",
    ),
    Field(
        name="fsdp_config.fsdp_activation_checkpointing",
        value=False,
        why="the recipe's gradient_checkpointing decides; both at once would recompute twice",
    ),
)
