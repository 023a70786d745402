"""What a release says of itself: card, suggestions for training, licences, Croissant."""

import json
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import events
from curation.release import gate, licences, preset
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, ADecision, APair
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_consumers import child
from training import recipe

_CROISSANT = """
import json, sys
import mlcroissant
found = mlcroissant.Dataset(jsonld=sys.argv[1])
rows = list(found.records("train"))
print(json.dumps({
    "version": found.metadata.ctx.conforms_to.value,
    "issues": found.metadata.ctx.issues.report(),
    "rows": len(rows),
    "first": rows[0]["train/chosen"][0]["train/chosen/content"].decode(),
    "biases": found.metadata.data_biases,
}))
"""


def card(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def a_source(db: Database, licence: str = "") -> None:
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, licence, accepted, imported_by, imported)"
            " VALUES ('source-1', 'file', 'orca.jsonl', 'orca', $licence, 10, 'lead', $now)",
            {"licence": licence, "now": NOW},
        )


def test_mlcroissant_accepts_the_metadata_and_reads_the_rows(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    a_decision(a_pair("Ja. 👍", "Nein.", prompt="Größer?"))
    release = releasing()
    found = child(_CROISSANT, str(release.path / "croissant.json"))
    assert (found["version"], found["issues"]) == ("http://mlcommons.org/croissant/1.1", "")
    assert found["rows"] == release.train
    assert any("V15: " in each for each in found["biases"])  # type: ignore[attr-defined]


def test_the_card_counts_what_each_person_did(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    for number in range(3):
        a_decision(a_pair(prompt=f"{number}?"), "tie" if number else "chosen", by="ann-1")
    a_decision(a_pair(prompt="other?"), by="ann-2")
    found = card(releasing().path)
    assert "| ann-1 | 3 | 3 | 2 |  |" in found
    assert "| ann-2 | 1 | 1 | 0 |  |" in found


def test_the_card_counts_each_rule_before_and_after(
    a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    for number in range(2):
        a_pair("x", "X", prompt=f"same {number}?")
    a_pair("Write to anna.lee@gmail.com now.", "No.", prompt="personal?")
    found = card(releasing().path)
    assert "| V04 | E | 2 | 0 | " in found
    assert "| V27 | W | 1 | 1 | " in found
    assert "| V28 | | 0 | 0 | |" in found


def test_known_biases_are_named_and_so_is_what_was_not_found(
    a_pair: APair, a_decision: ADecision, releasing: Releasing
) -> None:
    for number in range(120):
        pair = a_pair(f"w{number} is so. " * 6 + "Yes.", f"w{number} is not. No.", prompt=f"{number}?")
        a_decision(pair, "chosen")
    found = card(releasing().path)
    section = found.split("## Known biases\n\n")[1].split("\n\n")[0]
    assert "- V15: Where lengths differ by more than" in section
    assert "- V16: no preference for an outward look, such as lists or code was found." in section
    assert "length tells the winner (V15)" in found


def test_wrong_labels_suggest_a_loss_that_corrects_for_them(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    for number in range(40):
        pair = a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
        a_decision(pair, "chosen", by="ann-1")
        a_decision(pair, "rejected" if number < 12 else "chosen", by="ann-2")
    found = {each.key: each.value for each in preset.suggested(gate.examine(db, Policy()))}
    # Raw agreement 28/40 = 0.7: e = (1 − √(2 · 0.7 − 1)) / 2 = 0.184
    assert (found["loss_types"], found["label_smoothing"]) == ("robust", "0.184")


def test_lengths_that_would_be_cut_suggest_a_longer_limit(db: Database, a_pair: APair) -> None:
    for number in range(10):
        a_pair("word " * 2000, f"No {number}", prompt=f"{number}?")
    found = {each.key: each.value for each in preset.suggested(gate.examine(db, Policy()))}
    assert int(found["max_length"]) >= 2500


def test_every_suggestion_is_a_setting_of_the_recipe(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    for number in range(40):
        pair = a_pair(f"A word more than that, {number}, is it?", f"A word more than that, {number}, is it.",
                      prompt=f"{number}?")  # fmt: skip
        a_decision(pair, "chosen", by="ann-1")
        a_decision(pair, "rejected" if number < 12 else "chosen", by="ann-2")
    found = preset.suggested(gate.examine(db, Policy(max_length=64, max_prompt_length=32)))
    assert [each.key for each in found][:3] == ["loss_types", "loss_weights", "label_smoothing"]
    changed = recipe.with_changes(recipe.DpoRecipe(), {each.key: each.value for each in found})
    assert [str(loss) for loss in changed.loss_types] == ["robust", "sft"]


def test_a_stated_licence_goes_into_the_card_and_older_releases_keep_theirs(
    db: Database, releasing: Releasing, ten_pairs: None
) -> None:
    a_source(db)
    before = releasing("v1").path
    licences.state(db, "source-1", "Apache-2.0", by="lead", now=NOW)
    after = releasing("v2").path
    assert "license: unknown" in card(before)
    assert "| orca.jsonl | file | not stated | 10 |" in card(before)
    assert 'license: "apache-2.0"' in card(after)
    assert "| orca.jsonl | file | Apache-2.0 | 10 |" in card(after)
    assert json.loads((after / "croissant.json").read_text(encoding="utf-8"))["license"] == ["Apache-2.0"]
    assert events.newest(db)[1].action == "state licence"


def test_a_licence_that_is_taken_back_leaves_what_the_source_says(db: Database) -> None:
    a_source(db, licence="MIT")
    licences.state(db, "source-1", "Apache-2.0", by="lead", now=NOW)
    (stated,) = licences.listed(db)
    assert (stated.licence, stated.stated_by) == ("Apache-2.0", "lead")
    licences.state(db, "source-1", "", by="lead", now=NOW)
    (own,) = licences.listed(db)
    assert (own.licence, own.stated_by) == ("MIT", "")


def test_what_is_no_licence_or_no_source_is_said(db: Database) -> None:
    a_source(db)
    with pytest.raises(InvalidInput, match="no name of a licence"):
        licences.state(db, "source-1", "<b>mine</b>", by="lead", now=NOW)
    with pytest.raises(Unknown, match="no source source-2"):
        licences.state(db, "source-2", "MIT", by="lead", now=NOW)
