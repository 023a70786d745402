"""What a preflight finds about several processes: how they share a step, and what keeps them from it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from training import devices, division, errors
from training.devices import Device
from training.findings import Finding, Severity
from training.launchers import configuration
from training.launchers.configuration import Strategy
from training.recipe import DpoRecipe

_COUNTS = {"accelerate": "processes", "ray": "workers"}
_UNTRIED = {
    Strategy.FSDP: "FSDP was run with two processes that split a model on a processor, never on GPUs",
    Strategy.DEEPSPEED: "The configuration of DeepSpeed is what accelerate reads, but was never run",
}


def processes(launcher: str, launch: Mapping[str, str | int]) -> int:
    """How many processes train together."""
    return int(launch[_COUNTS[launcher]]) if launcher in _COUNTS else 1


def share(settings: DpoRecipe, count: int) -> DpoRecipe:
    """The recipe as one of so many processes carries it out; unchanged where it cannot be shared."""
    try:
        each = division.of(settings, count)
    except errors.RecipeError:
        return settings
    return replace(settings, micro_batch=each.micro_batch, accumulation=each.accumulation)


def of(
    settings: DpoRecipe, launcher: str, launch: Mapping[str, str | int], device: Device, train: int
) -> Iterator[Finding]:
    """Nothing for a single process.

    Args:
        train: training pairs of the release.
    """
    count = processes(launcher, launch)
    if count == 1:
        return
    stops = list(_problems(settings, launcher, launch, device))
    yield from (Finding(id="launch", severity=Severity.ERROR, message=one, value=count) for one in stops)
    if not stops:
        yield _shared(settings, count, train)
    if launcher == "accelerate":
        yield from _here(launch, device, count)


def _problems(
    settings: DpoRecipe, launcher: str, launch: Mapping[str, str | int], device: Device
) -> Iterator[str]:
    if launcher == "accelerate":
        slots = devices.slots()
        yield from configuration.problems(settings, launch, device, len(slots))
        return
    try:
        division.of(settings, processes(launcher, launch))
    except errors.RecipeError as error:
        yield str(error)


def _shared(settings: DpoRecipe, count: int, train: int) -> Finding:
    rest = train % settings.pairs_per_step
    end = (
        " The last step of an epoch has fewer pairs than the others; where these do not divide, pairs of the "
        "epoch's beginning fill it up, so it differs slightly from that of one process."
        if rest and train * settings.epochs > settings.pairs_per_step
        else ""
    )
    return Finding(
        id="launch",
        severity=Severity.INFORMATION,
        value=count,
        message=f"{division.of(settings, count).sentence} It learns what one process would.{end}",
    )


def _here(launch: Mapping[str, str | int], device: Device, count: int) -> Iterator[Finding]:
    if device.kind == "cpu" and count > device.cores:
        yield Finding(
            id="launch-cores",
            severity=Severity.WARNING,
            value=count,
            threshold=device.cores,
            message=f"{count} processes share {device.cores} processors and wait for each other; take fewer.",
        )
    if device.kind == "cuda" and launch["strategy"] != Strategy.DDP:
        yield Finding(
            id="launch-untried",
            severity=Severity.WARNING,
            message=f"{_UNTRIED[Strategy(str(launch['strategy']))]}: try a short run first, and compare its "
            "first losses with those of ddp.",
        )
