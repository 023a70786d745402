"""What is looked at before a run starts, so that it does not fail after an hour for a reason known now.

Knows no tensors: sizes come from file headers, token lengths from a child process. Findings are put into
sentences by `release_findings`, `recipe_findings`, `text_findings` and `machine_findings`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from curation import text, workspace
from training import (
    devices,
    documents,
    economy,
    errors,
    estimates,
    kto_findings,
    launch_findings,
    located_model,
    machine_findings,
    measured,
    probe_client,
    recipe,
    recipe_findings,
    release_findings,
    runs,
    text_findings,
    track_record,
    trials,
)
from training.base_model import BaseModel
from training.devices import Device
from training.findings import Finding, Preflight, Severity
from training.flaws import Flaw
from training.launchers import ray_findings
from training.located_model import LocatedModel
from training.measured import Measured
from training.probe_client import Rendered, Token
from training.recipe import DpoRecipe
from training.release_folder import Release

_DEMO_SECONDS = 45.0  # to make the demo model on two idle cores (see demo_weights)


def check(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    *,
    space: workspace.Workspace | None = None,
    launcher: str = "local",
    launch: Mapping[str, str | int] = MappingProxyType({}),
) -> Preflight:
    """Look at everything a run needs.

    Takes seconds (a child process loads the tokenizer), on a big release minutes.

    Args:
        release: the release folder.
        space: the workspace the run would be in; the current one where None.
        launch: every setting of the launcher (launchers.table.checked).

    Returns:
        Findings, worst first. Nothing is raised for bad input: that is a finding too.
    """
    space = space or workspace.current()
    device = devices.current()
    found: list[Finding] = []
    opened = release_findings.opened(release, found)
    base = _base(model, space, found)
    found += recipe_findings.of(settings, opened, device)
    found += kto_findings.of(settings, opened) if opened else ()
    lengths = _lengths(opened, base, settings, space, found) if opened and base else None
    found.append(machine_findings.of_device(settings, device))
    if opened:
        found += launch_findings.of(settings, launcher, launch, device, opened.train)
    if launcher == "ray":
        found += ray_findings.of(launch, space)
    processes = launch_findings.processes(launcher, launch)
    each = launch_findings.share(settings, processes)
    needs = _needs(opened, base, lengths, each, device, space) if opened and base else _NOTHING
    needs = _together(needs, processes, device) if launcher == "accelerate" else needs
    if base and needs is not _NOTHING:
        found += [
            machine_findings.of_model(base),
            *_memory_here(launcher, needs, device, space),
            *machine_findings.of_record(track_record.ratios(space)),
            *machine_findings.of_disk(base, settings, space),
            machine_findings.of_time(needs.seconds, measured=needs.measured),
        ]
    order = list(Severity)
    return Preflight(
        key=key(release, model, settings, launcher, launch),
        model=base.model if base else model,
        findings=tuple(sorted(found, key=lambda one: order.index(one.severity))),
        memory_bytes=needs.memory_bytes,
        seconds=needs.seconds,
        memory={part.value: needed for part, needed in needs.parts.items()},
        measured=needs.measured,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What the run will take; measured where somebody has let two steps be tried on this machine."""

    parts: dict[estimates.Bytes, int]
    memory_bytes: int
    seconds: float
    measured: bool


def _together(needs: _Needs, processes: int, device: Device) -> _Needs:
    """Several processes: on GPUs each has its own memory and the time is shared; a processor's they share."""
    if device.kind == "cuda":
        return replace(needs, seconds=needs.seconds / processes)
    parts = {part: processes * needed for part, needed in needs.parts.items()}
    return replace(needs, parts=parts, memory_bytes=processes * needs.memory_bytes)


_NOTHING = _Needs(parts={}, memory_bytes=0, seconds=0.0, measured=False)


def _needs(
    release: Release,
    base: LocatedModel,
    lengths: Measured | None,
    settings: DpoRecipe,
    device: Device,
    space: workspace.Workspace,
) -> _Needs:
    work = _workload(release, lengths, settings)
    run_as = _as_run(settings, work, device)
    parts = estimates.memory(base.shape, run_as, work, device)
    tried = trials.newest(space, release, base.model, settings)
    later = _DEMO_SECONDS if base.made_later else 0.0
    if tried is None:
        seconds = estimates.seconds(base.shape, run_as, work, device) + later
        return _Needs(parts=parts, memory_bytes=sum(parts.values()), seconds=seconds, measured=False)
    sampling = estimates.sampling(base.shape, settings, device)
    seconds = trials.seconds(tried, settings, release, sampling) + later
    return _Needs(parts=parts, memory_bytes=tried.peak_bytes, seconds=seconds, measured=True)


