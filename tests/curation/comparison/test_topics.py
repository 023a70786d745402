"""Win rates by groups of like prompts."""

from curation.comparison import topics
from curation.comparison.results import Judgement
from curation.model import Verdict

CAPITALS = {
    f"c{n}": f"What is the capital of {land}?"
    for n, land in enumerate(("Italy", "Peru", "Cuba", "Chile", "Egypt", "Japan", "Kenya"))
}
POEMS = {
    f"p{n}": f"Write me a short poem about {thing} in winter."
    for n, thing in enumerate(("snow", "bread", "dogs", "rain", "trees", "my cat", "tea"))
}


def said(prompt: str, verdict: Verdict) -> Judgement:
    return Judgement(
        pair_id=f"pair-{prompt}", prompt=prompt, models=("tuned", "base"), longer=0, verdict=verdict,
        annotator="ann-1", number=1,
    )  # fmt: skip


def test_prompts_of_one_kind_are_one_group_named_by_one_of_them() -> None:
    groups = topics.grouped(CAPITALS | POEMS)
    (capitals,), (poems,) = ({groups[key] for key in kind} for kind in (CAPITALS, POEMS))
    assert capitals in CAPITALS.values()
    assert poems in POEMS.values()


def test_groups_do_not_depend_on_the_order_of_the_prompts() -> None:
    both = CAPITALS | POEMS
    assert topics.grouped(dict(reversed(both.items()))) == topics.grouped(both)


def test_few_prompts_are_not_grouped() -> None:
    assert topics.grouped(dict(list(CAPITALS.items())[: topics.FROM - 1])) == {}


def test_a_model_that_wins_on_one_kind_and_loses_on_another_is_seen_to() -> None:
    groups = topics.grouped(CAPITALS | POEMS)
    rows = [said(key, Verdict.ANSWER_1) for key in CAPITALS] + [said(key, Verdict.ANSWER_2) for key in POEMS]
    found = topics.rates(rows, "tuned", "base", groups)
    assert sorted(one.rate.rate for one in found) == [0.0, 1.0]
    assert topics.differ(found)


def test_like_rates_do_not_differ() -> None:
    groups = topics.grouped(CAPITALS | POEMS)
    verdicts = [Verdict.ANSWER_1, Verdict.ANSWER_2]
    rows = [said(key, verdicts[n % 2]) for n, key in enumerate([*CAPITALS, *POEMS])]
    assert not topics.differ(topics.rates(rows, "tuned", "base", groups))


def test_one_group_cannot_differ_from_itself() -> None:
    assert not topics.differ(())
