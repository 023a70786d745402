"""What an evaluation begins with: prompts of the release, a file or typed, and the models taking part."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from training import checkpoints, errors, release_pairs, runs, supervisor
from training.evaluating import asked, rows
from training.evaluating.asked import BASE, Asked, Contestant, Sampling, Weights
from training.evaluating.rows import Prompt
from training.runs import RunState

TUNED = "tuned"
HELD_OUT = "held-out"


def start(
    run: Path,
    prompts: Sequence[Prompt],
    *,
    by: str,
    contestants: Sequence[Contestant] | None = None,
    sampling: Sampling | None = None,
    scored: Sequence[str] = ("test",),
    request_id: str | None = None,
) -> str:
    """Let a run's models answer, or name the evaluation that this request has started.

    Args:
        contestants: beside the base model; what the run has left where None.
        scored: splits of the release whose likelihoods are read; those that it lacks are passed over.

    Returns:
        The evaluation's id.

    Raises:
        NotResumable: the run has not completed.
        ModelMissing: it has left nothing to evaluate.
        RecipeError: a sampling setting is outside its range.
        UnusableRelease: there is neither a prompt nor a pair.
        LaunchFailed: see supervisor.start.
    """
    drawing = sampling or Sampling()
    drawing.check()
    others = tuple(contestants or (of_run(run),))
    base = Contestant(name=BASE, weights=Weights.BASE)
    present = tuple(split for split in scored if has_split(runs.read_request(run).release, split))
    if not prompts and not present:
        raise errors.UnusableRelease("There is nothing to evaluate on: no prompt and no held-out pair.")
    _refuse_doubles(others)
    wanted = Asked(
        run=run.name,
        contestants=(base, *others),
        prompts=len(prompts),
        sampling=drawing,
        scored=present,
    )
    return supervisor.evaluate(
        run,
        wanted,
        by=by,
        request_id=request_id or secrets.token_hex(8),
        prepare=lambda folder: rows.write_prompts(folder, prompts),
    )


def of_run(run: Path) -> Contestant:
    """The tuned model of a completed run.

    Raises:
        NotResumable: it has not completed.
        ModelMissing: it has left nothing.
    """
    state = runs.read_state(run).state
    if state is not RunState.COMPLETED:
        raise errors.NotResumable(f"Run {run.name} is {state}. Only a completed run can be evaluated.")
    return asked.contestant_of(run, name=TUNED)


def of_checkpoints(run: Path) -> list[Contestant]:
    """The kept checkpoints of a run, earliest first, without the last one where it is the result."""
    last = runs.read_state(run).max_steps
    weights = Weights.ADAPTER if (run / Weights.ADAPTER.value).is_dir() else Weights.MODEL
    return [
        Contestant(name=f"step {one.step}", weights=weights, run=run.name, folder=str(one.path))
        for one in checkpoints.all_whole(run)
        if one.step != last
    ]


def held_out_prompts(release: Path, count: int) -> list[Prompt]:
    """The first prompts of the test split, each once: nothing was trained on them.

    Args:
        count: at most so many.
    """
    if not has_split(release, "test"):
        return []
    pairs = release_pairs.read(release, "test")
    turns = list(
        dict.fromkeys(tuple((turn["role"], turn["content"]) for turn in pair.prompt) for pair in pairs)
    )
    return [
        Prompt(
            number=number,
            origin=HELD_OUT,
            turns=tuple({"role": role, "content": content} for role, content in one),
        )
        for number, one in enumerate(turns[:count])
    ]


def prompts_of_file(path: Path) -> list[Prompt]:
    """See rows.parse_prompts.

    Raises:
        UnusableRelease: the file cannot be read, or holds no prompts.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.UnusableRelease(f"The prompts in {path} cannot be read: {error}.") from None
    return rows.parse_prompts(text, origin=path.name)


def has_split(release: Path, split: str) -> bool:
    """Whether the release holds pairs of this split."""
    return any((release / "data").glob(f"{split}-*.parquet"))


def _refuse_doubles(contestants: Sequence[Contestant]) -> None:
    names = [BASE, *(one.name for one in contestants)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise errors.RecipeError(f"Two models of this evaluation are called {double!r}. Name them apart.")
