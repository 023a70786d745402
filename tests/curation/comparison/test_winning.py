"""Win rates, the test that may be read at any time, length control and the leaderboard."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.comparison import evidence, leaderboard, length_control, winning
from curation.comparison.leaderboard import Match
from curation.comparison.winning import Judged


def judged(*scores: float) -> list[Judged]:
    return [Judged(prompt=str(number), score=score) for number, score in enumerate(scores)]


def test_a_tie_is_half_a_win() -> None:
    rate = winning.win_rate(judged(1, 1, 0.5, 0))
    assert rate is not None
    assert (rate.rate, rate.wins, rate.ties, rate.losses, rate.n) == (0.625, 2, 1, 1, 4)


def test_a_sign_test_is_the_exact_binomial() -> None:
    assert winning.sign_test(9, 1) == pytest.approx(22 / 1024)  # 2 · (C(10, 0) + C(10, 1)) / 2^10
    assert winning.sign_test(1, 9) == winning.sign_test(9, 1)
    assert (winning.sign_test(0, 0), winning.sign_test(5, 5)) == (1.0, 1.0)


def test_nothing_judged_is_no_rate() -> None:
    assert winning.win_rate([]) is None


def test_three_wins_in_a_row_leave_room_for_doubt() -> None:
    rate = winning.win_rate(judged(1, 1, 1))
    assert rate is not None
    assert rate.high == 1.0
    assert rate.low == pytest.approx(0.4385, abs=1e-4)  # Wilson for 3 of 3


def test_ten_judgements_of_one_prompt_say_no_more_than_one_prompt() -> None:
    one_prompt = [Judged(prompt="same", score=1.0) for _ in range(10)]
    many = winning.win_rate(judged(*[1.0] * 10))
    one = winning.win_rate(one_prompt)
    assert one is not None
    assert many is not None
    assert one.prompts == 1
    assert one.low < many.low


def test_the_interval_covers_a_known_rate_about_as_often_as_it_says() -> None:
    chance = random.Random(3)
    covered = 0
    for trial in range(100):
        rate = winning.win_rate(judged(*(float(chance.random() < 0.6) for _ in range(120))), seed=trial)
        assert rate is not None
        covered += rate.low <= 0.6 <= rate.high
    assert covered >= 88


@pytest.mark.parametrize(("rate", "needed"), [(0.55, 783), (0.60, 194), (0.65, 85)])
def test_the_sizes_of_the_rules_come_out(rate: float, needed: int) -> None:
    assert winning.decisive_needed(rate) == needed
    assert winning.decisive_needed(1 - rate) == needed


def test_evidence_by_hand() -> None:
    # B(6, 5) / B(5, 5) · 2 = 1, and B(7, 5) / B(5, 5) · 4 = 12/11.
    path = evidence.follow([True, True]).path
    assert path == pytest.approx((1.0, 12 / 11))


def test_no_judgement_is_no_evidence() -> None:
    none = evidence.follow([])
    assert (none.now, none.p_value, none.crossed) == (1.0, 1.0, None)


@given(st.integers(0, 300), st.integers(0, 300))
def test_evidence_is_the_same_for_either_model(wins: int, losses: int) -> None:
    assert evidence.value(wins, losses) == pytest.approx(evidence.value(losses, wins))


@given(st.integers(0, 200), st.integers(0, 200))
def test_under_equal_models_evidence_is_a_fair_game(wins: int, losses: int) -> None:
    """A martingale: the mean of E after one more fair judgement is E now; Ville's line rests on this."""
    after = (evidence.value(wins + 1, losses) + evidence.value(wins, losses + 1)) / 2
    assert after == pytest.approx(evidence.value(wins, losses), rel=1e-9)


def crossings(rate: float, votes: int, trials: int) -> float:
    chance = random.Random(11)
    told = [evidence.follow(chance.random() < rate for _ in range(votes)).crossed for _ in range(trials)]
    return sum(one is not None for one in told) / trials


def test_judges_who_prefer_neither_seldom_raise_an_alarm_however_often_one_looks() -> None:
    # rules.md §7: 3.2 % measured; the promise is at most 5 %. Three standard errors of 1,000 trials are 2 %.
    assert crossings(0.5, votes=800, trials=1000) <= 0.05


