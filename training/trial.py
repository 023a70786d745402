"""Two steps of a run, measured: what it really needs on this machine. Imports torch; only the worker does.

The first step takes the longest pairs, for the peak of the memory; the second takes pairs as they come, for
the time. Nothing is kept but the figures.
"""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from training import documents, materials, runs, scoring, trials, usage, workbench
from training.job import Done
from training.journal import Journal
from training.rendering import Rendered
from training.workbench import Bench

_HELD_OUT = 4  # pairs whose time is measured
STEPS = 2


class _Clock(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Seconds of each step; tells a stop between them."""

    def __init__(self, run: Path, journal: Journal) -> None:
        self.seconds: list[float] = []
        self._run = run
        self._journal = journal
        self._began = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        self._journal.phase("measuring two steps", max_steps=STEPS)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        materials.go_on(self._run)
        self._began = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any], **_: Any) -> None:  # noqa: ARG002
        # The log reads the loss, so a GPU has finished the step by now.
        if "loss" in logs:
            self.seconds.append(time.perf_counter() - self._began)
            self._journal.metrics(state.global_step, "train", {"loss": logs["loss"]})


def carry_out(run: Path, journal: Journal) -> Done:
    """Measure, and leave trial.json in the run's folder.

    Raises:
        TrainingError: as for a run; out of memory too is an answer.
        StopAsked: somebody asked to stop.
    """
    materials.model_folder(runs.read_request(run), run, journal)  # made or fetched once, so it does not count
    began = time.perf_counter()
    bench = workbench.loaded(run, journal)
    first, then = _longest_then_usual(bench)
    journal.phase("measuring held-out pairs")
    with bench.judging():
        pair_began = time.perf_counter()
        scoring.likelihoods(bench.model, then[:_HELD_OUT])
        pair_seconds = (time.perf_counter() - pair_began) / len(then[:_HELD_OUT])
    clock = _Clock(run, journal)
    prepared = _prepared(bench, [*first, *then], clock)
    start_seconds = time.perf_counter() - began - pair_seconds * len(then[:_HELD_OUT])
    prepared.train()
    measured = trials.Trial(
        peak_bytes=usage.now().peak_bytes,
        start_seconds=start_seconds,
        step_seconds=clock.seconds[-1],
        pair_seconds=pair_seconds,
    )
    documents.write(run / runs.TRIAL, measured.to_dict())
    return Done(stopped=False, step=STEPS, max_steps=STEPS)


def _longest_then_usual(bench: Bench) -> tuple[list[Rendered], list[Rendered]]:
    """As many pairs as a step takes, twice; pairs are taken again where there are too few."""
    pairs = bench.train.kept
    wanted = bench.recipe.pairs_per_step
    longest = sorted(pairs, key=_length, reverse=True)
    again = -(-wanted // len(pairs))
    stride = max(1, len(pairs) // wanted)
    return (longest * again)[:wanted], (list(pairs[::stride]) * again)[:wanted]


def _length(pair: Rendered) -> int:
    return max(len(pair.chosen.ids), len(pair.rejected.ids))


def _prepared(bench: Bench, pairs: list[Rendered], clock: _Clock) -> Any:
    """The run's own trainer, on these pairs in this order, without evaluation and checkpoints."""
    settings = replace(bench.fitted.recipe, max_steps=STEPS, warmup_steps=0, log_every=1)
    short = replace(
        bench,
        recipe=settings,
        fitted=replace(bench.fitted, recipe=settings),
        train=replace(bench.train, kept=tuple(pairs)),
        test=replace(bench.test, kept=()),
        unwanted=replace(bench.unwanted, kept=()),
        known=None,  # what an earlier run has computed must not make the steps look cheaper
    )
    trainer = workbench.trainer(short, [clock])
    trainer.args.train_sampling_strategy = "sequential"
    trainer.args.save_strategy = "no"
    return trainer
