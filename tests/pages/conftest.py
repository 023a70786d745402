"""A workspace of its own for every page test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from pages.parts import session


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty workspace; whatever database the pages opened in it is closed afterwards."""
    monkeypatch.setenv("PAIRLOOM_HOME", str(tmp_path))
    monkeypatch.delenv(session.ROLE_VARIABLE, raising=False)
    yield tmp_path
    if (tmp_path / "pairloom.duckdb").exists():
        session.database().close()
    st.cache_resource.clear()
