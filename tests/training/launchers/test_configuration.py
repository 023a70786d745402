"""The configuration that accelerate gets, read by accelerate's own reader, and who is to blame in a group."""

import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from training import presets, recipe
from training.launchers import accelerated, configuration, table

RECIPE = presets.find("orca").recipe
STRATEGIES = {"ddp": "MULTI_GPU", "fsdp": "FSDP", "deepspeed": "DEEPSPEED"}


def _launch(strategy: str, **given: str | int) -> dict[str, str | int]:
    return table.checked("accelerate", {"strategy": strategy, **given})


def _read(tmp_path: Path, text: str) -> Any:
    from accelerate.commands.config.config_args import load_config_from_file

    path = tmp_path / "accelerate.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config_from_file(str(path))  # refuses unknown keys


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_accelerate_reads_the_configuration_as_it_is_meant(tmp_path: Path, strategy: str) -> None:
    read = _read(tmp_path, configuration.text(RECIPE, _launch(strategy, processes=4)))
    assert read.distributed_type.value == STRATEGIES[strategy]
    assert read.num_processes == 4
    assert read.mixed_precision == "bf16"
    assert not read.use_cpu


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_accelerate_launch_takes_every_field_of_it(tmp_path: Path, strategy: str) -> None:
    from accelerate.commands import launch

    path = tmp_path / "accelerate.yaml"
    path.write_text(configuration.text(RECIPE, _launch(strategy)), encoding="utf-8")
    words = ["--config_file", str(path), "-m", "training.worker", "run"]
    args, _, _ = launch._validate_launch_command(launch.launch_command_parser().parse_args(words))
    assert (args.multi_gpu, args.use_fsdp, args.use_deepspeed) == tuple(one == strategy for one in STRATEGIES)
    known = vars(args)
    for section in ("fsdp_config", "deepspeed_config"):
        for name, value in (yaml.safe_load(path.read_text()).get(section) or {}).items():
            assert known[name] == value, name


def test_single_precision_is_a_word_for_accelerate_and_not_yamls_false(tmp_path: Path) -> None:
    settings = recipe.with_changes(RECIPE, {"precision": "fp32"})
    assert _read(tmp_path, configuration.text(settings, _launch("ddp"))).mixed_precision == "no"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_field_has_its_reason_behind_it(strategy: str) -> None:
    lines = configuration.text(RECIPE, _launch(strategy)).splitlines()
    assert all("  # " in line or line in ("fsdp_config:", "deepspeed_config:") for line in lines)


def test_deepspeed_accumulates_what_the_step_leaves_each_process(tmp_path: Path) -> None:
    read = _read(tmp_path, configuration.text(RECIPE, _launch("deepspeed", zero_stage=3)))
    assert read.deepspeed_config["gradient_accumulation_steps"] == RECIPE.accumulation // 2
    assert read.deepspeed_config["zero_stage"] == 3


def test_the_command_is_torchrun_on_a_processor_and_accelerate_on_gpus() -> None:
    on_cpu = accelerated.command("RUN", _launch("ddp"), gpus=False)
    assert " ".join(on_cpu) == "torchrun --standalone --nproc-per-node 2 -m training.worker RUN"
    on_gpus = accelerated.command("RUN", _launch("fsdp"), gpus=True)
    assert " ".join(on_gpus[:3]) == "accelerate launch --config_file"


@pytest.mark.parametrize(
    ("codes", "blamed"),
    [
        ({0: 1, 1: -signal.SIGKILL}, (1, -signal.SIGKILL)),
        ({0: -signal.SIGTERM, 1: 1}, (1, 1)),
        ({0: 1, 1: 1}, (0, 1)),
    ],
    ids=["killed before failed", "ended by the agent", "the first"],
)
def test_the_process_that_went_first_is_blamed(codes: dict[int, int], blamed: tuple[int, int]) -> None:
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

    from training.launchers import agent

    failures = {
        rank: ProcessFailure(local_rank=rank, pid=rank, exitcode=code, error_file="/nowhere")
        for rank, code in codes.items()
    }
    # One that was ended by the agent cannot have been the first; give the clock no say in it here.
    for rank, failure in failures.items():
        failure.timestamp = 9 if failure.exitcode == -signal.SIGTERM else rank
    assert agent.cause(failures) == blamed
