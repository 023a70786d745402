"""Downloads as signed links: a release folder or a run's results as one ZIP, streamed from disk.

`st.download_button` would hold the whole file in the memory of the server (a 400 MB file: +851 MB).
A link is made by a page that has checked the role; it names one folder and ends after twelve hours.
"""

import os
import zipfile
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from curation import workspace
from curation.errors import NotAllowed
from curation.model import Role
from pages.parts import guard

_VALID_SECONDS = 12 * 3600
_SALT = "download"
# What a run's archive leaves out: checkpoints are large, and only a resume needs them.
_LEFT_OUT = ("checkpoint-", "control", "reference")


def link(folder: Path) -> str:
    """A signed address for one folder inside the workspace's releases, exports or runs.

    Raises:
        ValueError: the folder is none of them.
    """
    place = workspace.current()
    if folder.parent not in (place.releases, place.exports, place.runs):
        raise ValueError(f"{folder} is neither a release nor an export nor a run")
    token = _signer(place).dumps(f"{folder.parent.name}/{folder.name}")
    return f"/download/{folder.name}.zip?token={token}"


def routes() -> list[Route]:
    """What app.py mounts."""
    return [Route("/download/{name}", _download, methods=["GET"])]


def _download(request: Request) -> Response:
    place = workspace.current()
    try:
        guard.permitted(Role.LEAD)
    except NotAllowed as error:
        return PlainTextResponse(str(error), status_code=403)
    try:
        subject = str(_signer(place).loads(request.query_params.get("token", ""), max_age=_VALID_SECONDS))
    except BadSignature:
        return PlainTextResponse(
            "This link is not valid any more. Open the page again and take a new one.", status_code=403
        )
    folder = place.home / subject
    if not folder.is_dir():
        return PlainTextResponse("What this link names is no longer in the workspace.", status_code=404)
    archive = _zipped(folder, place.home / "downloads")
    return FileResponse(archive, filename=f"{folder.name}.zip", media_type="application/zip")


def _zipped(folder: Path, target: Path) -> Path:
    """The folder as a ZIP, made anew when a file in it is newer than the last one."""
    target.mkdir(exist_ok=True)
    archive = target / f"{folder.parent.name}-{folder.name}.zip"
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and not _left_out(path.relative_to(folder))
    )
    if archive.exists() and all(path.stat().st_mtime <= archive.stat().st_mtime for path in files):
        return archive
    partial = archive.with_suffix(f".{os.getpid()}.tmp")
    # Stored, not deflated: Parquet and safetensors do not shrink, and deflating 2 GB takes a minute.
    with zipfile.ZipFile(partial, "w", compression=zipfile.ZIP_STORED, strict_timestamps=False) as bundle:
        for path in files:
            bundle.write(path, f"{folder.name}/{path.relative_to(folder)}")
    return partial.replace(archive)


def _left_out(path: Path) -> bool:
    return path.parts[0].startswith(_LEFT_OUT) or path.name.endswith(".lock")


def _signer(place: workspace.Workspace) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(place.secret(), salt=_SALT)
