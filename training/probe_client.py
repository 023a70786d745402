"""Asks training.probe, a child process that may import transformers, about tokens and templates.

The app process never imports transformers; it talks to the child in JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import errors, recipe
from training.base_model import BaseModel
from training.flaws import Flaw
from training.launchers import local
from training.recipe import DpoRecipe

_PATIENCE_SECONDS = 600.0  # a million pairs take minutes; a hung network must still end


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a rendered side; `in_loss` where the loss covers it."""

    id: int
    text: str
    in_loss: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The exact text of one pair as the trainer sees it, and its tokens, after cutting.

    Attributes:
        why: what it is shown for: "longest", "shortest", "asked for" or "first".
        chosen_cut, rejected_cut: tokens lost at the end.
        flaws: what is wrong with it, for the few words beside it.
    """

    pair_id: str
    why: str
    prompt: str
    chosen: str
    rejected: str
    chosen_tokens: tuple[Token, ...]
    rejected_tokens: tuple[Token, ...]
    chosen_cut: int
    rejected_cut: int
    flaws: tuple[Flaw, ...]


def ask(
    task: str,
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    *,
    home: Path,
    count: int = 0,
    pairs: Sequence[str] = (),
) -> dict[str, Any]:
    """One question to the child process.

    Raises:
        ProbeFailed: it gave no answer; the message is its own sentence where it had one.
    """
    question = {
        "task": task,
        "release": str(release),
        "model": model.to_dict(),
        "recipe": recipe.to_dict(settings),
        "count": count,
        "pairs": list(pairs),
    }
    return _run([sys.executable, "-P", "-m", "training.probe"], json.dumps(question), home)


def ask_hub(model: BaseModel, *, home: Path) -> dict[str, Any]:
    """What the Hub says about a model; see training.hub_model.

    Raises:
        ProbeFailed: the child process gave no answer.
    """
    arguments = [sys.executable, "-P", "-m", "training.hub_model", model.name, model.revision]
    return _run(arguments, "", home)


def _run(arguments: list[str], question: str, home: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            arguments,
            input=question,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=os.environ | local.environment(home / "runs" / "none"),
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise errors.ProbeFailed(
            f"Looking at the model took longer than {_PATIENCE_SECONDS / 60:.0f} minutes and was given up."
        ) from None
    answer = _last_object(done.stdout)
    if answer is None:
        told = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise errors.ProbeFailed(f"The model's tokenizer could not be looked at: {told[0]}")
    if done.returncode != 0 and "error" in answer:
        raise errors.ProbeFailed(str(answer["error"]), finding=str(answer.get("id", "tokenizer")))
    return answer


def _last_object(output: str) -> dict[str, Any] | None:
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            try:
                answer = json.loads(line)
            except ValueError:
                return None
            return answer if isinstance(answer, dict) else None
    return None
