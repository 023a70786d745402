"""What a worker opens before it computes: the release's pairs, the base model's folder, the tokenizer.

Knows no trainer; torch only where the demo model has to be made.
"""

from collections.abc import Callable
from pathlib import Path

from curation import workspace
from training import (
    demo_weights,
    documents,
    errors,
    ranks,
    recipe,
    release_folder,
    release_pairs,
    rendering,
    runs,
)
from training.base_model import ModelKind
from training.choices import Method
from training.journal import Journal
from training.rendering import Limits, Renderer
from training.runs import Request

_STOPPED = "Somebody asked to stop."


def check_release(request: Request) -> None:
    """Raises UnusableRelease where the release is no longer what was released.

    To be called before the model is fetched, and again once the pairs are read: only then is what was read
    what was released, since anybody can write to the folder meanwhile.
    """
    release = release_folder.load(request.release)
    changed = release_folder.differences(release)
    if release.fingerprint != request.fingerprint:
        raise errors.UnusableRelease(f"{request.release} is another release than the one that was asked for.")
    if changed:
        raise errors.UnusableRelease(f"The release is not what was released: {changed[0]}.")


def renderer(request: Request, model: Path) -> Renderer:
    """The tokenizer of a model folder with the template and lengths of the run's recipe.

    Raises:
        ModelMissing, RecipeError: see rendering.load and rendering.prepare.
    """
    settings = recipe.from_dict(request.recipe)
    limits = Limits(
        prompt=settings.max_prompt_length, total=settings.max_length, vocabulary=_vocabulary(model)
    )
    return rendering.prepare(rendering.load(str(model)), settings.template, limits)


def pairs(request: Request, split: str) -> list[release_pairs.PreferencePair]:
    """No test split is no error: a release of very few pairs has none."""
    read = release_pairs.read_if_there if split == "test" else release_pairs.read
    return read(request.release, split)


def unwanted(request: Request) -> list[release_pairs.PreferencePair]:
    """Pairs judged both bad, where the run's method learns from them."""
    learns = recipe.from_dict(request.recipe).method is Method.KTO
    return release_pairs.read_unwanted(request.release) if learns else []


def model_folder(request: Request, run: Path, journal: Journal) -> Path:
    """Always a folder: full fine-tuning reloads its reference from it."""
    model = request.model
    if model.kind is ModelKind.DEMO:
        journal.phase("making the demo model")
        models = workspace.Workspace(home=run.parent.parent).models
        return demo_weights.create(models, _telling(run, journal))
    if model.path:
        return Path(model.path)
    journal.phase(f"fetching {model.name}")
    return _fetched(model.name, model.revision)


def go_on(run: Path) -> None:
    """Raises StopAsked where somebody wants the run to stop; in every process of a group, or in none."""
    if ranks.any_of(runs.stop_asked(run)):
        raise errors.StopAsked(_STOPPED)


def _fetched(name: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision or None))
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        first = str(error).strip().splitlines()[0]
        raise errors.ModelMissing(f"{name} cannot be fetched from the Hub: {first}") from error


def _telling(run: Path, journal: Journal) -> Callable[[str], None]:
    def tell(message: str) -> None:
        # Only one process of a group makes it, so there is nobody to agree with.
        if runs.stop_asked(run):
            raise errors.StopAsked(_STOPPED)
        journal.phase(message)

    return tell


def _vocabulary(path: Path) -> int:
    """Embeddings of the model; 0 where its configuration does not say."""
    config = documents.read_or_none(path / "config.json") or {}
    return int(config.get("vocab_size") or (config.get("text_config") or {}).get("vocab_size") or 0)