def exact_texts(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    count: int,
    *,
    pairs: Sequence[str] = (),
    space: workspace.Workspace | None = None,
) -> tuple[Rendered, ...]:
    """Training pairs exactly as the trainer will see them, token by token.

    Args:
        count: so many of the first, behind the longest and the shortest.
        pairs: ids, or beginnings of ids, of pairs to show before them.

    Raises:
        ModelMissing: the model is not there.
        ProbeFailed: the child process could not render them; its sentence says why.
    """
    space = space or workspace.current()
    found: list[Finding] = []
    base = _base(model, space, found)
    if base is None:
        raise errors.ModelMissing(found[0].message)
    answer = probe_client.ask(
        "exact", release, base.model, settings, home=space.home, count=count, pairs=pairs
    )
    return tuple(_rendered(one) for one in answer["rendered"])


def key(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    launcher: str = "local",
    launch: Mapping[str, str | int] = MappingProxyType({}),
) -> str:
    """Equal for equal questions about unchanged files."""
    files = sorted(path for path in release.rglob("*") if path.is_file())
    stamps = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    asked = [str(release), str(model.to_dict()), str(recipe.to_dict(settings)), launcher, *_pairs(launch)]
    return text.digest([*asked, *stamps])


def _pairs(launch: Mapping[str, str | int]) -> list[str]:
    return [f"{name}={launch[name]}" for name in sorted(launch)]


def write(run: Path, seen: Preflight, *, acknowledged_by: str) -> None:
    """Write preflight.json: what was seen, and who went on in spite of the warnings."""
    who = acknowledged_by if seen.warnings else None
    documents.write(run / runs.PREFLIGHT, {**seen.to_dict(), "acknowledged_by": who})


def warnings_of(run: Path) -> list[str]:
    """The warnings with which a run was started, one sentence each.

    Raises:
        DamagedFile: preflight.json cannot be read.
    """
    findings = documents.read(run / runs.PREFLIGHT)["findings"]
    return [one["message"] for one in findings if one["severity"] == Severity.WARNING]


def _base(model: BaseModel, space: workspace.Workspace, found: list[Finding]) -> LocatedModel | None:
    try:
        return located_model.locate(model, space)
    except errors.TrainingError as error:
        found.append(Finding(id="model-missing", severity=Severity.ERROR, message=str(error)))
        return None


def _memory_here(
    launcher: str, needs: _Needs, device: Device, space: workspace.Workspace
) -> Iterator[Finding]:
    """What is free on this machine says nothing of a cluster's."""
    if launcher != "ray":
        yield machine_findings.of_memory(needs.memory_bytes, device, space, measured=needs.measured)


def _lengths(
    release: Release,
    base: LocatedModel,
    settings: DpoRecipe,
    space: workspace.Workspace,
    found: list[Finding],
) -> Measured | None:
    try:
        answer = probe_client.ask("lengths", release.path, base.model, settings, home=space.home)
    except errors.ProbeFailed as error:
        found.append(Finding(id=error.finding, severity=Severity.ERROR, message=str(error)))
        return None
    lengths = measured.from_dict(answer)
    found += text_findings.of(lengths, settings)
    return lengths


def _as_run(settings: DpoRecipe, work: estimates.Workload, device: Device) -> DpoRecipe:
    if device.kind != "cpu" or not work.train:
        return settings
    return economy.on_processor(settings, pairs=work.train, pair_tokens=2 * work.mean_tokens)


def _workload(release: Release, lengths: Measured | None, settings: DpoRecipe) -> estimates.Workload:
    longest = min(lengths.longest, settings.max_length) if lengths else settings.max_length
    mean = min(lengths.mean, settings.max_length) if lengths else settings.max_length / 2
    return estimates.Workload(
        train=release.train,
        test=release.test,
        mean_tokens=mean,
        longest_tokens=longest,
        longest_pair=lengths.longest_pair if lengths else 2 * longest,
        mean_pair=lengths.mean_pair if lengths else 2 * mean,
    )


def _rendered(content: dict[str, object]) -> Rendered:
    sides = {
        name: tuple(Token(**token) for token in content[name])  # type: ignore[attr-defined]
        for name in ("chosen_tokens", "rejected_tokens")
    }
    flaws = tuple(Flaw(word) for word in content["flaws"])  # type: ignore[attr-defined]
    return Rendered(**{**content, **sides, "flaws": flaws})  # type: ignore[arg-type]
