"""Size and form of a base model, read from its files without torch."""

import json
import os
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from training import documents, errors

_PICKLED_BYTES = 2  # a checkpoint without safetensors is nearly always 16-bit


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """What the estimates need to know.

    Attributes:
        parameters: all weights; embeddings among them.
        hidden, layers, vocabulary, feed_forward: widths and depth, in values.
        stored_bytes: weights on disk; 0 where they are not on this machine.
        linears: (input, output) width of each matrix that may get an adapter, by the module's last name;
            empty where the files do not tell.
    """

    parameters: int
    hidden: int
    layers: int
    vocabulary: int
    feed_forward: int
    stored_bytes: int
    linears: tuple[tuple[str, int, int], ...] = ()

    def adapter_parameters(self, rank: int, modules: tuple[str, ...]) -> int:
        """Weights of a LoRA adapter: rank · (input + output) a matrix (Hu et al. 2021, sec. 4.1)."""
        chosen = [one for one in self.linears if one[0] in modules or modules == ("all-linear",)]
        if chosen:
            return sum(rank * (inside + outside) for _, inside, outside in chosen)
        wide = sum(name in ("gate_proj", "up_proj", "down_proj") for name in modules)
        square = len(modules) - wide
        return rank * self.layers * (2 * square * self.hidden + wide * (self.hidden + self.feed_forward))


def read(folder: Path) -> ModelShape:
    """The shape of a model folder.

    Raises:
        ModelMissing: config.json or the weights are missing or cannot be read.
    """
    config = documents.read_or_none(folder / "config.json")
    if config is None:
        raise errors.ModelMissing(f"{folder} is no model: it has no config.json that can be read.")
    tensors = _tensors(folder)
    pickled = sum(path.stat().st_size for path in folder.glob("pytorch_model*.bin"))
    if not tensors and not pickled:
        raise errors.ModelMissing(f"{folder} holds a config.json but no weights (*.safetensors).")
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors")) or pickled
    parameters = sum(prod(shape) for shape in tensors.values()) or pickled // _PICKLED_BYTES
    return from_config(config, parameters=parameters, stored_bytes=stored, linears=_linears(tensors))


def from_config(
    config: dict[str, Any],
    *,
    parameters: int,
    stored_bytes: int,
    linears: tuple[tuple[str, int, int], ...] = (),
) -> ModelShape:
    """The shape from a transformers config.json; of a model with several parts, of its text part."""
    config = config.get("text_config") or config
    hidden = int(config.get("hidden_size") or config.get("n_embd") or config.get("d_model") or 0)
    return ModelShape(
        parameters=parameters,
        hidden=hidden,
        layers=int(config.get("num_hidden_layers") or config.get("n_layer") or 0),
        vocabulary=int(config.get("vocab_size") or 0),
        feed_forward=int(config.get("intermediate_size") or config.get("n_inner") or 4 * hidden),
        stored_bytes=stored_bytes,
        linears=linears,
    )


def cached_folder(name: str, revision: str) -> Path | None:
    """Where this machine's Hub cache holds a model, so that no network is needed; None where it does not.

    The folder's name is the commit.
    Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
    """
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    repository = cache / ("models--" + name.replace("/", "--"))
    commit = revision or "main"
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        reference = repository / "refs" / commit
        commit = reference.read_text(encoding="ascii").strip() if reference.is_file() else commit
    folder = repository / "snapshots" / commit
    weights = [*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin")]
    return folder if (folder / "config.json").is_file() and weights else None


def _tensors(folder: Path) -> dict[str, list[int]]:
    shapes: dict[str, list[int]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with path.open("rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        except (OSError, ValueError, OverflowError, MemoryError):
            raise errors.ModelMissing(
                f"{path} cannot be read as safetensors. Copy the model again."
            ) from None
        shapes |= {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}
    return shapes


def _linears(tensors: dict[str, list[int]]) -> tuple[tuple[str, int, int], ...]:
    """Matrices inside the layers: embeddings and the output head get no adapter."""
    found = []
    for name, shape in sorted(tensors.items()):
        if len(shape) == 2 and ".layers." in name and name.endswith(".weight"):
            found.append((name.split(".")[-2], shape[1], shape[0]))
    return tuple(found)
