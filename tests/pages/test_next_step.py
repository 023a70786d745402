"""The overview sends each person to where they are needed."""

import pytest

from curation.model import Role, Tier
from pages.parts import next_step

NOTHING = dict.fromkeys(Tier, 0)


@pytest.mark.parametrize(
    ("tiers", "releases", "runs", "page"),
    [
        ({}, 0, 0, "import_data.py"),
        ({Tier.PRIOR: 60}, 0, 0, "label.py"),
        ({Tier.PRIOR: 50, Tier.SINGLE: 10}, 0, 0, "release.py"),
        ({Tier.SINGLE: 10, Tier.CONFLICT: 1}, 0, 0, "review.py"),
        ({Tier.SINGLE: 10}, 1, 0, "train.py"),
        ({Tier.PRIOR: 50, Tier.SINGLE: 10}, 1, 1, "label.py"),
        ({Tier.GOLD: 3}, 1, 1, "release.py"),
    ],
    ids=["empty", "imported", "judged", "contested", "released", "trained", "all judged"],
)
def test_a_lead_is_sent_to_the_next_step(tiers: dict[Tier, int], releases: int, runs: int, page: str) -> None:
    assert next_step.step(Role.LEAD, NOTHING | tiers, releases=releases, runs=runs).page == page


@pytest.mark.parametrize(
    "tiers", [{}, {Tier.PRIOR: 60}, {Tier.GOLD: 3}], ids=["empty", "imported", "settled"]
)
def test_an_annotator_is_never_sent_to_a_page_of_the_lead(tiers: dict[Tier, int]) -> None:
    assert next_step.step(Role.ANNOTATOR, NOTHING | tiers, releases=0, runs=0).page == "label.py"


def test_one_pair_is_written_in_the_singular() -> None:
    step = next_step.step(Role.LEAD, NOTHING | {Tier.SINGLE: 1}, releases=0, runs=0)
    assert "judged 1 pair." in step.sentence
