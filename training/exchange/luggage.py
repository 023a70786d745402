"""What a run needs on machines that share no folder with the app: release, base model, checkpoint, request.

Each thing is sent once, under a name made from its content, and fetched once a machine. WHOLE.json goes last
and lists the files with their sizes; a folder without it is not there. The worker checks a release and a
checkpoint against their own manifests besides, and a model against the print it is named by.
"""

import dataclasses
import hashlib
import json
import os
from pathlib import Path

from curation import workspace
from training import checkpoints, demo_model, errors, locks, model_print, runs
from training.base_model import ModelKind
from training.exchange import index, mirror
from training.exchange.storage import Storage
from training.runs import Request, Resumption

HOME_VARIABLE = "PAIRLOOM_CLUSTER_HOME"  # of a machine of the cluster: where it keeps what it fetches
_HOME = "~/.cache/pairloom"
_WHOLE = "WHOLE.json"
LIST = "luggage.json"


def home() -> Path:
    """Where this machine keeps what it fetches, and works."""
    return Path(os.environ.get(HOME_VARIABLE) or _HOME).expanduser()


def place(storage: Storage, run: str) -> Storage:
    """Where a run's files lie at the storage."""
    return storage.at("runs", run)


def pack(run: Path, storage: Storage) -> None:
    """Send what a run needs; what is there already is not sent again.

    Raises:
        Unreachable: the storage refuses or does not answer.
        StopAsked: somebody asked to stop the run; what was under way has no WHOLE.json, and so is not there.
    """
    request = runs.read_request(run)
    model = _model_folder(request, run)
    needs = {"release": _sent(run, storage, f"releases/{request.fingerprint}", request.release)}
    if model is not None:
        needs["model"] = _sent(run, storage, f"models/{model_print.of(model)}", model)
    if request.resumes is not None:
        folder = request.resumes.checkpoint
        digest = hashlib.sha256((folder / checkpoints.COMPLETE).read_bytes()).hexdigest()
        needs["checkpoint"] = _sent(run, storage, f"checkpoints/{digest}", folder)
    there = place(storage, run.name)
    there.write(LIST, json.dumps(needs).encode())
    there.send(run / runs.REQUEST, runs.REQUEST)


def unpack(storage: Storage, run: str, folder_name: str) -> Path:
    """Make a run folder on this machine, with everything it needs beside it.

    Args:
        folder_name: of the run folder; every process has its own.

    Raises:
        Unreachable: the storage refuses, does not answer, or lacks something.
    """
    there = place(storage, run)
    needs = index.document(there, LIST)
    folder = home() / "runs" / folder_name
    (folder / "control").mkdir(parents=True, exist_ok=True)
    if needs is None or not there.fetch(runs.REQUEST, folder / runs.REQUEST):
        raise errors.Unreachable(f"The storage {storage.url} does not hold what run {run} needs.")
    request = runs.read_request(folder)
    release = _fetched(storage, needs["release"], request.release.name)
    runs.write_request(folder, dataclasses.replace(_with_model(storage, request, needs), release=release))
    return _with_checkpoint(storage, folder, needs)


def bring_checkpoints(storage: Storage, run: str, folder: Path, *, newest_only: bool) -> None:
    """Put what an earlier turn has saved into a run folder, so that its worker goes on from there.

    Raises:
        Unreachable: as for unpack.
    """
    there = place(storage, run)
    name, kept = index.kept(index.turns(there))
    wanted = sorted(kept, key=lambda one: int(one.rpartition("-")[2]))
    for one in wanted[-1:] if newest_only else wanted:
        if not mirror.fetch_folder(there.at(name, one), kept[one], folder / one):
            raise errors.Unreachable(f"The storage {storage.url} lacks a part of {one} of run {run}.")


def _model_folder(request: Request, run: Path) -> Path | None:
    """The base model's folder here; None where the machines have to make or fetch it themselves."""
    if request.model.kind is ModelKind.DEMO:
        made = demo_model.folder(workspace.Workspace(home=run.parent.parent).models)
        return made if demo_model.is_made(made) else None
    if request.model.kind is ModelKind.HUB:
        return None  # from the Hub, by its commit
    return Path(request.model.path)


def _with_model(storage: Storage, request: Request, needs: dict[str, str]) -> Request:
    if "model" not in needs:
        return dataclasses.replace(request, model=dataclasses.replace(request.model, path=""))
    model = _fetched(storage, needs["model"], Path(request.model.path).name or "demo")
    if model_print.of(model) != needs["model"].rpartition("/")[2]:
        raise errors.Unreachable(f"The base model {storage.url}/{needs['model']} is not what was sent.")
    # Not as a demo model: that would be looked for, and made, where the app keeps its own.
    known = dataclasses.replace(request.model, kind=ModelKind.PATH, path=str(model))
    return dataclasses.replace(request, model=known)


def _with_checkpoint(storage: Storage, folder: Path, needs: dict[str, str]) -> Path:
    request = runs.read_request(folder)
    if request.resumes is None:
        return folder
    checkpoint = _fetched(storage, needs["checkpoint"], f"checkpoint-{request.resumes.step}")
    resumes = Resumption(run=request.resumes.run, checkpoint=checkpoint, step=request.resumes.step)
    runs.write_request(folder, dataclasses.replace(request, resumes=resumes))
    return folder


def _sent(run: Path, storage: Storage, name: str, folder: Path) -> str:
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    there = storage.at(name)
    if index.document(there, _WHOLE) != sizes:
        for file in sizes:
            if runs.stop_asked(run):  # a model may be on its way for an hour
                raise errors.StopAsked(f"Somebody asked to stop run {run.name}.")
            there.send(folder / file, file)
        there.write(_WHOLE, json.dumps(sizes).encode())
    return name


def _fetched(storage: Storage, name: str, folder_name: str) -> Path:
    """One process of a machine fetches a folder, the others wait for it."""
    target = home() / name / folder_name
    target.parent.mkdir(parents=True, exist_ok=True)
    with locks.held(target.parent.with_suffix(".lock")):
        sizes = index.document(storage.at(name), _WHOLE)
        if not target.exists() and (
            sizes is None or not mirror.fetch_folder(storage.at(name), sizes, target)
        ):
            raise errors.Unreachable(f"The storage {storage.url} lacks {name}, which the run needs.")
    return target
