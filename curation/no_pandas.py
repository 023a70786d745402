"""Keeps pandas out of processes of ours that have no use for it.

At the first list that it is given, pyarrow imports pandas to tell lists from its series: a quarter of a
second of processor time in every worker. Nobody but the entry points of such processes calls this.
"""

import sys
from importlib.machinery import ModuleSpec


class _Absent:
    """Answers for pandas as if it were not installed, which pyarrow is prepared for."""

    def find_spec(self, name: str, *_where: object) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError("this process does without pandas", name=name)
        return None


def here() -> None:
    """From now on, in this process."""
    sys.meta_path.insert(0, _Absent())
