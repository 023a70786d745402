"""The launchers by name: where the worker of a run computes, behind submit, status, stop and logs.

A launcher is a module with the functions of `Launcher`; it is imported when a run needs it, so that what
only one of them needs (Ray) is missed by nobody else. Who watches a run knows no pid: it asks the launcher.
"""

import importlib
import importlib.util
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from training import errors, runs
from training.launchers import settings
from training.launchers.settings import Setting
from training.turns import Places, Turn


class Worker(Protocol):
    """A worker that was submitted, by us or by a supervisor that died; perhaps on another machine."""

    @property
    def name(self) -> str:
        """Who it is, for the supervisor's log: "process 4711", or a job of a cluster."""

    @property
    def adopted(self) -> bool:
        """Another supervisor submitted it, and what was forced on it before is not known."""

    def has_ended(self) -> bool:
        """Raises Unreachable where nothing can be said at this moment."""

    def close(self) -> int | None:
        """After the end: remove everything that it left running.

        Returns:
            The exit code, negative for a signal; None where nobody can tell.
        """


class Launcher(Protocol):
    """What a launcher can do. The run folder is all it is told: settings are in request.json."""

    def places(self, run: Path) -> Places:
        """What the run takes of this machine, and so waits for."""

    def submit(self, run: Path, turn: Turn) -> Worker:
        """Start the worker; it prints into worker.log, which is there before the worker is.

        Raises:
            OSError, LaunchRefused: it cannot be started; the run has failed.
            StopAsked: somebody asked to stop it before it was there.
        """

    def status(self, run: Path) -> Worker | None:
        """The living worker of a run, whoever submitted it; None where there is none.

        Raises:
            Unreachable: nothing can be said at this moment.
        """

    def stop(self, run: Path, number: signal.Signals) -> bool:
        """SIGTERM, later SIGKILL, after the worker has overlooked control/stop; True where it was sent."""

    def logs(self, run: Path, lines: int) -> list[str]:
        """The last lines that the worker has printed, oldest first."""

    def clear_up(self, run: Path) -> str | None:
        """Remove what a worker left running that ended while nobody watched.

        Returns:
            Why nobody can know how it ended, a sentence; None where its run folder tells.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One launcher.

    Attributes:
        words: what it is, for a page.
        package: that it needs beyond requirements.txt, "" for none.
        requirements: the file that installs the package.
        anywhere: its workers can be watched and ended from every machine that sees the run folder.
    """

    name: str
    module: str
    words: str
    settings: tuple[Setting, ...] = ()
    package: str = ""
    requirements: str = ""
    anywhere: bool = False

    @property
    def is_installed(self) -> bool:
        return not self.package or importlib.util.find_spec(self.package) is not None


TABLE: tuple[Entry, ...] = (
    Entry(name="local", module="training.launchers.local", words="One process on this machine"),
    Entry(
        name="accelerate",
        module="training.launchers.accelerated",
        words="Several processes on this machine",
        settings=settings.ACCELERATE,
    ),
    Entry(
        name="ray",
        module="training.launchers.ray_jobs",
        words="Several machines (Ray)",
        settings=settings.RAY,
        package="ray",
        requirements="requirements-ray.txt",
        anywhere=True,
    ),
)
NAMES: tuple[str, ...] = tuple(entry.name for entry in TABLE)


def entry(name: str) -> Entry:
    """A launcher's row.

    Raises:
        LaunchRefused: there is no launcher of that name.
    """
    for row in TABLE:
        if row.name == name:
            return row
    raise errors.LaunchRefused(f"There is no launcher {name!r}. Choose one of {', '.join(NAMES)}.")


def find(name: str) -> Launcher:
    """The launcher of that name.

    Raises:
        LaunchRefused: there is none, or a package that it needs is not installed.
    """
    row = entry(name)
    if not row.is_installed:
        raise errors.LaunchRefused(
            f"The launcher {name} needs {row.package.capitalize()}, which is not installed. "
            f"Run `pip install -r {row.requirements}`, or choose another launcher."
        )
    return cast(Launcher, importlib.import_module(row.module))


def of_run(run: Path) -> Launcher:
    """The launcher that a run was asked to be started with.

    Raises:
        LaunchRefused: as for find.
    """
    return find(runs.read_request(run).launcher)


def checked(name: str, given: Mapping[str, str | int]) -> dict[str, str | int]:
    """The settings of a launcher, those that were not given at their defaults.

    Args:
        given: values as text, from a command line, or as they are.

    Raises:
        LaunchRefused: there is no such launcher or setting, or a value does not fit.
    """
    return settings.checked(name, entry(name).settings, given)
