"""Sees to it that every run that has not ended has a living supervisor, after a restart of the app too."""

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

from curation import workspace
from training import documents, errors, locks, run_views, runs
from training.launchers import local, table

_logger = logging.getLogger(__name__)


def adopt_all(space: workspace.Workspace) -> list[str]:
    """Give every run that should be watched, but is not, a supervisor; for the app's start and for status.

    Returns:
        Ids of the runs that were adopted: living ones go on, dead ones are closed truthfully.
    """
    adopted = []
    for folder in run_views.folders(space):
        try:
            if adopt(folder):
                adopted.append(folder.name)
        except errors.DamagedFile as error:
            # Neither the app nor the other runs wait for one folder; the page of the runs names it.
            _logger.warning("a run is passed over: %s", error)
    return adopted


def adopt(run: Path) -> bool:
    """Give one run a supervisor if it needs one; see adopt_all."""
    if runs.read_state(run).state.is_final or locks.is_held(run / runs.SUPERVISOR_LOCK):
        return False
    if _belongs_elsewhere(run):
        return False
    watch(run)
    return True


def _belongs_elsewhere(run: Path) -> bool:
    """Another machine on the same storage is at work on it: its processes cannot be judged from here.

    A cluster can be asked from any machine: there only the lock of the supervisor says that one watches.
    """
    request = runs.read_request(run)
    if table.entry(request.launcher).anywhere:
        return False
    known = documents.read_or_none(run / runs.PROCESS) or {}
    host = known.get("host") or request.host
    silent = runs.silent_seconds(run)
    return host != socket.gethostname() and silent is not None and silent < runs.SILENT_SECONDS


def watch(run: Path) -> None:
    """Start the supervisor process; it returns as soon as a detached copy of it watches.

    Raises:
        LaunchFailed: it did not start; the run stays queued.
    """
    arguments = [sys.executable, "-P", "-m", "training.watch", str(run)]
    with (run / runs.SUPERVISOR_LOG).open("ab") as log:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | local.source_path(),
            start_new_session=True,
            check=False,
        )
    if done.returncode != 0:
        raise errors.LaunchFailed(
            f"The supervisor of {run.name} did not start; {run / runs.SUPERVISOR_LOG} says why. "
            "The run stays queued and starts with the app."
        )
