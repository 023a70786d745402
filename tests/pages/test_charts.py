"""What charts say."""

from curation.model import Tier
from pages.parts import charts


def test_every_tier_has_its_words() -> None:
    assert set(charts.TIER_WORDS) == set(Tier)
