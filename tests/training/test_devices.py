"""What runs may compute on beside each other, asked of a real program that answers as nvidia-smi does."""

import stat
from pathlib import Path

import pytest

from training import devices

GPUS = "GPU-aaaa1111 GPU-bbbb2222 GPU-cccc3333"


@pytest.fixture
def three_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\nfor gpu in {GPUS}; do echo $gpu; done\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("three_gpus")
@pytest.mark.parametrize(
    ("visible", "slots"),
    [
        (None, ("GPU-aaaa1111", "GPU-bbbb2222", "GPU-cccc3333")),
        ("2,0", ("GPU-cccc3333", "GPU-aaaa1111")),
        ("GPU-bbbb", ("GPU-bbbb2222",)),
        ("1,7,0", ("GPU-bbbb2222",)),
        ("-1", ("cpu",)),
        ("", ("cpu",)),
    ],
    ids=["all", "by index", "by UUID", "an unknown one hides the rest", "hidden", "none"],
)
def test_every_visible_gpu_is_a_device_of_its_own(
    visible: str | None, slots: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices.slots() == slots


def test_a_worker_sees_its_own_gpu_alone() -> None:
    assert devices.only(("GPU-bbbb2222",)) == {"CUDA_VISIBLE_DEVICES": "GPU-bbbb2222"}
    assert devices.only(("cpu",)) == {}
