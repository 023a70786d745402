"""Libraries that a run does not use stay out of its process, and only those."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.test_dpo import demo
from tests.training.test_run_folder import REQUEST
from training import base_model, recipe, spared
from training.base_model import BaseModel


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("bitsandbytes",)),
        ({"tuning": "full"}, ("bitsandbytes",)),
        ({"optimizer": "paged_adamw_32bit"}, ("bitsandbytes",)),  # without a GPU nothing is paged
        ({"optimizer": "adamw_8bit"}, ()),
        ({"optimizer": "paged_adamw_8bit"}, ()),
        ({"tuning": "lora_4bit"}, ()),
        ({"tuning": "lora_8bit"}, ()),
    ],
    ids=lambda value: " ".join(value.values()) or "demo" if isinstance(value, dict) else "",
)
def test_bitsandbytes_is_spared_where_neither_weights_nor_optimiser_are_rounded(
    changes: dict[str, str], expected: tuple[str, ...]
) -> None:
    asked = replace(REQUEST, recipe=recipe.to_dict(demo(**changes)))
    assert spared.unneeded(asked) == expected


def test_bitsandbytes_is_kept_for_a_model_that_is_or_may_be_rounded_already(
    tmp_path: Path,
) -> None:
    def left_out(model: BaseModel) -> bool:
        return bool(spared.unneeded(replace(REQUEST, model=model, recipe=recipe.to_dict(demo()))))

    assert not left_out(base_model.parse("hub:owner/name"))
    assert not left_out(base_model.parse(str(tmp_path)))  # no config.json, so nobody knows
    (tmp_path / "config.json").write_text(json.dumps({"vocab_size": 9}), encoding="utf-8")
    assert left_out(base_model.parse(str(tmp_path)))
    (tmp_path / "config.json").write_text(json.dumps({"quantization_config": {}}), encoding="utf-8")
    assert not left_out(base_model.parse(str(tmp_path)))


def test_a_library_kept_out_is_found_again_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_heavy_library.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with spared.kept_out(("a_heavy_library", "json")):
        assert importlib.util.find_spec("a_heavy_library") is None
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("a_heavy_library")
        assert importlib.import_module("json") is json  # loaded before, so it stays
    assert importlib.import_module("a_heavy_library").__name__ == "a_heavy_library"


_LOAD = """
import sys
from training import spared
with spared.kept_out(("bitsandbytes",)):
    from training import job, trial
print(sorted(name for name in ("bitsandbytes", "peft", "trl") if name in sys.modules))
"""


def test_everything_that_a_run_loads_does_without_bitsandbytes() -> None:
    told = subprocess.run([sys.executable, "-c", _LOAD], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines()[-1] == "['peft', 'trl']"
