"""What a preflight finds in a recipe: settings that do not fit together, the data or the machine."""

import importlib.util
from collections.abc import Iterator

from training import recipe
from training.choices import Optimiser, Precision, Report, Tuning
from training.devices import Device
from training.findings import Finding, Severity
from training.recipe import DpoRecipe
from training.release_folder import Release

_REPEATS = 5.0  # DPO over-fits long before (choice)


def of(settings: DpoRecipe, release: Release | None, device: Device) -> Iterator[Finding]:
    """Findings about a recipe.

    Args:
        release: where it opens; without it nothing is said about the number of pairs.
    """
    pairs = release.train if release else None
    for problem in recipe.problems(settings, pairs):
        yield Finding(
            id="recipe-" + problem.key.replace("_", "-"),
            severity=Severity(problem.severity),
            message=problem.message,
        )
    if pairs:
        passes = settings.steps(pairs) * settings.pairs_per_step / pairs
        if passes > _REPEATS:
            message = f"Every pair is seen {passes:.1f} times; DPO over-fits quickly. Use fewer steps."
            yield Finding(
                id="repeats", severity=Severity.WARNING, value=passes, threshold=_REPEATS, message=message
            )
    yield from _package_findings(settings)
    yield from _device_findings(settings, device)


def _package_findings(settings: DpoRecipe) -> Iterator[Finding]:
    eight_bit = settings.optimizer is Optimiser.PAGED_ADAMW_8BIT
    needed = {
        "bitsandbytes": settings.tuning is Tuning.LORA_4BIT or eight_bit,
        "wandb": settings.report_to is Report.WANDB,
    }
    for package, wanted in needed.items():
        if wanted and importlib.util.find_spec(package) is None:
            message = (
                f"The recipe needs the package {package}, which is not installed. Run: pip install {package}"
            )
            yield Finding(id=f"package-{package}", severity=Severity.ERROR, message=message)


def _device_findings(settings: DpoRecipe, device: Device) -> Iterator[Finding]:
    if device.kind == "cpu" and settings.tuning is Tuning.LORA_4BIT:
        message = "4-bit weights save memory but are slow on a processor. Choose lora for a small model."
        yield Finding(id="device-4bit", severity=Severity.WARNING, message=message)
    if device.kind == "cuda" and device.capability < 8.0 and settings.precision is Precision.BF16:
        message = f"{device.name} does not compute in bf16. Choose the precision auto or fp32."
        yield Finding(
            id="device-bf16",
            severity=Severity.ERROR,
            value=device.capability,
            threshold=8.0,
            message=message,
        )
