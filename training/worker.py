"""The training process: `python -m training.worker RUN_DIR`. The only one that imports torch.

Reads the run's request, trains, and says how it ended in result.json, the last thing it writes. Exit code
0 for completed and stopped.
"""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from training import checkpoints, documents, errors, failures, fence, ranks, runs, spared, trackers, usage
from training.base_model import ModelKind
from training.journal import Journal
from training.ranks import Rank
from training.runs import Reason

log = logging.getLogger(__name__)
_TERM_SECONDS = 30.0


def main(run: Path, *, alone: bool = False) -> int:
    """Carry out one run; never raises, so that every end is written down.

    Args:
        alone: this process does nothing else, so that libraries the run does not use may stay out of it.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    rank = ranks.current()
    if rank.count > 1:
        # In a group TERM comes when another process has ended, without which nothing can be saved.
        ranks.end_with(os.getppid())
    elif (
        threading.current_thread() is threading.main_thread()
    ):  # a cluster runs us in a thread of its process
        # TERM comes after the flag was overlooked, or when the machine shuts down: save, then leave.
        signal.signal(signal.SIGTERM, lambda *_: runs.ask_to_stop(run))
    journal = Journal(run, writes=rank.is_first)
    with journal.beating():
        try:
            result = _to_its_end(run, journal, rank, alone=alone)
        except errors.Superseded:
            log.exception("nothing more is written")
            return 1
    return 1 if result["outcome"] == "failed" else 0


def _to_its_end(run: Path, journal: Journal, rank: Rank, *, alone: bool) -> dict[str, Any]:
    try:
        result = _work(run, journal, alone=alone)
    except errors.Superseded:
        raise
    except Exception as error:  # the outermost frame: whatever happened, the folder must say it
        log.exception("the run failed")
        result = _failure(run, error, journal)
    _tell_usage(journal)
    _write_result(run, result, rank)
    return result


def _write_result(run: Path, result: dict[str, Any], rank: Rank) -> None:
    """The first process says how the run has ended; but any that fails, because the first is ended then."""
    failed = result["outcome"] == "failed"
    fence.check(run)
    told_already = failed and rank.count > 1 and (run / runs.RESULT).exists()
    if not told_already and (failed or rank.is_first):
        documents.write(run / runs.RESULT, result)


def _tell_usage(journal: Journal) -> None:
    used = usage.now()
    try:
        journal.event(usage.KIND, used.sentence, **used.to_dict())
    except OSError:
        log.exception("what the run has used could not be written")


def _work(run: Path, journal: Journal, *, alone: bool) -> dict[str, Any]:
    journal.phase("loading libraries")
    if runs.read_request(run).model.kind is not ModelKind.HUB:
        # Before the libraries read it: nothing may wait for a network that is not needed.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    trackers.keep_inside(run, os.environ)
    ranks.join()
    try:
        return _carried_out(run, journal, alone=alone)
    except errors.StopAsked:
        return _result("stopped", None, "Stopped before the first step.", 0, 0)


def _carried_out(run: Path, journal: Journal, *, alone: bool) -> dict[str, Any]:
    request = runs.read_request(run)
    if request.evaluation is not None:
        from training.evaluating import work

        made = work.carry_out(run, journal)
        outcome = "completed" if made.all_of_it else "stopped"
        return _result(outcome, None, made.sentence, made.step, made.max_steps)
    if request.merge is not None:
        from training.merging import work as merging

        steps = merging.carry_out(run, journal)
        return _result("completed", None, "Merged, written and compared.", steps, steps)
    # Imported here and above, under the heartbeat: torch and TRL take seconds.
    with spared.kept_out(spared.unneeded(request) if alone else ()):
        from training import job, trial
    if request.trial:
        trial.carry_out(run, journal)
        return _result("completed", None, "Measured two steps.", trial.STEPS, trial.STEPS)
    done = job.carry_out(run, journal)
    if done.stopped:
        told = _result("stopped", None, f"Stopped at step {done.step}.", done.step, done.max_steps)
    else:
        told = _result("completed", None, f"Completed {done.step} steps.", done.step, done.max_steps)
    return told | ({"best": done.best.to_dict()} if done.best else {})


def _failure(run: Path, error: Exception, journal: Journal) -> dict[str, Any]:
    if ranks.is_loss_of_another(error):
        time.sleep(_TERM_SECONDS)  # the agent ends us; whoever has gone first is the reason, not we
    reason, sentence = failures.classify(error)
    if reason is Reason.DISK:
        checkpoints.drop_unfinished(run)  # what could not be written whole makes room to say so
    try:
        journal.event("error", sentence, reason=reason.value)
    except OSError:
        log.exception("the event could not be written")  # a full disk is the usual cause
    return _result("failed", reason.value, sentence, 0, 0)


def _result(outcome: str, reason: str | None, message: str, step: int, max_steps: int) -> dict[str, Any]:
    return {"outcome": outcome, "reason": reason, "message": message, "step": step, "max_steps": max_steps}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), alone=True))
