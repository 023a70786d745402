"""What a lead sees of the findings on the page Release."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from curation import workspace
from curation.intake import ingest, locations
from curation.labelling import batches
from curation.model import Tier
from curation.release import gate
from curation.validation import history
from curation.validation.evidence import Marked
from curation.validation.policy import Policy
from pages.parts import finding_links, release_examples, session
from pages.parts.browse_bulk import Deed

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")  # a link needs the pages that it leads to


def opened() -> AppTest:
    return AppTest.from_file(FRAME, default_timeout=60).run().switch_page("release.py").run()


@pytest.fixture
def page(home: Path) -> AppTest:
    db = session.database()
    ingest.ingest(db, locations.locate("sample", workspace.current()), imported_by="solo", now=session.now())
    return opened()


def test_examples_are_drawn_when_they_are_asked_for(page: AppTest) -> None:
    assert not page.exception
    first = next(each for each in page.toggle if str(each.key).startswith("examples-"))
    captions = len(page.caption)
    first.set_value(True).run()
    assert not page.exception
    assert len(page.caption) > captions
    assert len(history.newest(session.database(), 5)) == 1


def test_every_finding_has_a_queue_and_a_list_on_browse_of_as_many_pairs_as_it_counts(page: AppTest) -> None:
    db = session.database()
    findings = history.keyed(gate.examine(db, Policy()).validation.findings)
    links = [each.proto for each in page.get("page_link") if each.proto.label == "Open the pairs"]
    queues = {str(each.key) for each in page.button if str(each.key).startswith("finding-queue-")}
    assert queues == {"-".join(map(str, ("finding-queue", *key))) for key, _ in findings}
    assert len(links) == len(findings) > 1
    for (key, finding), link in zip(findings, links, strict=True):
        asked = finding_links.parameters(key, Policy())
        assert urlencode(asked) == link.query_string
        browse = AppTest.from_file(FRAME, default_timeout=60)
        browse.query_params.update(asked)
        shown = browse.run().switch_page("browse.py").run()
        assert not shown.exception
        total = next(each.value for each in shown.caption if " of " in each.value and " to " in each.value)
        assert total.endswith(f"of {finding.count:,} pairs")


@pytest.mark.parametrize("finding", ["V99-W-0", "V15", "V15-X-0", "V15-W-x"], ids=str)
def test_an_address_that_asks_for_no_finding_there_is_breaks_nothing(page: AppTest, finding: str) -> None:
    page.query_params.update({**finding_links.parameters(("V15", "W", 0), Policy()), "finding": finding})
    page.switch_page("browse.py").run()
    assert not page.exception


def test_a_fix_is_looked_at_applied_and_undone(home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    said = ["<|im_end|>" if n < 3 else "" for n in range(15)]
    rows.write_text(
        "\n".join(
            json.dumps({"prompt": f"Is it {n}?", "chosen": f"City {n}.{tail}", "rejected": f"No, {n}."})
            for n, tail in enumerate(said)
        )
    )
    db = session.database()
    ingest.ingest(db, locations.locate(str(rows), workspace.current()), imported_by="solo", now=session.now())
    page = opened()
    page.button(key="fix-look-V09-E").click().run()
    assert "It would change **3 pairs**." in " ".join(each.value for each in page.markdown)
    page.button(key="fix-do-V09-E").click().run()
    assert not page.exception
    assert "fix-look-V09-E" not in {each.key for each in page.button}
    page.button(key="fix-undo").click().run()
    assert not page.exception
    assert "fix-look-V09-E" in {each.key for each in page.button}


def test_lengths_that_all_rows_fit_are_looked_at_taken_and_taken_back(home: Path, tmp_path: Path) -> None:
    words = " ".join(f"word{n}" for n in range(2000))
    lines = [{"prompt": f"Is it {n}?", "chosen": f"{words} {n}.", "rejected": f"No, {n}."} for n in range(15)]
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, lines)))
    db = session.database()
    ingest.ingest(db, locations.locate(str(rows), workspace.current()), imported_by="solo", now=session.now())
    page = opened()
    page.button(key="fix-look-V24-W").click().run()
    said = next(each.value for each in page.markdown if "tokens**" in each.value)
    assert said.endswith("0 of 15 rows would be cut or left out; now it is 15.")
    page.button(key="fix-do-V24-W").click().run()
    assert not page.exception
    assert "fix-look-V24-W" not in {each.key for each in page.button}
    page.button(key="fix-lengths-undo").click().run()
    assert not page.exception
    assert "fix-look-V24-W" in {each.key for each in page.button}
    assert page.number_input(key="release-length").value == Policy().max_length


def test_a_release_with_too_few_rows_queues_the_pairs_that_lack_support(page: AppTest) -> None:
    page.selectbox(key="release-minimum").set_value(Tier.SINGLE).run()
    assert page.error[0].value.startswith("No row is left")
    lacking = [each for each in page.button if str(each.key).startswith("blocker-queue-V18-")]
    lacking[0].click().run()
    assert not page.exception
    assert batches.every(session.database())[0].name == "Release: V18"


def test_a_release_of_settled_pairs_alone_offers_no_vote_and_is_cleared_by_settling_the_list_it_opens(
    page: AppTest,
) -> None:
    page.selectbox(key="release-minimum").set_value(Tier.GOLD).run()
    assert not [
        each for each in page.button if str(each.key).startswith(("blocker-queue", "finding-queue-V18-E"))
    ]
    links = [
        each.proto for each in page.get("page_link") if each.proto.label == "Open the pairs to settle them"
    ]
    on_the_card, under_the_blocker = links
    assert "Settle more pairs" in page.error[0].value
    assert "Label pairs" not in {each.proto.label for each in page.get("page_link")}
    assert on_the_card.query_string == under_the_blocker.query_string
    page.query_params.update(dict(parse_qsl(on_the_card.query_string)))
    page.switch_page("browse.py").run()
    page.segmented_control(key="browse-deed").set_value(Deed.IMPORT).run()
    page.button(key="browse-look").click().run()
    page.text_input(key="browse-why").set_value("Read all of them").run()
    page.button(key="browse-do").click().run()
    assert not page.exception
    assert gate.examine(session.database(), Policy(minimum_tier=Tier.GOLD)).train > 0


def test_an_excerpt_shows_the_marked_part_of_a_long_text_and_escapes_it() -> None:
    content = "a" * 1000 + "<b>" + "c" * 1000
    html = release_examples.excerpt(Marked(content=content, spans=((1000, 1003),)))
    assert "<mark>&lt;b&gt;</mark>" in html
    assert len(html) < 600


def test_blanks_that_are_marked_can_be_seen() -> None:
    assert "<mark>␣␣</mark>Paris" in release_examples.excerpt(Marked(content="  Paris", spans=((0, 2),)))
