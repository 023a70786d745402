"""What several processes are started with, for a person: the command and accelerate's file."""

from collections.abc import Mapping

from training import devices, errors
from training.launchers import accelerated, configuration
from training.recipe import DpoRecipe

RUN = "RUN_DIR"  # stands for the run's folder, which is made at the start


def command(launch: Mapping[str, str | int]) -> str:
    """What starts the processes on this machine; it needs nothing of the app."""
    gpus = devices.are_gpus(devices.slots())
    threads = "" if gpus else f"OMP_NUM_THREADS={accelerated.environment(launch)['OMP_NUM_THREADS']} "
    return threads + " ".join(accelerated.command(RUN, launch, gpus=gpus))


def file(settings: DpoRecipe, launch: Mapping[str, str | int]) -> str:
    """accelerate's configuration; "" where the step cannot be shared, which a finding says."""
    try:
        return configuration.text(settings, launch)
    except errors.RecipeError:
        return ""


def written(settings: DpoRecipe, launcher: str, launch: Mapping[str, str | int]) -> str:
    """Both, for a terminal; "" for another launcher."""
    if launcher != "accelerate":
        return ""
    return (
        f"\n\nStarted as:\n  {command(launch)}\n"
        f"\n{accelerated.CONFIGURATION} of the run, where there are GPUs:\n{file(settings, launch)}"
    )
