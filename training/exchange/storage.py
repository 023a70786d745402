"""Files at a URL, through fsspec: object storage, SFTP, a folder.

Little is asked of it, so that any kind will do: a file is put, read and removed as a whole. Nothing is
renamed, and nothing is listed (stores list late, and fsspec remembers lists) but what is to be removed for
good. Keys come from the environment of each machine, never from the URL, which is written into request.json.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from training import errors

_LOCAL = ("file", "local")
# Where a missing folder is made. Elsewhere a bucket is missing, and s3fs would make one for a slip.
_HAVE_FOLDERS = {*_LOCAL, "memory", "sftp", "ssh", "ftp", "smb", "hdfs", "webhdfs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A place at the storage.

    Attributes:
        url: as it was typed; of the whole storage, for sentences.
        files: fsspec's file system.
        root: path of this place in it.
    """

    url: str
    files: Any
    root: str

    def at(self, *names: str) -> "Storage":
        """A place below this one."""
        return Storage(url=self.url, files=self.files, root="/".join((self.root, *names)))

    def apart(self) -> "Storage":
        """The same place over a connection of its own, for another thread: not every driver can be shared."""
        made = self.files
        files = type(made)(*made.storage_args, **made.storage_options, skip_instance_cache=True)
        return Storage(url=self.url, files=files, root=self.root)

    def read(self, name: str) -> bytes | None:
        """The whole file; None where there is none.

        Raises:
            Unreachable: the storage refuses or does not answer; so for every function here.
        """
        try:
            with self._telling():
                return bytes(self.files.cat_file(self._path(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Put a file whole. Elsewhere than in object storage a reader may meet its beginning only."""
        with self._telling():
            self._with_folder(name, lambda path: self.files.pipe_file(path, content))

    def send(self, source: Path, name: str) -> None:
        """Put a file of this machine.

        Raises:
            FileNotFoundError: it is not there any more.
        """
        if not source.exists():
            raise FileNotFoundError(source)
        with self._telling():
            self._with_folder(name, lambda path: self.files.put_file(str(source), path))

    def fetch(self, name: str, target: Path) -> bool:
        """Bring a file onto this machine; False where there is none."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._telling():
                self.files.get_file(self._path(name), str(target))
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        """Nothing happens where there is no such file."""
        try:
            with self._telling():
                self.files.rm_file(self._path(name))
        except FileNotFoundError:
            return

    def clear(self) -> None:
        """Remove this place with everything below it; nothing happens where there is nothing."""
        with self._telling():
            for path, is_folder in self._below(self.root):
                with contextlib.suppress(FileNotFoundError):
                    if not is_folder:
                        self.files.rm_file(path)
                    elif self._has_folders():
                        self.files.rmdir(path)

    def is_there(self) -> bool:
        """False where this place is a folder that is missing, as that of a disk which is not mounted."""
        with self._telling():
            return not self._has_folders() or bool(self.files.isdir(self.root))

    def _below(self, folder: str) -> Iterator[tuple[str, bool]]:
        """What lies below a folder, and whether it is one; last the folder itself.

        Level by level: fsspec's own walk passes over what refuses, and its own removal of a tree takes
        brackets in a name for a pattern.
        """
        try:
            found = self.files.ls(folder, detail=True)
        except FileNotFoundError:
            return
        for one in found:
            if one["type"] != "directory":
                yield one["name"], False
            elif one["name"].rstrip("/") != folder:  # object stores may list a mark of the folder itself
                yield from self._below(one["name"].rstrip("/"))
        yield folder, True

    def _has_folders(self) -> bool:
        kinds = self.files.protocol
        return bool(_HAVE_FOLDERS & {*((kinds,) if isinstance(kinds, str) else kinds)})

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"

    def _with_folder(self, name: str, put: Any) -> None:
        path = self._path(name)
        try:
            put(path)
        except FileNotFoundError as error:
            if not self._has_folders():
                raise OSError(f"there is no bucket {path.split('/')[0]}") from error
            self.files.makedirs(path.rpartition("/")[0], exist_ok=True)
            put(path)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # every driver of fsspec raises classes of its own
            said = (str(error).strip().splitlines() or [""])[0] or type(error).__name__
            raise errors.Unreachable(
                f"The storage {self.url} refuses or does not answer ({said}). Mend it, the keys, or the URL."
            ) from error


def opened(url: str) -> Storage:
    """The storage at a URL; nothing is sent yet.

    Raises:
        LaunchRefused: it is no URL, holds a password, or needs a driver that is not installed.
    """
    typed = url.strip().rstrip("/")
    parts = urlsplit(typed)
    if "://" not in typed:
        raise errors.LaunchRefused(f"{typed!r} is no URL. Write it as s3://bucket/folder or file:///folder.")
    if parts.password:
        raise errors.LaunchRefused(
            "The URL of the storage holds a password, which every run would write down. Set the keys in the "
            "environment of the app and of every machine instead."
        )
    import fsspec  # loaded by runs that need it

    kind = parts.scheme.rpartition("::")[2]
    more = {"auto_mkdir": True} if kind in _LOCAL else {}
    try:
        files, root = fsspec.core.url_to_fs(typed, use_listings_cache=False, **more)
    except ImportError as error:
        raise errors.LaunchRefused(
            f"{kind}:// needs a driver: {error}. Install it here and on every machine of the cluster."
        ) from error
    except (ValueError, TypeError, OSError) as error:
        raise errors.LaunchRefused(f"The storage {typed} cannot be opened: {error}.") from error
    return Storage(url=typed, files=files, root=root.rstrip("/"))
