"""What is looked at before a run starts, so that it does not fail after an hour for a reason known now.

Knows no tensors: sizes come from file headers, token lengths from a child process.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from curation import text, workspace
from training import (
    devices,
    documents,
    errors,
    estimates,
    located_model,
    locks,
    probe_client,
    recipe,
    recipe_findings,
    release_findings,
    runs,
)
from training.base_model import BaseModel
from training.devices import Device
from training.findings import Finding, Preflight, Severity
from training.located_model import LocatedModel
from training.probe_client import Lengths, Rendered, Token
from training.recipe import DpoRecipe
from training.release_folder import Release

_CUT_SHARE = 0.01  # rule V24: max_length should cover 99 % of the pairs
_LEFT_OUT_SHARE = 0.05  # beyond it the run trains on something else than was released (choice)
_DEMO_SECONDS = 45.0  # to make the demo model on two idle cores (see demo_weights)
_TIGHT = 0.8  # share of the free memory or disk from which on it is worth a warning
_IDLE_SHARE = 0.9  # of a device's memory is free when no run is at work (choice)
_HOPELESS = 1.5  # the memory estimate is good to a factor of about two


def check(
    release: Path, model: BaseModel, settings: DpoRecipe, *, space: workspace.Workspace | None = None
) -> Preflight:
    """Look at everything a run needs.

    Takes seconds (a child process loads the tokenizer), on a big release minutes.

    Args:
        release: the release folder.
        space: the workspace the run would be in; the current one where None.

    Returns:
        Findings, worst first. Nothing is raised for bad input: that is a finding too.
    """
    space = space or workspace.current()
    device = devices.current()
    found: list[Finding] = []
    opened = release_findings.opened(release, found)
    base = _base(model, space, found)
    found += recipe_findings.of(settings, opened, device)
    lengths = _lengths(opened, base, settings, space, found) if opened and base else None
    memory_bytes, seconds = 0, 0.0
    if opened and base:
        work = _workload(opened, lengths, settings)
        memory_bytes = sum(estimates.memory(base.shape, settings, work, device).values())
        seconds = estimates.seconds(base.shape, settings, work, device)
        seconds += _DEMO_SECONDS if base.made_later else 0.0
        found += [_memory(memory_bytes, device, space), _disk(base, settings, space), _time(seconds)]
    order = list(Severity)
    return Preflight(
        key=key(release, model, settings),
        model=base.model if base else model,
        findings=tuple(sorted(found, key=lambda one: order.index(one.severity))),
        memory_bytes=memory_bytes,
        seconds=seconds,
    )


def exact_texts(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    count: int,
    *,
    space: workspace.Workspace | None = None,
) -> tuple[Rendered, ...]:
    """The first `count` training pairs exactly as the trainer will see them, token by token.

    Raises:
        ModelMissing: the model is not there.
        ProbeFailed: the child process could not render them; its sentence says why.
    """
    space = space or workspace.current()
    found: list[Finding] = []
    base = _base(model, space, found)
    if base is None:
        raise errors.ModelMissing(found[0].message)
    answer = probe_client.ask("exact", release, base.model, settings, home=space.home, count=count)
    return tuple(_rendered(one) for one in answer["rendered"])


def key(release: Path, model: BaseModel, settings: DpoRecipe) -> str:
    """Equal for equal questions about unchanged files."""
    files = sorted(path for path in release.rglob("*") if path.is_file())
    stamps = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return text.digest([str(release), str(model.to_dict()), str(recipe.to_dict(settings)), *stamps])


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
) -> Lengths | None:
    try:
        answer = probe_client.ask("lengths", release.path, base.model, settings, home=space.home)
    except errors.ProbeFailed as error:
        found.append(Finding(id="tokenizer", severity=Severity.ERROR, message=str(error)))
        return None
    lengths = Lengths(**{**answer, "findings": tuple(tuple(one) for one in answer["findings"])})
    found += _length_findings(lengths, settings)
    return lengths


def _length_findings(lengths: Lengths, settings: DpoRecipe) -> Iterator[Finding]:
    for name, severity, sentence in lengths.findings:
        yield Finding(id=name, severity=Severity(severity), message=sentence)
    for name, count, what in (
        ("prompts-too-long", lengths.too_long_prompts, "whose prompt leaves no room for an answer"),
        ("same-after-cut", lengths.same_after_cut, "whose answers are equal once they are cut"),
    ):
        if count:
            limit = _LEFT_OUT_SHARE * lengths.pairs
            yield Finding(
                id=name,
                severity=Severity.ERROR if count > limit else Severity.WARNING,
                value=count,
                threshold=limit,
                message=f"Pairs {what}: {count} of {lengths.pairs}. They are left out; raise max_length.",
            )
    share = lengths.cut / lengths.pairs if lengths.pairs else 0.0
    much = share > _CUT_SHARE
    yield Finding(
        id="pairs-cut",
        severity=Severity.WARNING if much else Severity.INFORMATION,
        value=lengths.cut,
        threshold=_CUT_SHARE * lengths.pairs,
        message=f"{lengths.cut} of {lengths.pairs} pairs are longer than max_length "
        f"{settings.max_length} and lose the end of an answer; the longest has {lengths.longest} tokens.",
    )


def _workload(release: Release, lengths: Lengths | None, settings: DpoRecipe) -> estimates.Workload:
    longest = min(lengths.longest, settings.max_length) if lengths else settings.max_length
    mean = min(lengths.mean, settings.max_length) if lengths else settings.max_length / 2
    return estimates.Workload(
        train=release.train, test=release.test, mean_tokens=mean, longest_tokens=longest
    )


def _memory(needed: int, device: Device, space: workspace.Workspace) -> Finding:
    # A run that computes now gives its memory back before this one starts.
    waits = locks.is_held(locks.device(space.runs, device.kind))
    free = int(_IDLE_SHARE * device.total_bytes) if waits else device.free_bytes
    share = needed / max(1, free)
    severity = Severity.ERROR if share > _HOPELESS else Severity.WARNING
    advice = "" if share <= _TIGHT else " Lower the micro-batch or max_length, or take a smaller model."
    return Finding(
        id="memory",
        severity=severity if share > _TIGHT else Severity.INFORMATION,
        value=needed,
        threshold=_TIGHT * free,
        message=f"The run needs about {_size(needed)} of memory; {_size(free)} are free on {device.name}"
        f"{' once the run before it has ended' if waits else ''}.{advice}",
    )


def _disk(base: LocatedModel, settings: DpoRecipe, space: workspace.Workspace) -> Finding:
    needed = estimates.disk(base.shape, settings, download=base.download)
    free = shutil.disk_usage(space.runs if space.runs.exists() else Path.cwd()).free
    severity = Severity.ERROR if needed > free else Severity.WARNING
    return Finding(
        id="disk",
        severity=severity if needed > _TIGHT * free else Severity.INFORMATION,
        value=needed,
        threshold=_TIGHT * free,
        message=f"Checkpoints and result take about {_size(needed)} of disk; {_size(free)} are free.",
    )


def _time(seconds: float) -> Finding:
    return Finding(
        id="time",
        severity=Severity.INFORMATION,
        value=round(seconds),
        message=f"The run takes about {_duration(seconds)} once it is its turn.",
    )


def _rendered(content: dict[str, object]) -> Rendered:
    sides = {
        name: tuple(Token(**token) for token in content[name])  # type: ignore[attr-defined]
        for name in ("chosen_tokens", "rejected_tokens")
    }
    return Rendered(**{**content, **sides})  # type: ignore[arg-type]


def _size(count: float) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**29 else f"{count / 2**20:.0f} MiB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
