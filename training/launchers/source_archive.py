"""Our own code as an archive, so that a cluster computes with the very version that the app runs."""

import functools
import hashlib
import io
import zipfile
from pathlib import Path

_SOURCE = Path(__file__).resolve().parents[2]
_PACKAGES = ("training", "curation")
_LEFT_OUT = ("__pycache__",)
_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # equal code gives equal bytes, and so the same name


@functools.cache
def made() -> tuple[str, bytes]:
    """Name and bytes of a zip archive of training and what it imports; the name changes with the code."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files():
            entry = zipfile.ZipInfo(path.relative_to(_SOURCE).as_posix(), _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    content = held.getvalue()
    # Ray unpacks and names packages by this prefix.
    return f"_ray_pkg_{hashlib.sha256(content).hexdigest()[:16]}.zip", content


def _files() -> list[Path]:
    found = [path for package in _PACKAGES for path in (_SOURCE / package).rglob("*") if path.is_file()]
    return sorted(path for path in found if not set(path.parts) & set(_LEFT_OUT))