@pytest.mark.parametrize(("rate", "votes"), [(0.55, 2000), (0.60, 500), (0.65, 230)])
def test_judges_with_a_preference_are_heard(rate: float, votes: int) -> None:
    """Looking at every vote costs about 2.6 times the fixed sizes for the same chance of 80 %."""
    assert crossings(rate, votes=votes, trials=300) >= 0.75


def length_lovers(trials: int, preference: float) -> list[Judged]:
    """Judges whose log-odds rise with length, of a model that mostly writes more."""
    chance = random.Random(5)
    rows = []
    for number in range(trials):
        longer = round(chance.gauss(150, 200))
        odds = preference + 2 * math.tanh(longer / 200)
        rows.append(
            Judged(
                prompt=str(number), score=float(chance.random() < 1 / (1 + math.exp(-odds))), longer=longer
            )
        )
    return rows


def test_a_model_that_wins_by_length_alone_is_found_out() -> None:
    rows = length_lovers(1500, preference=0.0)
    plain, level = winning.win_rate(rows), length_control.controlled(rows)
    assert plain is not None
    assert level is not None
    assert plain.low > 0.6
    assert level.low <= 0.5 <= level.high
    assert level.slope > 1


def test_a_better_model_stays_better_at_equal_length() -> None:
    level = length_control.controlled(length_lovers(1500, preference=1.0))
    assert level is not None
    assert level.low > 0.6


def test_length_is_not_controlled_without_enough_to_go_by() -> None:
    assert length_control.controlled(judged(*[1.0, 0.0] * 50)) is None  # all equally long
    assert length_control.controlled(length_lovers(length_control.FROM - 1, preference=0.0)) is None


def test_separated_lengths_stay_finite() -> None:
    rows = [Judged(prompt=str(n), score=float(n % 2), longer=100 if n % 2 else -100) for n in range(40)]
    level = length_control.controlled(rows)
    assert level is not None
    assert 0.3 < level.rate < 0.7


def matches(wins: dict[tuple[str, str], tuple[int, int]]) -> list[Match]:
    rows = []
    for (first, second), (won, lost) in wins.items():
        scores = [1.0] * won + [0.0] * lost
        rows += [
            Match(prompt=f"{first}{second}{n}", first=first, second=second, score=score)
            for n, score in enumerate(scores)
        ]
    return rows


def test_two_models_stand_as_far_apart_as_their_win_rate() -> None:
    first, second = leaderboard.places(matches({("tuned", "base"): (300, 100)}))
    assert (first.model, second.model) == ("tuned", "base")
    # 300.5 to 100.5 with the half tie.
    assert first.strength - second.strength == pytest.approx(math.log(300.5 / 100.5))
    assert first.rate == 0.75
    assert first.low > second.high


def test_models_that_never_met_are_ordered_through_a_third() -> None:
    board = leaderboard.places(matches({("a", "b"): (60, 40), ("b", "c"): (60, 40)}))
    assert [place.model for place in board] == ["a", "b", "c"]


def test_models_in_separate_groups_get_no_order() -> None:
    apart = matches({("a", "b"): (5, 5), ("c", "d"): (5, 5)})
    assert leaderboard.places(apart) == ()
    assert set(leaderboard.groups(apart)) == {frozenset("ab"), frozenset("cd")}


def test_a_model_that_never_lost_has_a_finite_strength() -> None:
    board = leaderboard.places(matches({("a", "b"): (20, 0)}))
    assert all(math.isfinite(place.strength) for place in board)
    assert board[0].model == "a"


def test_the_side_a_model_is_named_on_changes_nothing() -> None:
    rows = matches({("a", "b"): (30, 10), ("b", "c"): (12, 20), ("a", "c"): (9, 9)})
    turned = [
        Match(prompt=one.prompt, first=one.second, second=one.first, score=1 - one.score) for one in rows
    ]
    there, here = leaderboard.places(rows), leaderboard.places(turned)
    assert [place.model for place in here] == [place.model for place in there]
    assert [place.strength for place in here] == pytest.approx([place.strength for place in there])
