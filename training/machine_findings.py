"""What a preflight finds about the model and the machine: presence, device, free memory and disk, time."""

import shutil
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from curation import workspace
from training import estimates, locks, reference_store, units
from training.choices import Precision
from training.devices import Device
from training.findings import Finding, Severity
from training.located_model import LocatedModel
from training.recipe import DpoRecipe

_TIGHT = 0.8  # share of the free memory or disk from which on it is worth a warning
_IDLE_SHARE = 0.9  # of a device's memory is free when no run is at work (choice)
_HOPELESS = 1.3  # choice: on the processor estimates were 10 % too high at most; a GPU was never measured
_MERGED_BYTES = 2  # a weight of a merged model, in 16 bits


def of_model(base: LocatedModel) -> Finding:
    """Where the model is, at which revision, how big."""
    shape, model = base.shape, base.model
    where = "is made when the run starts" if base.made_later else "lies on this machine"
    if base.download:
        where = f"is fetched from the Hub first, {units.size(shape.stored_bytes)}"
    revision = f", revision {model.revision[:12]}" if model.revision else ""
    return Finding(
        id="model",
        severity=Severity.INFORMATION,
        value=shape.parameters,
        message=f"{model.name}{revision}: {shape.parameters / 1e6:,.1f} million weights; it {where}.",
    )


def of_device(settings: DpoRecipe, device: Device) -> Finding:
    """What the run computes on and in which numbers; what the device lacks is replaced, and said."""
    bits = 8 * estimates.value_bytes(settings, device)
    said = [f"The run computes on {device.name} ({device.cores} processors) in {bits} bits."]
    slow = device.kind == "cpu" and settings.precision is Precision.BF16
    if slow:
        said.append("bf16 saves little memory there and is slow on most processors; auto takes 32 bits.")
    if device.kind == "cpu" and settings.optimizer.is_paged:
        said.append(f"There is no GPU memory to page: {settings.optimizer.unpaged} takes its place.")
    if device.kind == "cpu" and settings.attention.package:
        said.append(f"{settings.attention} needs a GPU: PyTorch's own attention takes its place.")
    return Finding(
        id="device",
        severity=Severity.WARNING if slow else Severity.INFORMATION,
        value=bits,
        message=" ".join(said),
    )


def of_memory(needed: int, device: Device, space: workspace.Workspace, *, measured: bool) -> Finding:
    """Against what is free now, or will be once the run before this one has ended."""
    # A run that computes now gives its memory back before this one starts.
    waits = locks.is_held(locks.device(space.runs, device.kind))
    free = int(_IDLE_SHARE * device.total_bytes) if waits else device.free_bytes
    share = needed / max(1, free)
    severity = Severity.ERROR if share > (1.0 if measured else _HOPELESS) else Severity.WARNING
    advice = "" if share <= _TIGHT else " Lower the micro-batch or max_length, or take a smaller model."
    return Finding(
        id="memory",
        severity=severity if share > _TIGHT else Severity.INFORMATION,
        value=needed,
        threshold=round(_TIGHT * free),
        message=f"The run needs {'' if measured else 'about '}{units.size(needed)} of memory"
        f"{', measured over two steps' if measured else ''}; {units.size(free)} are free on {device.name}"
        f"{' once the run before it has ended' if waits else ''}.{advice}",
    )


def of_record(ratios: Sequence[float]) -> Iterator[Finding]:
    """How far earlier estimates were off; nothing before the first finished run."""
    if ratios:
        middle = statistics.median(ratios)
        yield Finding(
            id="memory-record",
            severity=Severity.INFORMATION,
            value=round(middle, 2),
            threshold=1.0,
            message=f"Over {len(ratios)} finished runs here the estimate of memory was {min(ratios):.2f} to "
            f"{max(ratios):.2f} times what was measured, {middle:.2f} in the middle.",
        )


def of_disk(
    base: LocatedModel, settings: DpoRecipe, space: workspace.Workspace, *, pairs: int
) -> Iterator[Finding]:
    """Checkpoints and result, then a merged model, which only who asks for it makes.

    Args:
        pairs: of the release, whose reference log-probabilities are kept beside the runs.
    """
    free = shutil.disk_usage(space.runs if space.runs.exists() else Path.cwd()).free
    needed = estimates.disk(base.shape, settings, download=base.download)
    needed += reference_store.bytes_of(pairs)
    severity = Severity.ERROR if needed > free else Severity.WARNING
    yield Finding(
        id="disk",
        severity=severity if needed > _TIGHT * free else Severity.INFORMATION,
        value=needed,
        threshold=round(_TIGHT * free),
        message=f"Checkpoints, the best one included, and result take about {units.size(needed)} of disk; "
        f"{units.size(free)} are free.",
    )
    if settings.tuning.has_adapter:
        merged = base.shape.parameters * _MERGED_BYTES
        fits = needed + merged <= free
        yield Finding(
            id="disk-merged",
            severity=Severity.INFORMATION if fits else Severity.WARNING,
            value=merged,
            threshold=max(0, free - needed),
            message=f"A merged 16-bit model would take {units.size(merged)} more"
            f"{'.' if fits else ', for which there is no room; the adapter alone is kept.'}",
        )


def of_time(seconds: float, *, measured: bool) -> Finding:
    return Finding(
        id="time",
        severity=Severity.INFORMATION,
        value=round(seconds),
        message=f"The run takes about {units.duration(seconds)} once it is its turn"
        f"{', by two measured steps' if measured else ''}.",
    )
