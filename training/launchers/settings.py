"""What can be set of a launcher: each setting with its default, range and reason, and their check."""

from collections.abc import Mapping
from dataclasses import dataclass

from training import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting; its default's type is its type.

    Attributes:
        low, high: of a number.
        choices: of a text; () for any text.
        why: for the page and the command line.
    """

    name: str
    default: str | int
    why: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()


ACCELERATE: tuple[Setting, ...] = (
    Setting(
        name="processes", default=2, low=2, high=64, why="One a GPU; on a processor they share its cores."
    ),
    Setting(
        name="strategy",
        default="ddp",
        choices=("ddp", "fsdp", "deepspeed"),
        why="ddp: every GPU holds the whole model; the others split it, for one that does not fit.",
    ),
    Setting(
        name="zero_stage",
        default=2,
        low=1,
        high=3,
        why="DeepSpeed only: 1 splits the optimiser's memory, 2 also gradients, 3 also weights.",
    ),
)
RAY: tuple[Setting, ...] = (
    Setting(
        name="address",
        default="auto",
        why="Of the cluster's dashboard, such as http://HEAD:8265; auto is a cluster on this machine.",
    ),
    Setting(
        name="workers",
        default=2,
        low=1,
        high=1024,
        why="Processes that train together, each on a GPU where the cluster has any, else on a processor.",
    ),
    Setting(
        name="patience",
        default=60,
        low=0,
        high=86_400,
        why="Seconds to wait for another machine after one was lost; then fewer workers go on.",
    ),
    Setting(
        name="storage",
        default="",
        why="Where machines that do not see the workspace get and leave files, such as s3://bucket/folder or "
        "file:///mnt/exchange; empty where all see it at the same path.",
    ),
)


def checked(
    launcher: str, known: tuple[Setting, ...], given: Mapping[str, str | int]
) -> dict[str, str | int]:
    """Every known setting, at the given value or at its default.

    Raises:
        LaunchRefused: a setting is not known, or a value does not fit.
    """
    names = [setting.name for setting in known]
    strange = [name for name in given if name not in names]
    if strange:
        way = f"It has {', '.join(names)}" if names else "It has none"
        raise errors.LaunchRefused(f"The launcher {launcher} has no setting {strange[0]!r}. {way}.")
    return {setting.name: _value(setting, given.get(setting.name, setting.default)) for setting in known}


def _value(setting: Setting, given: str | int) -> str | int:
    if isinstance(setting.default, str):
        text = str(given).strip()
        if setting.choices and text not in setting.choices:
            ways = ", ".join(setting.choices)
            raise errors.LaunchRefused(f"{setting.name} cannot be {text!r}. Choose one of {ways}.")
        return text
    try:
        number = int(given)
    except ValueError:
        number = setting.low - 1
    if not setting.low <= number <= setting.high:
        raise errors.LaunchRefused(
            f"{setting.name} cannot be {given!r}. Give a whole number from {setting.low} to {setting.high}."
        )
    return number
