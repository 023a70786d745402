"""What is looked at before a run starts, so that it does not fail after an hour for a reason known now.

Knows no tensors: sizes come from file headers, token lengths from a child process.
"""

import importlib.util
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
    pair_rows,
    probe_client,
    recipe,
    release_folder,
    runs,
)
from training.base_model import BaseModel
from training.choices import Optimiser, Precision, Report, Tuning
from training.devices import Device
from training.findings import Finding, Preflight, Severity
from training.located_model import LocatedModel
from training.probe_client import Lengths, Rendered, Token
from training.recipe import DpoRecipe
from training.release_folder import Release

_SMALL_TEST = 50  # held-out pairs: below, one pair moves the accuracy by more than 2 points (rules.md §6)
_CUT_SHARE = 0.01  # rule V24: max_length should cover 99 % of the pairs
_REPEATS = 5.0  # DPO over-fits long before (choice)
_TIGHT = 0.8  # share of the free memory or disk from which on it is worth a warning
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
    opened = _opened(release, found)
    base = _base(model, space, found)
    found += _recipe_findings(settings, opened, device)
    lengths = _lengths(opened, base, settings, space, found) if opened and base else None
    memory_bytes, seconds = 0, 0.0
    if opened and base:
        work = _workload(opened, lengths, settings)
        memory_bytes = sum(estimates.memory(base.shape, settings, work, device).values())
        seconds = estimates.seconds(base.shape, settings, work, device)
        found += [_memory(memory_bytes, device), _disk(base, settings, space), _time(seconds)]
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


def _opened(path: Path, found: list[Finding]) -> Release | None:
    try:
        release = release_folder.load(path)
    except errors.UnusableRelease as error:
        found.append(Finding(id="release-unreadable", severity=Severity.ERROR, message=str(error)))
        return None
    changed = release_folder.differences(release)
    if changed:
        message = f"The release is not what was released: {changed[0]}. Release the data again or restore it."
        value = float(len(changed))
        found.append(
            Finding(id="release-changed", severity=Severity.ERROR, value=value, threshold=0, message=message)
        )
        return None
    found += _split_findings(release)
    found += _row_findings(release)
    return release


def _split_findings(release: Release) -> Iterator[Finding]:
    if release.train == 0:
        message = "The release has no training pairs. Decide more pairs and release again."
        yield Finding(id="train-empty", severity=Severity.ERROR, value=0, threshold=1, message=message)
    if release.test < _SMALL_TEST:
        what = f"only {release.test} held-out pairs" if release.test else "no held-out pairs"
        yield Finding(
            id="test-small",
            severity=Severity.WARNING,
            value=release.test,
            threshold=_SMALL_TEST,
            message=f"There are {what}, so the held-out accuracy says little; below {_SMALL_TEST} "
            "one pair moves it by more than 2 points.",
        )


def _row_findings(release: Release) -> Iterator[Finding]:
    counts = pair_rows.count_faults(release)
    sentences = {
        "roles-wrong": "have messages whose roles do not go user, assistant, user",
        "side-empty": "have an empty answer",
        "sides-identical": "have two equal answers",
        "prompt-repeated": "repeat the prompt's last turn at the start of an answer",
    }
    for name, fault in counts.items():
        message = (
            f"{fault.count} pairs {sentences[name]}; the first is {fault.first}. Release again without them."
        )
        severity = Severity.WARNING if name == "prompt-repeated" else Severity.ERROR
        yield Finding(id=name, severity=severity, value=fault.count, threshold=0, message=message)


def _base(model: BaseModel, space: workspace.Workspace, found: list[Finding]) -> LocatedModel | None:
    try:
        return located_model.locate(model, space)
    except errors.TrainingError as error:
        found.append(Finding(id="model-missing", severity=Severity.ERROR, message=str(error)))
        return None


def _recipe_findings(settings: DpoRecipe, release: Release | None, device: Device) -> Iterator[Finding]:
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


def _lengths(
    release: Release,
    base: LocatedModel,
    settings: DpoRecipe,
    space: workspace.Workspace,
    found: list[Finding],
) -> Lengths | None:
    if base.made_later:
        message = "The demo model is made when the run starts; lengths are counted from the second run on."
        found.append(Finding(id="demo-model", severity=Severity.INFORMATION, message=message))
        return None
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
    for name, count, sentence in (
        ("prompts-too-long", lengths.too_long_prompts, "have a prompt that leaves no room for an answer"),
        ("same-after-cut", lengths.same_after_cut, "have two equal answers once they are cut"),
    ):
        if count:
            message = f"{count} pairs {sentence} at max_length {settings.max_length}. Raise max_length."
            yield Finding(id=name, severity=Severity.ERROR, value=count, threshold=0, message=message)
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


def _memory(needed: int, device: Device) -> Finding:
    share = needed / max(1, device.free_bytes)
    severity = Severity.ERROR if share > _HOPELESS else Severity.WARNING
    advice = "" if share <= _TIGHT else " Lower the micro-batch or max_length, or take a smaller model."
    return Finding(
        id="memory",
        severity=severity if share > _TIGHT else Severity.INFORMATION,
        value=needed,
        threshold=_TIGHT * device.free_bytes,
        message=f"The run needs about {_size(needed)} of memory; {_size(device.free_bytes)} are free on "
        f"{device.name}.{advice}",
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
