"""Making, repeating and listing releases."""

import json
import os
import shutil
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from curation.database import Database
from curation.errors import InvalidInput, PairloomError, ReleaseBlocked, Unknown
from curation.labelling import events
from curation.model import Message, Pair, Speaker, Tier
from curation.release import fingerprint, releases, write
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import ADecision, APair, settle
from tests.curation.release.conftest import Releasing


def rows(folder: Path, *names: str) -> list[dict[str, object]]:
    return [row for name in names for row in pq.read_table(folder / name).to_pylist()]


def pairs_of(folder: Path) -> list[dict[str, object]]:
    return rows(folder, write.TRAIN, write.TEST)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("ten_pairs")
def test_a_row_holds_messages_and_its_support(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing
) -> None:
    system = Message(speaker=Speaker.SYSTEM, content="Be brief.")
    pair = a_pair(" Paris.\n", "Lyon.", context=[system])
    a_decision(pair, "chosen", by="ann-1", strength=3)
    a_decision(pair, "rejected", by="ann-2", strength=2)
    a_decision(pair, "chosen", by="ann-3")
    release = releasing(policy=Policy(conflict_spread=5))
    (row,) = (each for each in pairs_of(release.path) if each["pair_id"] == pair.id)
    assert row["prompt"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is the capital of France?"},
    ]
    assert row["chosen"] == [{"role": "assistant", "content": "Paris."}]
    assert row["rejected"] == [{"role": "assistant", "content": "Lyon."}]
    assert (row["tier"], row["n_votes"], row["agreement"]) == ("majority", 3, pytest.approx(2 / 3))
    assert (row["strength"], row["p_chosen"]) == (2.5, pytest.approx(3 / 5))
    assert row["source"] == f"source-1#{pair.source_row}"
    assert row["origins"] == {"chosen": "model-a", "rejected": "model-b"}


@pytest.mark.usefixtures("ten_pairs")
def test_people_overrule_the_import(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing
) -> None:
    pair = a_pair()
    a_decision(pair, "rejected")
    (row,) = (each for each in pairs_of(releasing().path) if each["pair_id"] == pair.id)
    assert row["chosen"] == [{"role": "assistant", "content": "Lyon."}]
    assert row["origins"] == {"chosen": "model-b", "rejected": "model-a"}


