"""What a client says becomes a decision about an answer; a token speaks for one person of one workspace."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from curation.errors import InvalidInput, NotAllowed
from curation.model import Answer, Role, Verdict
from pages.parts import label_entries, label_past, routes_label

NOW = datetime(2026, 11, 22, 9, 0)
OPPOSITE = {
    "left": "right",
    "right": "left",
    "tie": "tie",
    "both_bad": "both_bad",
    "skip": "skip",
    "cannot_judge": "cannot_judge",
}


def an_entry(**changes: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "id": "a" * 32,
        "pair": "b" * 32,
        "choice": "left",
        "left": "answer_2",
        "round": 0,
        "guideline": 3,
        "supersedes": None,
        "seconds_shown": 4.25,
        "seconds_active": 4,
        "client_time": 1_795_338_000_123,
    }
    return entry | changes


def verdict_of(choice: str, left: Answer) -> Verdict | None:
    entry = an_entry(choice=choice, left=left.value)
    return label_entries.decision_from(entry, annotator_id="ann-1", now=NOW).verdict


def test_the_chosen_side_becomes_the_answer_that_stood_there() -> None:
    decision = label_entries.decision_from(an_entry(), annotator_id="ann-1", now=NOW)
    assert (decision.verdict, decision.left) == (Verdict.ANSWER_2, Answer.TWO)
    assert (decision.guideline_version, decision.seconds_shown, decision.seconds_active) == (3, 4.25, 4.0)
    assert decision.client_time == datetime(2026, 11, 22, 9, 0, 0, 123_000)


@given(st.sampled_from(sorted(OPPOSITE)), st.sampled_from(Answer))
def test_swapping_the_sides_never_changes_which_answer_won(choice: str, left: Answer) -> None:
    assert verdict_of(choice, left) is verdict_of(OPPOSITE[choice], left.other)


@given(st.sampled_from(sorted(OPPOSITE)), st.sampled_from(Answer))
def test_the_past_tells_of_a_decision_in_the_word_it_was_made_with(choice: str, left: Answer) -> None:
    entry = an_entry(choice=choice, left=left.value)
    decision = label_entries.decision_from(entry, annotator_id="ann-1", now=NOW)
    assert label_past.choice(decision, left) == choice


@given(st.sampled_from(sorted(OPPOSITE)), st.sampled_from(Answer))
def test_the_same_key_under_swapped_sides_means_the_other_answer(choice: str, left: Answer) -> None:
    first, second = verdict_of(choice, left), verdict_of(choice, left.other)
    assert first is not None
    assert second is first.swapped


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "short"},
        {"id": None},
        {"pair": "../../etc"},
        {"choice": "answer_1"},
        {"choice": None},
        {"choice": ["left"]},
        {"left": "left"},
        {"round": -1},
        {"round": True},
        {"seconds_shown": float("nan")},
        {"seconds_shown": -0.1},
        {"seconds_active": "4"},
        {"supersedes": 7},
        {"strength": "2"},
        {"reasons": "Clearer"},
        {"reasons": ["Clearer", 3]},
        {"comment": 3},
        {"rewrite": ["Better."]},
        {"flag": True},
    ],
    ids=str,
)
def test_an_entry_that_is_not_one_is_refused_by_the_name_of_its_field(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(changes))):
        label_entries.decision_from(an_entry(**changes), annotator_id="ann-1", now=NOW)


def test_a_token_names_its_person() -> None:
    token = routes_label.issue_token("secret", annotator_id="ann-1", role=Role.REVIEWER)
    bearer = routes_label.read_token("secret", token)
    assert (bearer.annotator_id, bearer.role) == ("ann-1", Role.REVIEWER)


@pytest.mark.parametrize("salt", ["label", "download"])
def test_a_token_of_another_workspace_or_purpose_opens_nothing(salt: str) -> None:
    secret = "other" if salt == "label" else "secret"
    foreign = URLSafeTimedSerializer(secret, salt=salt).dumps(["ann-1", "lead"])
    with pytest.raises(NotAllowed, match="Reload the page"):
        routes_label.read_token("secret", foreign)


def test_a_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    token = routes_label.issue_token("secret", annotator_id="ann-1", role=Role.LEAD)
    monkeypatch.setattr(routes_label, "_VALID_SECONDS", -1)
    with pytest.raises(NotAllowed, match="has ended"):
        routes_label.read_token("secret", token)
