"""What all tests share: the demo model, longest files begin first, and no example has a deadline.

So at the end no worker waits for the other, and a busy machine fails no test.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")

HERE = Path(__file__).parent
# Most of a minute or more each on two cores; the stories leave the demo model to the loop and the demo.
LONGEST = (
    "training/launchers/test_ray_cluster.py",
    "browser/test_story.py",
    "training/test_trainer_faults.py",
    "browser/test_loop.py",
    "training/launchers/test_two_processes.py",
    "training/test_demo_run.py",
    "browser/test_label_screen.py",
    "training/test_worker.py",
    "browser/test_label_details.py",
    "training/evaluating/test_process.py",
    "browser/test_hostile_answers.py",
    "training/test_budget.py",
    "browser/test_app_killed.py",
)
RANK = {HERE / name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: RANK.get(item.path, len(RANK)))


@pytest.fixture(scope="session")
def demo_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo model lies once a test has left it; see tests/demo_models.py."""
    own = tmp_path_factory.getbasetemp()
    everybody = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return everybody / "demo-models"
