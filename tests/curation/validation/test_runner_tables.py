"""What the tables of rules promise to whoever reads a finding."""

import re

import pytest

from curation.validation import runner
from curation.validation.runner import Rule


@pytest.mark.parametrize("rule", [rule for _, _, rule, _ in (*runner.ROW_RULES, *runner.SET_RULES)])
def test_every_rule_says_where_it_comes_from(rule: Rule) -> None:
    assert re.search(r"Source: |arXiv|et al|rules\.md|\((19|20)\d\d", rule.__doc__ or "")
