"""What a run will take on its device, memory and time: estimated, or measured where two steps were tried."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from curation import workspace
from training import economy, estimates, launch_findings, trials
from training.devices import Device
from training.estimates import Bytes, Workload
from training.located_model import LocatedModel
from training.measured import Measured
from training.recipe import DpoRecipe
from training.release_folder import Release

_DEMO_SECONDS = 45.0  # to make the demo model on two idle cores (see demo_weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the run will take.

    Attributes:
        parts: estimated memory by what takes it, in bytes.
        memory_bytes: peak; of all processes together where they share the memory.
        seconds: from start to end.
        measured: by two real steps of exactly this run on this machine.
    """

    parts: Mapping[Bytes, int]
    memory_bytes: int
    seconds: float
    measured: bool


NOTHING = Needs(parts={}, memory_bytes=0, seconds=0.0, measured=False)


def of(
    release: Release,
    base: LocatedModel,
    lengths: Measured | None,
    settings: DpoRecipe,
    device: Device,
    space: workspace.Workspace,
    *,
    launcher: str,
    launch: Mapping[str, str | int],
) -> Needs:
    """What a run of this recipe takes.

    Args:
        lengths: tokens of the release's pairs; None where they could not be measured.
    """
    processes = launch_findings.processes(launcher, launch)
    alone = _of_one(release, base, lengths, launch_findings.share(settings, processes), device, space)
    return _together(alone, processes, device) if launcher == "accelerate" else alone


def _of_one(
    release: Release,
    base: LocatedModel,
    lengths: Measured | None,
    settings: DpoRecipe,
    device: Device,
    space: workspace.Workspace,
) -> Needs:
    work = _workload(release, lengths, settings)
    run_as = _as_run(settings, work, device)
    parts = estimates.memory(base.shape, run_as, work, device)
    later = _DEMO_SECONDS if base.made_later else 0.0
    tried = trials.newest(space, release, base.model, settings)
    if tried is None:
        seconds = estimates.seconds(base.shape, run_as, work, device) + later
        return Needs(parts=parts, memory_bytes=sum(parts.values()), seconds=seconds, measured=False)
    sampling = estimates.sampling(base.shape, settings, device)
    seconds = trials.seconds(tried, settings, release, sampling) + later
    return Needs(parts=parts, memory_bytes=tried.peak_bytes, seconds=seconds, measured=True)


def _together(alone: Needs, processes: int, device: Device) -> Needs:
    """Several processes: on GPUs each has its own memory and the time is shared; a processor's they share."""
    if device.kind == "cuda":
        return replace(alone, seconds=alone.seconds / processes)
    parts = {part: processes * needed for part, needed in alone.parts.items()}
    return replace(alone, parts=parts, memory_bytes=processes * alone.memory_bytes)


def _as_run(settings: DpoRecipe, work: Workload, device: Device) -> DpoRecipe:
    if device.kind != "cpu" or not work.train:
        return settings
    return economy.on_processor(settings, pairs=work.train, pair_tokens=2 * work.mean_tokens)


def _workload(release: Release, lengths: Measured | None, settings: DpoRecipe) -> Workload:
    longest = min(lengths.longest, settings.max_length) if lengths else settings.max_length
    mean = min(lengths.mean, settings.max_length) if lengths else settings.max_length / 2
    return Workload(
        train=release.train,
        test=release.test,
        mean_tokens=mean,
        longest_tokens=longest,
        longest_pair=lengths.longest_pair if lengths else 2 * longest,
        mean_pair=lengths.mean_pair if lengths else 2 * mean,
    )
