"""Files packed with gzip or zstd, unpacked once beside the uploads."""

from pathlib import Path

import pyarrow as pa

from curation.errors import UnreadableSource

_KINDS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_PIECE = 4 * 1024 * 1024
# Text packs to a tenth; a thousandfold is no text but a file made to fill a disk. (choice)
_MOST_TIMES = 200
_ALWAYS_ALLOWED = 256 * 1024 * 1024  # bytes: many equal short rows pack well and do no harm


def unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or where its content lies unpacked.

    Args:
        folder: for the unpacked copy, named by the packed file's content: it is made once.

    Raises:
        UnreadableSource: it is damaged or cut off, or grows beyond all measure.
    """
    kind = _kind(path)
    if kind is None:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"unpacked-{path.stem}"[:120]
    if not target.exists():
        partial = target.with_name(target.name + ".tmp")
        try:
            _unpack(path, kind, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def _kind(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError:
        return None  # whoever reads it says so
    return next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)


def _unpack(path: Path, kind: str, target: Path) -> None:
    limit = max(_ALWAYS_ALLOWED, _MOST_TIMES * path.stat().st_size)
    written = 0
    try:
        with pa.CompressedInputStream(pa.OSFile(str(path)), kind) as source, target.open("wb") as out:
            while piece := source.read(_PIECE):
                written += len(piece)
                if written > limit:
                    raise UnreadableSource(
                        f"{path.name} is packed with {kind} and unpacks to over {limit // 1024**2:,} MB, "
                        f"over {_MOST_TIMES} times its size. Unpack it yourself if that is right."
                    )
                out.write(piece)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableSource(
            f"{path.name} is packed with {kind} and damaged or cut off. Download or pack it again."
        ) from error
