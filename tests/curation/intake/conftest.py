"""Small files to import and a workspace to import them into."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from curation.database import Database
from curation.intake import ingest, locations
from curation.intake.fields import ColumnMapping
from curation.intake.ingest import Outcome
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)

Import = Callable[..., Outcome]
Write = Callable[..., Path]


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database.in_memory()
    yield database
    database.close()


@pytest.fixture
def import_file(database: Database, tmp_path: Path) -> Import:
    def run(path: Path | str, mapping: ColumnMapping | None = None) -> Outcome:
        located = locations.locate(str(path), Workspace(home=tmp_path / "home"))
        return ingest.ingest(database, located, imported_by="lead", now=NOW, mapping=mapping)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Rows as JSON lines; a str row is written as it stands."""

    def run(*rows: object, name: str = "pairs.jsonl") -> Path:
        path = tmp_path / name
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return run
