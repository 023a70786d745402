"""What a preflight finds in a recipe: settings that do not fit together, the data or the machine."""

import importlib.util
from collections.abc import Iterator

from training import recipe_problems
from training.choices import Precision, Report, Tuning
from training.devices import Device
from training.estimates import value_bytes
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
    for problem in recipe_problems.of(settings, pairs):
        yield Finding(
            id="recipe-" + problem.key.replace("_", "-"),
            severity=Severity(problem.severity),
            message=problem.message,
            value=problem.value,
            threshold=problem.threshold,
        )
    if pairs:
        yield from _schedule(settings, pairs)
    yield from _package_findings(settings)
    yield from _device_findings(settings, device)


def _schedule(settings: DpoRecipe, pairs: int) -> Iterator[Finding]:
    steps = settings.steps(pairs)
    passes = steps * settings.pairs_per_step / pairs
    many = passes > _REPEATS
    yield Finding(
        id="repeats",
        severity=Severity.WARNING if many else Severity.INFORMATION,
        value=round(passes, 2),
        threshold=_REPEATS,
        message=f"Every pair is seen {passes:.1f} times"
        f"{'; DPO over-fits quickly. Use fewer steps.' if many else '.'}",
    )
    warm = settings.warmup(steps)
    if warm < steps:
        yield Finding(
            id="warm-up",
            severity=Severity.INFORMATION,
            value=warm,
            threshold=steps,
            message=f"The warm-up takes {warm} of {steps} steps.",
        )


def _package_findings(settings: DpoRecipe) -> Iterator[Finding]:
    needed = {
        "bitsandbytes": settings.tuning.is_quantized or settings.optimizer.needs_bitsandbytes,
        **{tracker.value: settings.report_to is tracker for tracker in Report if tracker is not Report.NONE},
    }
    for package, wanted in needed.items():
        if wanted and importlib.util.find_spec(package) is None:
            named = "-r requirements-trackers.txt" if package in set(Report) else package
            message = (
                f"The recipe needs the package {package}, which is not installed. Run: pip install {named}"
            )
            yield Finding(id=f"package-{package}", severity=Severity.ERROR, message=message)


def _device_findings(settings: DpoRecipe, device: Device) -> Iterator[Finding]:
    if device.kind == "cuda":
        yield from _attention_findings(settings, device)
    if device.kind == "cpu" and settings.tuning.is_quantized:
        bits = "4" if settings.tuning is Tuning.LORA_4BIT else "8"
        message = (
            f"{bits}-bit weights save memory but are slow on a processor. Choose lora for a small model."
        )
        yield Finding(id=f"device-{bits}bit", severity=Severity.WARNING, message=message)
    if device.kind == "cuda" and device.capability < 8.0 and settings.precision is Precision.BF16:
        message = f"{device.name} does not compute in bf16. Choose the precision auto or fp32."
        yield Finding(
            id="device-bf16",
            severity=Severity.ERROR,
            value=device.capability,
            threshold=8.0,
            message=message,
        )


def _attention_findings(settings: DpoRecipe, device: Device) -> Iterator[Finding]:
    """On a GPU; without one the run falls back to PyTorch's own attention and says so."""
    package = settings.attention.package
    if package is None:
        return
    if importlib.util.find_spec(package) is None:
        name = "flash-attn" if package == "flash_attn" else "flash-attn-3"
        message = f"{settings.attention} needs the package {name}. Install it, or choose attention auto."
        yield Finding(id="package-attention", severity=Severity.ERROR, message=message)
    if value_bytes(settings, device) == 4:
        message = (
            f"{settings.attention} computes in 16 bits only. Choose the precision bf16, or attention auto."
        )
        yield Finding(id="device-attention", severity=Severity.ERROR, message=message)
