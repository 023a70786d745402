"""Where a base model is and how big it is, before anything is loaded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from curation import workspace
from training import demo_model, errors, model_shape, probe_client
from training.base_model import BaseModel, ModelKind
from training.model_shape import ModelShape


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedModel:
    """A base model that was found.

    Attributes:
        model: with its folder and the Hub's commit filled in as far as they are known.
        download: it must still be fetched from the Hub.
        made_later: the worker will make it first.
    """

    model: BaseModel
    shape: ModelShape
    download: bool = False
    made_later: bool = False


def locate(model: BaseModel, space: workspace.Workspace) -> LocatedModel:
    """Find a base model.

    Raises:
        ModelMissing: it is not there, is gated, or cannot be read.
        ProbeFailed: the child process that asks the Hub gave no answer.
    """
    return _FINDERS[model.kind](model, space)


def _demo(model: BaseModel, space: workspace.Workspace) -> LocatedModel:
    folder = demo_model.folder(space.models)
    if demo_model.is_made(folder):
        return LocatedModel(model=model, shape=model_shape.read(folder))
    return LocatedModel(model=model, shape=_demo_shape(demo_model.Size()), made_later=True)


def _demo_shape(size: demo_model.Size) -> ModelShape:
    # A layer: four square matrices for attention, three of twice the width after it (demo_weights).
    inside = size.layers * (4 + 3 * 2) * size.hidden**2
    parameters = inside + size.vocabulary * size.hidden
    return ModelShape(
        parameters=parameters,
        hidden=size.hidden,
        layers=size.layers,
        vocabulary=size.vocabulary,
        feed_forward=2 * size.hidden,
        stored_bytes=4 * parameters,
    )


def _in_folder(model: BaseModel, _: workspace.Workspace) -> LocatedModel:
    if not (Path(model.path) / "tokenizer_config.json").is_file():
        raise errors.ModelMissing(f"{model.path} has no tokenizer_config.json, so nothing can be tokenized.")
    return LocatedModel(model=model, shape=model_shape.read(Path(model.path)))


def _on_hub(model: BaseModel, space: workspace.Workspace) -> LocatedModel:
    cached = model_shape.cached_folder(model.name, model.revision)
    if cached is not None:
        resolved = replace(model, path=str(cached), revision=cached.name)
        return LocatedModel(model=resolved, shape=model_shape.read(cached))
    about = probe_client.ask_hub(model, home=space.home)
    if "error" in about:
        raise errors.ModelMissing(about["error"])
    shape = model_shape.from_config(
        about["config"], parameters=about["parameters"], stored_bytes=about["stored_bytes"]
    )
    return LocatedModel(model=replace(model, revision=about["revision"]), shape=shape, download=True)


_FINDERS: dict[ModelKind, Callable[[BaseModel, workspace.Workspace], LocatedModel]] = {
    ModelKind.DEMO: _demo,
    ModelKind.PATH: _in_folder,
    ModelKind.HUB: _on_hub,
}
