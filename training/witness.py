"""Watches the trainer from inside: curves and events into the run folder, guards, and the wish to stop."""

# ruff: noqa: ARG002 - transformers hands every callback all of its arguments by name.

import logging
import shutil
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from training import checkpoints, errors, fence, first_loss, history, metrics, ranks, runs, usage
from training.checkpoints import Origin
from training.history import Figure
from training.journal import Journal
from training.recipe import DpoRecipe

log = logging.getLogger(__name__)

_FIRST_LOSS_TOLERANCE = 0.02  # share; bf16 rounds at the third digit
_LEAK_ACCURACY = 0.95  # rules.md §7: so right so early means that the answers give themselves away
_LEAK_SHARE = 0.1
_LEAK_STEPS = 3  # of few pairs one step is right by chance
_DISPLACED = 0.2  # rules.md §7: the chosen answer's log-probability fell by more than a fifth
_DISPLACED_NATS = 5.0  # and by so much at least: of an answer known by heart a fifth is nothing (choice)


class Witness(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """One per run. Raises out of the training loop where going on would only waste hours."""

    def __init__(
        self, run: Path, journal: Journal, recipe: DpoRecipe, *, resumes: bool, origin: Origin
    ) -> None:
        self.stopped = False
        self.satisfied = False  # ended early, because held-out accuracy no longer rises
        self._run = run
        self._journal = journal
        self._recipe = recipe
        self._resumes = resumes
        self._origin = origin
        self._figure = history.figure(recipe.method)
        # What a run has noticed before it was stopped lies in the folder of the one that goes on.
        self._told = {str(row["guard"]) for row in metrics.read(run / runs.EVENTS) if row.get("guard")}
        self._early: list[float] = []
        self._first_chosen = _first_look(run)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._journal.phase("training", max_steps=state.max_steps, first_loss=first_loss.of(self._recipe))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        fence.check(self._run)
        if ranks.any_of(runs.stop_asked(self._run)):
            self.stopped = True
            control.should_save = True
            control.should_training_stop = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        # Read from the trainer's history, which a checkpoint keeps: a resumed run decides as the whole one.
        looks = history.looks(state.log_history, self._figure)
        best = history.best(looks)
        if best is not None and best.step == state.global_step:
            control.should_save = True
        if self._figure is Figure.ACCURACY and history.learns_by_heart(looks):
            self._tell(
                state.global_step, "memorising", "Held-out accuracy has not risen in two evaluations while "
                "the margin on training pairs grows: the model is learning these pairs by heart. More steps "
                f"seldom help; the best so far is step {best.step if best else 0}.",
            )  # fmt: skip
        seen = [look.value for look in looks]
        if history.without_gain(seen) < (self._recipe.patience or len(seen) + 1):
            return
        self.satisfied = control.should_training_stop = control.should_save = True
        self._journal.event(
            "early stop", f"Held-out {self._figure.plural} have not risen in {self._recipe.patience} "
            f"evaluations; the run ends at step {state.global_step} of {state.max_steps}.",
            step=state.global_step,
        )  # fmt: skip

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        # The folder is not written atomically, and every process writes its random state into it; only one
        # that is marked may be resumed from.
        folder = self._run / f"checkpoint-{state.global_step}"
        ranks.bring_to_first(folder / f"rng_state_{ranks.current().index}.pth")
        ranks.wait()
        if not ranks.current().is_first:
            self._thin_out_own(folder)
            return
        fence.check(self._run)
        checkpoints.mark(folder, self._origin)
        best = history.best(history.looks(state.log_history, self._figure))
        checkpoints.thin_out(self._run, keep=self._recipe.checkpoints_kept, best=best.step if best else None)
        self._journal.event("checkpoint", f"Saved step {state.global_step}.", step=state.global_step)

    def _thin_out_own(self, folder: Path) -> None:
        """In a folder of its own a process keeps no random states: the first one has them all."""
        if not ranks.share_folder():
            shutil.rmtree(folder, ignore_errors=True)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any], **_: Any) -> None:
        evaluated = any(name.startswith("eval_") for name in logs)
        if not evaluated and "loss" not in logs:
            return  # the summary at the end of training
        values = {name.removeprefix("eval_"): value for name, value in logs.items()}
        kind = "evaluation" if evaluated else "train"
        if not evaluated:
            values |= _memory()
        broken = self._journal.metrics(state.global_step, kind, values)
        if broken:
            self._diverged(state.global_step, broken)
        if evaluated:
            accuracy = values.get("rewards/accuracies")
            self._journal.event(
                "evaluation", f"Held-out pairs at step {state.global_step}.", accuracy=accuracy,
                step=state.global_step,
            )  # fmt: skip
            self._check_displacement(state.global_step, values.get("logps/chosen"))
        else:
            self._check(state, values)

    def _diverged(self, step: int, broken: tuple[str, ...]) -> None:
        named = ", ".join(broken)
        self._journal.warning(f"At step {step} these values are no numbers any more: {named}.", step=step)
        raise errors.RecipeError(
            f"Training came apart at step {step}: {named} is no number any more. "
            "Lower the learning rate, or choose fp32."
        )

    def _check(self, state: Any, values: dict[str, Any]) -> None:
        if state.global_step == 1 and not self._resumes:
            self._check_first_loss(values["loss"])
        self._check_leak(state, values.get("rewards/accuracies"))

    def _check_first_loss(self, loss: float) -> None:
        """Nothing has been learned yet: another first loss means another reference."""
        expected = first_loss.of(self._recipe)
        if expected is not None and abs(loss - expected) > _FIRST_LOSS_TOLERANCE * max(1.0, expected):
            raise errors.ModelMissing(
                f"The first loss is {loss:.4f} instead of {expected:.4f}, so the reference is not the model "
                "that training started from. Start from the base model, not from a checkpoint."
            )

    def _check_leak(self, state: Any, accuracy: float | None) -> None:
        early = state.global_step <= max(_LEAK_STEPS, _LEAK_SHARE * state.max_steps)
        if accuracy is None or not early or state.global_step == 1:
            return
        self._early.append(accuracy)
        if len(self._early) >= _LEAK_STEPS and min(self._early[-_LEAK_STEPS:]) > _LEAK_ACCURACY:
            self._tell(
                state.global_step, "leak", "Reward accuracy is above 0.95 within the first tenth of the "
                "run: something other than quality probably tells the answers apart, such as one model's "
                "habits or a stray space.",
            )  # fmt: skip

    def _check_displacement(self, step: int, chosen: float | None) -> None:
        """Of held-out pairs: they are the same at every look, while each step sees others."""
        if chosen is None:
            return
        if self._first_chosen is None:
            self._first_chosen = chosen
        if self._first_chosen - chosen > max(_DISPLACED * abs(self._first_chosen), _DISPLACED_NATS):
            self._tell(
                step, "displacement", "The chosen answers have become more than 20 % less likely than at the "
                "start: the model unlearns both answers. Add sft to the losses, or lower the learning rate.",
            )  # fmt: skip

    def _tell(self, step: int, guard: str, sentence: str) -> None:
        """Once a run: a warning that comes every step is read by nobody."""
        if guard not in self._told:
            self._told.add(guard)
            self._journal.warning(sentence, guard=guard, step=step)


def _first_look(run: Path) -> float | None:
    """The held-out chosen answers' log-probability at the start, in nats; None before the first look."""
    seen = (row for row in metrics.read(run / runs.METRICS) if row["kind"] == "evaluation")
    return next((row["logps/chosen"] for row in seen if row.get("logps/chosen") is not None), None)


def _memory() -> dict[str, int]:
    """The most that all processes together have taken so far, and in a group the most that one has."""
    peaks = ranks.gathered(usage.now().peak_bytes)
    together = {"peak_memory_bytes": sum(peaks)}
    return together if len(peaks) == 1 else together | {"peak_memory_of_one_bytes": max(peaks)}
