"""Round the loop in a real browser: a run, a blind comparison, a verdict, new pairs, the next run."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pyarrow import parquet

from curation.comparison import released
from curation.database import Database
from curation.labelling import browse
from curation.model import Tier
from tests.browser import loop_steps
from tests.browser.loop_steps import ask_the_models, enter, judge, picture, stop_and_resume
from tests.browser.serving import ROOT, Server
from tests.browser.story_steps import release, train
from tests.demo_models import leave, take
from tests.served import conftest as accounts

pytestmark = [pytest.mark.browser, pytest.mark.trainer]
PICTURES = ROOT / "screenshots" / "loop"
# Questions whose answers the demo model knows both plain and wrapped in phrases.
PROMPTS = [
    *(f"What is the capital of {land}?" for land in ("France", "Italy", "Norway", "Egypt", "Peru", "Japan")),
    *(f"What is the opposite of {word}?" for word in ("hot", "fast", "old", "rich", "loud", "early")),
    *(f"What is a {thing}?" for thing in ("dog", "rose", "violin", "tulip", "hammer", "lion", "bee", "pear")),
    *(f"Which country has {city} as its capital?" for city in ("Berlin", "Vienna", "Cairo", "Ottawa")),
]


@pytest.fixture
def people(home: Path) -> dict[str, str]:
    """The sample and one person a role."""
    return accounts.fill(home)


@pytest.mark.timeout(900)
def test_two_people_judge_a_tuned_model_blind_and_what_they_say_is_in_the_next_release(
    people: dict[str, str], home: Path, browser: Browser, demo_models: Path
) -> None:
    take(demo_models, home)
    server = Server(home, accounts.ENVIRONMENT)
    server.start()
    try:
        _round(server, people, browser, demo_models)
    finally:
        server.stop()
    database = Database.open(home / "pairloom.duckdb")
    assert browse.tiers(database)[Tier.AGREE2] >= 8  # both said the same of them
    database.close()


def _round(server: Server, people: dict[str, str], browser: Browser, demo_models: Path) -> None:
    lea, ann = enter(browser, server, "Lea"), enter(browser, server, "Ann")
    release(lea, server, "first")
    first = train(lea, server)
    leave(server.home, demo_models)

    stopped = ask_the_models(lea, server, PROMPTS)
    picture(lea, PICTURES, "1-answering")
    evaluation = stop_and_resume(lea, server, stopped)
    picture(lea, PICTURES, "2-answered")
    lea.get_by_role("button", name="Ask people").click()
    expect(lea.get_by_text("Not judged yet.")).to_be_visible()
    votes = [judge(page, server, evaluation, people[name]) for page, name in ((ann, "Ann"), (lea, "Lea"))]
    assert sum(votes) >= 20
    picture(ann, PICTURES, "3-judged")

    lea.goto(f"{server.url}/evaluate?run={first.name}")
    expect(loop_steps.verdict(lea)).to_be_visible()
    expect(lea.get_by_text(f"votes: {sum(votes)}")).to_be_visible()
    picture(lea, PICTURES, "4-verdict")
    made = release(lea, server, "second")
    (table,) = (parquet.read_table(file) for file in (made / "data").glob("train-*.parquet"))
    judged = [row for row in table.to_pylist() if first.name in row["origins"]["chosen"]]
    assert len(judged) >= 5  # people preferred them
    second = train(lea, server, steps=4)
    assert second.name > first.name
    lea.goto(server.url)
    expect(lea.get_by_role("heading", name="Rounds")).to_be_visible()
    held = released.preferences(made, evaluation.name)
    assert held >= 8
    lea.get_by_text("As a table").click()
    picture(lea, PICTURES, "5-rounds")
