"""The files that take longest begin first, so that at the end no worker waits for the other."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# A minute or more each on two cores; the first story leaves its demo model to the ones after it.
LONGEST = (
    "training/launchers/test_ray_cluster.py",
    "browser/test_story.py",
    "training/launchers/test_two_processes.py",
    "browser/test_loop.py",
    "training/evaluating/test_process.py",
    "training/test_worker.py",
    "browser/test_label_screen.py",
    "browser/test_app_killed.py",
)
RANK = {HERE / name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: RANK.get(item.path, len(RANK)))
