"""An old release written again from the database."""

import re
import shutil
from pathlib import Path

import pytest

from curation import backups
from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import guidelines, placements, settlements
from curation.labelling.actions import Action
from curation.model import Verdict
from curation.release import moment, releases, reproduction, verify
from curation.validation import protected
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import NOW, ADecision, APair
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_releases import bytes_of

ROOT = Path(__file__).parents[3]
# Worked out from the others and the same whenever it is, or never changed, or about releases themselves. A
# release keeps the thresholds it was made with, and what validations found before decides nothing.
NOT_LOOKED_BACK_AT = {
    "text_fact", "protected_check", "source_leak", "near_link", "source", "rule_limits", "validation_run",
    "release", "acknowledgement", "release_moment",
    "gold",  # asked only whether measured figures are still fresh
}  # fmt: skip


@pytest.fixture
def life(db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None) -> Path:
    """v1, and after it more of everything that a release is made of; returns the folder of v1."""
    turned, settled = a_pair(prompt="turned?"), a_pair("Oui.", "Non.", prompt="settled?")
    a_decision(turned, "chosen", by="ann-1")
    gone = a_pair("Rome.", "Milan.", prompt="set aside?")
    folder = releasing("v1", policy=Policy(max_length=2048, template_tokens=("<x>",))).path
    a_decision(turned, "rejected", by="ann-2")
    a_decision(turned, "rejected", by="ann-3")
    a_pair("Wien.", "Graz.", prompt="new?")
    a_pair("Paris.", "Lyon.", prompt="turned?", item="a copy")
    verdicts = {settled.id: Verdict.TIE}
    settlements.settle(db, verdicts, Action(id="a", reason="both do", by="lead", now=NOW))
    placements.set_aside(db, [gone.id], Action(id="b", reason="spam", by="lead", now=NOW))
    guidelines.add(db, "Prefer the shorter answer.", changed_by="lead", now=NOW)
    protected.protect(db, "exam", ["Is it 3?"], NOW)
    assert releasing("v2").fingerprint != verify.read_manifest(folder).fingerprint
    return folder


def test_an_old_release_is_written_again_byte_for_byte(
    db: Database, place: Workspace, life: Path, tmp_path: Path
) -> None:
    found = reproduction.reproduce(db, place, "v1", into=tmp_path / "again")
    assert (found.identical, found.differing, found.restored) == (True, (), False)
    assert bytes_of(tmp_path / "again") == bytes_of(life)
    assert found.sentence == "v1 can be written again from the database, byte for byte."


def test_a_lost_folder_of_an_old_release_comes_back(db: Database, place: Workspace, life: Path) -> None:
    before = bytes_of(life)
    shutil.rmtree(life)
    assert reproduction.reproduce(db, place, "v1").restored
    assert bytes_of(life) == before


def test_looking_back_changes_nothing_that_others_see(db: Database, place: Workspace, life: Path) -> None:
    with db.reading() as cursor:
        before = cursor.execute("SELECT count(*) FROM pair").fetchone()
    reproduction.reproduce(db, place, "v1")
    with db.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM pair").fetchone() == before


def test_a_backup_reproduces_the_same_bytes(
    db: Database, place: Workspace, life: Path, tmp_path: Path
) -> None:
    elsewhere = Workspace(home=tmp_path / "elsewhere")
    elsewhere.create()
    backups.make(db, elsewhere.database)
    copied = Database.open(elsewhere.database)
    assert reproduction.reproduce(copied, elsewhere, "v1").restored
    assert bytes_of(elsewhere.releases / "v1") == bytes_of(life)
    copied.close()


def test_a_release_made_with_other_versions_says_so(db: Database, place: Workspace, life: Path) -> None:
    with db.writing() as tx:
        tx.execute(
            "UPDATE release_moment SET manifest = 'other',"
            """ made_with = '{"rules": "v0"}' WHERE release_name = 'v1'"""
        )
    found = reproduction.reproduce(db, place, "v1")
    assert not found.identical
    assert found.sentence.endswith("It was made with other versions: rules v0 → v3.")


def test_a_database_that_lost_rows_of_that_moment_says_which(
    db: Database, place: Workspace, life: Path
) -> None:
    with db.writing() as tx:
        tx.execute("DELETE FROM decision WHERE annotator_id <> 'ann-0'")
    with pytest.raises(InvalidInput, match=r"rows of decision are missing. Restore a backup"):
        reproduction.reproduce(db, place, "v1")


def test_a_release_of_an_older_version_can_only_be_verified(
    db: Database, place: Workspace, life: Path
) -> None:
    with db.writing() as tx:
        tx.execute("DELETE FROM release_moment")
    with pytest.raises(InvalidInput, match="older Pairloom"):
        reproduction.reproduce(db, place, "v1")


def test_what_does_not_exist_cannot_be_reproduced(db: Database, place: Workspace, life: Path) -> None:
    with pytest.raises(Unknown, match="no release v9"):
        reproduction.reproduce(db, place, "v9")
    with pytest.raises(InvalidInput, match="exists already"):
        reproduction.reproduce(db, place, "v1", into=place.releases)
    assert sorted(path.name for path in place.releases.iterdir()) == ["v1", "v2"]
    assert {each.name for each in releases.listed(db, place)} == {"v1", "v2"}


def test_every_table_that_a_release_reads_is_looked_back_at(db: Database) -> None:
    # A table that is read as it is now would make an old release come out otherwise.
    with db.reading() as cursor:
        tables = [row[0] for row in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        views = "".join(
            row[0] for row in cursor.execute("SELECT sql FROM duckdb_views()").fetchall() if row[0]
        )
    folders = ("curation/validation", "curation/release")
    code = [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).glob("*.py")]
    text = views + "".join(code) + (ROOT / "curation/quality/ballots.py").read_text(encoding="utf-8")
    read = {table for table in tables if re.search(rf"\b(FROM|JOIN)\s+{table}\b", text)}
    assert read - set(moment.TABLES) == NOT_LOOKED_BACK_AT
