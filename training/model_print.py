"""A fingerprint of a model folder in a second, not in minutes: is this the model that a run began with?

Small files are read whole. Of weights, which may be hundreds of gigabytes, size and 64 blocks spread evenly
over the file count: saving other weights of the same shapes changes nearly every block.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

_WHOLE = 4 << 20  # bytes up to which a file is read whole
_BLOCK = 1 << 16
_BLOCKS = 64
_READ = {".json", ".safetensors", ".bin", ".model", ".jinja", ".txt"}


def of(folder: Path) -> str:
    """SHA-256 over names, sizes and contents as described above; "" where there is no such folder."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _READ):
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        for block in _read(path, size):
            digest.update(block)
    return digest.hexdigest()


def _read(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        if size <= _WHOLE:
            yield file.read()
            return
        for number in range(_BLOCKS):
            file.seek(number * (size - _BLOCK) // (_BLOCKS - 1))
            yield file.read(_BLOCK)
