"""The whole story in a real browser: pairs in, decisions made, a release out, an adapter trained."""

import json
import os
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from curation.labelling import progress
from curation.release import verify
from tests.browser.serving import ROOT, Server
from tests.browser.story_steps import (
    SAMPLE,
    import_file,
    import_sample,
    label_twelve_and_undo_one,
    release,
    train,
    winners,
)
from tests.curation.labelling.a_workspace import NOW
from tests.demo_models import leave, take

pytestmark = [pytest.mark.browser, pytest.mark.trainer]
SHARED = Path(os.environ.get("PAIRLOOM_SHARED_DATA") or ROOT.parent / "shared" / "data")
ORCA = SHARED / "orca_first100"


def expect_no_tensors_in(server: Server) -> None:
    libraries = {Path(each.path).name for each in psutil.Process(server.pid).memory_maps()}
    assert not {name for name in libraries if name.startswith("libtorch")}


def decided(server: Server) -> progress.Progress:
    server.stop()
    db = Database.open(server.home / "pairloom.duckdb")
    try:
        return progress.of(db, "solo", day_start=NOW)
    finally:
        db.close()


@pytest.mark.timeout(900)
def test_the_sample_becomes_a_tuned_model(page: Page, server: Server, demo_models: Path) -> None:
    import_sample(page, server)
    expect(page.get_by_text("Label the pairs")).to_be_visible()
    label_twelve_and_undo_one(page, server, winners(SAMPLE))
    made = release(page, server, "first")
    run = train(page, server)
    expect(page.get_by_text("Held-out accuracy", exact=True)).to_be_visible()

    held_out = json.loads((run / "evaluation" / "held_out.json").read_text(encoding="utf-8"))
    assert held_out["after"]["accuracy"] > 0.8
    samples = json.loads((run / "evaluation" / "samples.json").read_text(encoding="utf-8"))
    assert any(sample["before"] != sample["after"] for sample in samples)
    assert (run / "adapter" / "adapter_model.safetensors").stat().st_size > 0
    assert verify.check(made) == ()
    expect_no_tensors_in(server)
    leave(server.home, demo_models)
    mine = decided(server)
    assert (mine.mine, mine.skipped) == (10, 1)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("naming", ["current_names", "legacy_names"])
def test_orca_pairs_in_both_namings_become_a_tuned_model(
    naming: str, page: Page, server: Server, demo_models: Path
) -> None:
    file = ORCA / f"orca_rlhf_first100.{naming}.jsonl"
    if not file.exists():
        pytest.skip(f"the public data is not at {SHARED}; set PAIRLOOM_SHARED_DATA")
    take(demo_models, server.home)
    import_file(page, server, file)
    expect(page.get_by_text("Label the pairs")).to_be_visible()
    label_twelve_and_undo_one(page, server, winners(file))
    made = release(page, server, "orca")
    run = train(page, server, steps=8)

    card = (made / "README.md").read_text(encoding="utf-8")
    assert "Leading white space: 0 of 99 chosen, 99 of 99 rejected" in card  # the tie is not among them
    state = json.loads((run / "state.json").read_text(encoding="utf-8"))
    assert (state["state"], state["step"], state["max_steps"]) == ("completed", 8, 8)
    mine = decided(server)
    assert (mine.mine, mine.skipped) == (10, 1)
