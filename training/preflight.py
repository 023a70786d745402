"""What is looked at before a run starts, so that it does not fail after an hour for a reason known now.

Knows no tensors: sizes come from file headers, token lengths from a child process. Findings are put into
sentences by `release_findings`, `recipe_findings`, `text_findings` and `machine_findings`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from curation import text, workspace
from training import (
    devices,
    documents,
    errors,
    kto_findings,
    launch_findings,
    located_model,
    machine_findings,
    measured,
    needs,
    probe_client,
    recipe,
    recipe_findings,
    release_findings,
    runs,
    text_findings,
    track_record,
)
from training.base_model import BaseModel
from training.devices import Device
from training.findings import Finding, Preflight, Severity
from training.flaws import Flaw
from training.launchers import ray_findings
from training.located_model import LocatedModel
from training.measured import Measured
from training.needs import Needs
from training.probe_client import Rendered, Token
from training.recipe import DpoRecipe
from training.release_folder import Release


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
    found += _of_settings(settings, opened, device, launcher, launch)
    if launcher == "ray":
        found += ray_findings.of(launch, space)
    needed = needs.NOTHING
    if opened and base:
        lengths = _lengths(opened, base, settings, space, found)
        needed = needs.of(opened, base, lengths, settings, device, space, launcher=launcher, launch=launch)
        found += _of_machine(opened, base, settings, needed, device, space, launcher)
    order = list(Severity)
    return Preflight(
        key=key(release, model, settings, launcher, launch),
        model=base.model if base else model,
        findings=tuple(sorted(found, key=lambda one: order.index(one.severity))),
        memory_bytes=needed.memory_bytes,
        seconds=needed.seconds,
        memory={part.value: size for part, size in needed.parts.items()},
        measured=needed.measured,
    )


def _of_settings(
    settings: DpoRecipe,
    release: Release | None,
    device: Device,
    launcher: str,
    launch: Mapping[str, str | int],
) -> Iterator[Finding]:
    """What the settings say by themselves, on this release and this device."""
    yield from recipe_findings.of(settings, release, device)
    yield machine_findings.of_device(settings, device)
    if release:
        yield from kto_findings.of(settings, release)
        yield from launch_findings.of(settings, launcher, launch, device, release.train)


def _of_machine(
    release: Release,
    base: LocatedModel,
    settings: DpoRecipe,
    needed: Needs,
    device: Device,
    space: workspace.Workspace,
    launcher: str,
) -> Iterator[Finding]:
    """The model, and what the run will take against what is there."""
    yield machine_findings.of_model(base)
    if launcher != "ray":  # what is free on this machine says nothing of a cluster's
        yield machine_findings.of_memory(needed.memory_bytes, device, space, measured=needed.measured)
    yield from machine_findings.of_record(track_record.ratios(space))
    yield from machine_findings.of_disk(base, settings, space, pairs=release.train + release.test)
    yield machine_findings.of_time(needed.seconds, measured=needed.measured)


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


def _rendered(content: dict[str, object]) -> Rendered:
    sides = {
        name: tuple(Token(**token) for token in content[name])  # type: ignore[attr-defined]
        for name in ("chosen_tokens", "rejected_tokens")
    }
    flaws = tuple(Flaw(word) for word in content["flaws"])  # type: ignore[attr-defined]
    return Rendered(**{**content, **sides, "flaws": flaws})  # type: ignore[arg-type]
