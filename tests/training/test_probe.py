"""The child process that looks at tokenizer and template."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from training import measured, presets, recipe


def ask(task: str, release: Path, model: dict[str, str], **changes: str) -> tuple[int, dict[str, Any]]:
    settings = recipe.with_changes(presets.find("demo").recipe, changes)
    question = {
        "task": task, "release": str(release), "model": model, "recipe": recipe.to_dict(settings), "count": 2,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "training.probe"], input=json.dumps(question), capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


DEMO = {"kind": "demo", "name": "demo", "path": "", "revision": ""}


def test_the_exact_text_of_the_first_pairs_is_shown_token_by_token(small_release: Path) -> None:
    code, answer = ask("exact", small_release, DEMO)
    assert code == 0
    assert [one["why"] for one in answer["rendered"]] == ["longest", "shortest", "first", "first"]
    first = answer["rendered"][2]
    assert "".join(token["text"] for token in first["chosen_tokens"]) == first["chosen"]
    covered = "".join(token["text"] for token in first["chosen_tokens"] if token["in_loss"])
    assert covered == "The capital is Ada.<|im_end|>"


def test_lengths_are_counted_over_both_splits(small_release: Path) -> None:
    code, answer = ask("lengths", small_release, DEMO, max_prompt_length="20", max_length="30")
    assert code == 0
    assert answer["pairs"] == 32
    assert answer["flaws"]["answer_cut"]["count"] == 32
    assert len(answer["flaws"]["answer_cut"]["first"]) == measured.EXAMPLES
    assert answer["longest"] > 30
    assert answer["prompts_cut"]["count"] == 32


def test_a_model_that_is_not_there_gets_one_sentence(tmp_path: Path, small_release: Path) -> None:
    model = {"kind": "path", "name": "gone", "path": str(tmp_path / "gone"), "revision": ""}
    code, answer = ask("exact", small_release, model)
    assert code == 1
    assert answer["error"].startswith(f"The tokenizer of {tmp_path / 'gone'} cannot be loaded")
