"""A workspace on disk, and releases of it."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from curation.database import Database
from curation.release import releases
from curation.release.releases import Release
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import NOW, APair

Releasing = Callable[..., Release]


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(home=tmp_path / "workspace")


@pytest.fixture
def releasing(db: Database, place: Workspace) -> Releasing:
    """Release the database; every warning is accepted unless `accept` says otherwise."""

    def make(
        name: str = "v1",
        *,
        policy: Policy | None = None,
        accept: Collection[str] | None = None,
        by: str = "lead",
    ) -> Release:
        return releases.create(
            db,
            place,
            name=name,
            policy=policy or Policy(),
            by=by,
            now=NOW,
            accept=accept or (),
            accept_all=accept is None,
        )

    return make


@pytest.fixture
def ten_pairs(a_pair: APair) -> None:
    """Ten different prompts; the imported preference is their only support."""
    for number in range(10):
        a_pair(f"Yes, {number}.", f"No, {number}.", prompt=f"Is it {number}?")
