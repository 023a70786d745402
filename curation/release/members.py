"""Which names a manifest may give to the files of its folder: a release may come from anybody."""

from pathlib import PurePosixPath


def is_member(name: str) -> bool:
    """Whether the name stays inside the folder: else a push would send files of this machine.

    Links are no matter: the Hub's cache is made of them, and what they lead to must have the digest that
    the manifest names.

    Args:
        name: of a file, with slashes, relative to the folder; it need not exist.
    """
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and not {"\\", "\0"} & set(name)