def test_each_pair_is_in_exactly_one_file(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    a_decision(a_pair(prompt="tie?"), "tie")
    a_decision(a_pair(prompt="bad?"), "both_bad")
    a_pair("x", "X", prompt="same?")
    a_pair(prompt="unseen?", prior=None)
    copies = [a_pair(prompt="copy?"), a_pair(prompt="copy?", item="again")]
    settle(db, a_pair(prompt="settled?"), "rejected")
    release = releasing()
    ids = [
        str(row["pair_id"])
        for name in (write.TRAIN, write.TEST, "ties.parquet", "excluded.parquet")
        for row in rows(release.path, name)
    ]
    with db.reading() as cursor:
        known = [row[0] for row in cursor.execute("SELECT id FROM pair").fetchall()]
    assert sorted(ids) == sorted(known)
    assert (release.train, release.test, release.ties, release.excluded) == (10, 2, 2, 3)
    assert len({pair.id for pair in copies} & set(ids)) == 2


def test_an_excluded_pair_says_which_rules_and_why(
    db: Database, a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair(" ", "", prompt="Why?")
    (row,) = rows(releasing().path, "excluded.parquet")
    assert (row["pair_id"], row["rules"]) == (pair.id, ["V02", "V04"])
    assert row["reasons"] == ["both answers are empty", "the two answers are the same text to a reader"]
    assert row["source"] == f"source-1#{pair.source_row}"


def test_decisions_carry_pseudonyms_and_no_free_text(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair()
    a_decision(pair, by="ann-1")
    settle(db, pair, "chosen")
    found = rows(releasing().path, "decisions.parquet")
    assert [(row["kind"], row["annotator"], row["in_effect"]) for row in found] == [
        ("vote", "ann-1", True),
        ("settlement", "lead", True),
    ]
    assert not {"comment", "rewrite", "name"} & set(found[0])


def test_the_fingerprint_can_be_computed_from_the_rows_alone(releasing: Releasing, ten_pairs: None) -> None:
    release = releasing()
    digests = [fingerprint.of_row(row) for row in pairs_of(release.path)]
    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    assert fingerprint.of_rows(reversed(digests)) == release.fingerprint == manifest["fingerprint"]
    assert release.fingerprint in (release.path / "README.md").read_text(encoding="utf-8")


def test_the_same_state_under_two_names_gives_the_same_bytes(releasing: Releasing, ten_pairs: None) -> None:
    assert bytes_of(releasing("v1").path) == bytes_of(releasing("v2").path)


def test_releasing_again_under_the_same_name_changes_nothing(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    first = releasing()
    before = {path: path.stat().st_mtime_ns for path in first.path.rglob("*")}
    assert releasing() == first
    assert {path: path.stat().st_mtime_ns for path in first.path.rglob("*")} == before
    assert releases.listed(db, place) == (first,)
    assert [event.action for event in events.newest(db)] == ["make release"]


def test_a_changed_decision_changes_the_fingerprint(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair()
    before = releasing("v1").fingerprint
    a_decision(pair, "rejected")
    assert releasing("v2").fingerprint != before


def test_a_name_that_holds_another_release_is_refused(
    db: Database, place: Workspace, a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    first = releasing()
    before = bytes_of(first.path)
    a_pair()
    with pytest.raises(InvalidInput, match=r"already a release v1 with another content.*choose another name"):
        releasing()
    assert bytes_of(first.path) == before
    assert [path.name for path in place.releases.iterdir()] == ["v1"]


def test_a_name_stays_taken_when_its_folder_is_gone(
    a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    shutil.rmtree(releasing().path)
    a_pair()
    with pytest.raises(InvalidInput, match="choose another name"):
        releasing()


def test_a_lost_folder_is_written_again_byte_for_byte(releasing: Releasing, ten_pairs: None) -> None:
    release = releasing()
    before = bytes_of(release.path)
    shutil.rmtree(release.path)
    assert releasing() == release
    assert bytes_of(release.path) == before


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../up", ".hidden", "-x", "a b", "end.", "x" * 65, "ü", "a\n", "a\x00b"]
)
def test_an_unsafe_name_is_refused(releasing: Releasing, place: Workspace, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name a release"):
        releasing(name)
    assert not place.releases.exists()


def test_a_blocked_release_lists_exactly_what_blocks_it(
    a_pair: APair, releasing: Releasing, place: Workspace, ten_pairs: None
) -> None:
    a_pair()
    a_pair(source="source-2")
    with pytest.raises(ReleaseBlocked) as blocked:
        releasing(accept=["V18"])
    message = str(blocked.value)
    assert "V06 needs an acknowledgement: 1 of 12 imported rows" in message
    assert "V18" not in message
    assert list(place.releases.iterdir()) == []


def test_a_leak_that_survives_trimming_cannot_be_acknowledged(a_pair: APair, releasing: Releasing) -> None:
    for number in range(50):
        a_pair(f"Sure {number} good", f"{number} bad", prompt=f"{number}?")
    with pytest.raises(ReleaseBlocked, match=r"V12 blocks: The first word “Sure”"):
        releasing()


def test_nothing_to_release_is_said(a_pair: APair, releasing: Releasing) -> None:
    a_pair(prior=None)
    with pytest.raises(ReleaseBlocked, match="No row is left"):
        releasing()


def test_an_unknown_rule_cannot_be_accepted(releasing: Releasing, ten_pairs: None) -> None:
    with pytest.raises(InvalidInput, match="There is no rule V99"):
        releasing(accept=["V18", "V99"])


def test_a_release_needs_a_name_of_a_person(releasing: Releasing, ten_pairs: None) -> None:
    with pytest.raises(InvalidInput, match="name of the person"):
        releasing(by=" ")


def test_acknowledgements_are_kept_and_printed(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    release = releasing(by="ann-7")
    (acknowledged,) = releases.acknowledgements(db, "v1")
    assert (acknowledged.rule, acknowledged.count, acknowledged.by) == ("V18", 10, "ann-7")
    assert "- V18 (10), by ann-7" in (release.path / "README.md").read_text(encoding="utf-8")
    assert events.newest(db)[0].subject == "v1"


def test_the_card_says_in_its_first_line_when_few_rows_are_backed(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    a_decision(a_pair(), by="ann-1")
    card = (releasing().path / "README.md").read_text(encoding="utf-8")
    first = card.split("---\n\n", 1)[1].splitlines()[0]
    assert first.startswith(
        "**11 of 11 rows are not backed by two people or a lead:** 1 rest on one vote, 10"
    )


def test_a_release_above_the_minimum_needs_no_warning(
    a_pair: APair, a_decision: ADecision, releasing: Releasing
) -> None:
    for number in range(10):
        pair = a_pair(f"Yes, {number}.", f"No, {number}.", prompt=f"{number}?")
        for voter in ("ann-1", "ann-2"):
            a_decision(pair, by=voter)
    card = (releasing(accept=[], policy=Policy(minimum_tier=Tier.AGREE2)).path / "README.md").read_text(
        "utf-8"
    )
    assert "not backed" not in card
    assert "10 pairs were judged by two people or more. Raw agreement 1.000" in card
    assert "minimum_tier = agree2" in card


def test_orca_is_trimmed_and_the_card_says_so(releasing: Releasing, orca: list[Pair]) -> None:
    release = releasing()
    found = pairs_of(release.path)
    contents = [row[side][0]["content"] for row in found for side in ("chosen", "rejected")]  # type: ignore[index]
    assert (release.train, release.test) == (90, 10)
    assert all(content == content.strip() for content in contents)
    card = (release.path / "README.md").read_text(encoding="utf-8")
    assert "Leading white space: 0 of 100 chosen, 100 of 100 rejected answers. The release trims it." in card
    assert "Both answers of every row are trimmed" in card


def test_releases_are_listed_newest_first_and_found_by_name(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    first, second = releasing("v1"), releasing("v2")
    assert {each.name for each in releases.listed(db, place)} == {"v1", "v2"}
    assert releases.get(db, place, "v2") == second != first
    with pytest.raises(Unknown, match="no release v3"):
        releases.get(db, place, "v3")


def test_a_folder_left_by_a_kill_before_its_record_is_adopted(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    release = releasing()
    before = bytes_of(release.path)
    with db.writing() as tx:
        tx.execute("DELETE FROM release")
        tx.execute("DELETE FROM acknowledgement")
        tx.execute("DELETE FROM release_moment")
    assert releasing() == release
    assert releases.listed(db, place) == (release,)
    assert bytes_of(release.path) == before


def test_a_damaged_folder_is_not_adopted(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    release = releasing()
    (release.path / "ties.parquet").write_bytes(b"PAR1")
    with pytest.raises(InvalidInput, match=r"ties\.parquet is not the file that was released"):
        releasing()


def test_a_temporary_folder_of_a_killed_release_is_removed(
    place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    left_behind = place.releases / ".v1.1-1"
    (left_behind / "data").mkdir(parents=True)
    other = place.releases / ".v1.notes"
    other.mkdir()
    releasing()
    assert sorted(path.name for path in place.releases.iterdir()) == [".v1.notes", "v1"]


def test_names_and_texts_that_look_like_markup_do_not_break_the_card(
    db: Database, a_pair: APair, releasing: Releasing
) -> None:
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, imported_by, imported)"
            " VALUES ('source-1', 'file', '/home/me/a|b: \"d\".jsonl', 'orca', 'lead', now()::TIMESTAMP)"
        )
    for number in range(60):
        mark = "|" if number % 2 else "x"
        a_pair(f"{mark} yes {number}\x00", f"x no {number}\x00", prompt=f"{number}?\n---\n")
    card = (releasing().path / "README.md").read_text(encoding="utf-8")
    assert "/home/me" not in card
    assert '| a\\|b: "d".jsonl | file |' in card
    assert "The first word “\\|”" in card


def test_a_folder_that_cannot_be_written_is_said(
    place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    place.home.mkdir()
    place.releases.write_text("in the way", encoding="utf-8")
    with pytest.raises(PairloomError, match=r"could not be written below .*: File exists"):
        releasing()


def test_the_same_name_cannot_be_released_twice_at_once(
    db: Database, place: Workspace, releasing: Releasing, ten_pairs: None
) -> None:
    started = int(psutil.Process().create_time() * 1000)
    (place.releases / f".v1.{os.getpid()}-{started}").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="v1 is being released already"):
        releasing()


def test_croissant_names_columns_and_files_that_exist(releasing: Releasing, ten_pairs: None) -> None:
    folder = releasing().path
    found = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    names = {each["@id"]: each["contentUrl"] for each in found["distribution"]}
    for each in found["distribution"]:
        assert fingerprint.of_file(folder / each["contentUrl"]) == each["sha256"]
    for field in (field for records in found["recordSet"] for field in records["field"]):
        source = field["source"]
        schema = pq.read_schema(folder / names[source["fileObject"]["@id"]])
        assert source["extract"]["column"] in schema.names
        inner = {sub["source"]["transform"]["jsonPath"] for sub in field.get("subField", [])}
        assert inner <= {"role", "content"}
