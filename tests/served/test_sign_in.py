"""The way in and out, as a stranger would try it: forms, cookies, links, limits, and what ends a sign-in."""

import re
from pathlib import Path

import pytest
from starlette.responses import Response

from curation.errors import InvalidInput
from curation.model import Role
from curation.people import attempts
from curation.workspace import Workspace
from pages.parts import cookies, forms, routes_label, sign_in
from pages.parts.sign_in import Mode, Settings
from tests.browser.serving import Server
from tests.served.conftest import PASSWORD, Arrive
from tests.served.wire import Screen, Visitor


def test_who_signs_in_comes_to_where_they_wanted(arrive: Arrive) -> None:
    visitor = arrive("")
    sent = {"name": "rev", "password": PASSWORD, "next": "/browse?x=1"}
    answer = visitor.send("/sign-in", sent)
    assert (answer.status, answer.headers["location"]) == (303, "/browse?x=1")
    assert visitor.ask("/browse").status == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(arrive: Arrive) -> None:
    answer = arrive("").sign_in("Ann", PASSWORD)
    assert re.search(
        r"^pairloom=\S+; HttpOnly; Max-Age=604800; Path=/; SameSite=lax$", answer.headers["set-cookie"]
    )


@pytest.mark.parametrize("name", ["Ann", "Nobody At All"])
def test_a_wrong_password_and_a_wrong_name_get_the_same_page(name: str, arrive: Arrive) -> None:
    answer = arrive("").sign_in(name, "not the password")
    assert answer.status == 403
    assert "This name and password do not go together." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_form_that_another_site_posts_is_refused(arrive: Arrive) -> None:
    fields = {"name": "Ann", "password": PASSWORD}
    visitor = arrive("")
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        answer = visitor.send("/sign-in", fields, **headers)
        assert answer.status == 403
        assert "came from another site" in answer.text
    assert visitor.ask("/sign-in", form={**fields, "token": "made up"}).status == 403
    other = Visitor(visitor.url)  # a token goes with the browser it was made for
    stolen = re.search(r'name="token" value="([^"]+)"', other.ask("/sign-in").text)
    assert stolen is not None
    assert visitor.ask("/sign-in", form={**fields, "token": stolen[1]}).status == 403


def test_signing_out_ends_every_tab_and_every_token_of_that_sign_in(
    arrive: Arrive, server: Server, people: dict[str, str]
) -> None:
    ann, secret = arrive("Ann"), Workspace(home=server.home).secret()
    token = routes_label.issue_token(secret, annotator_id=people["Ann"], role=Role.ANNOTATOR)
    thief = Visitor(server.url)
    for cookie in ann.jar:
        thief.jar.set_cookie(cookie)
    with Screen(ann) as tab:
        assert tab.run().titles == ["Overview"]
        assert thief.ask("/api/label/next", accept="*/*", x_pairloom_token=token).status == 200
        assert ann.send("/account/sign-out", {}, form_at="/account").status == 303
        after = tab.run("label")
    assert after.titles == []
    assert after.errors == ["You are signed out, or your sign-in has ended. Sign in again."]
    assert "pair_view" not in after.raw.decode("utf-8", "replace")
    assert thief.ask("/api/label/next", accept="*/*", x_pairloom_token=token).status == 403
    assert thief.ask("/account").status == 303


def test_a_person_ends_another_browser_of_theirs_and_nobody_elses(arrive: Arrive) -> None:
    here, there, other = arrive("Ann"), arrive("Ann"), arrive("Rev")
    (theirs,) = set(re.findall(r'name="sign_in" value="(\w+)"', here.ask("/account").text)[:1])
    assert other.send("/account/end", {"sign_in": theirs}, form_at="/account").status == 422
    assert here.send("/account/end", {"sign_in": theirs}, form_at="/account").status == 200
    assert [each.ask("/account").status for each in (here, there)] == [200, 303]


def test_a_link_that_does_not_exist_says_so_and_shows_no_form(arrive: Arrive) -> None:
    answer = arrive("").ask("/invitation/guessed")
    assert answer.status == 403
    assert "Ask a lead of the project for a new one." in answer.text
    assert "<form" not in answer.text


def test_what_people_type_into_the_forms_is_never_html(arrive: Arrive) -> None:
    answer = arrive("").send("/sign-in", {"name": '"><script>alert(1)</script>', "password": "x"})
    assert "&quot;&gt;&lt;script&gt;" in answer.text
    assert "<script" not in answer.text


def test_too_many_attempts_are_told_to_wait_and_the_right_password_waits_too(arrive: Arrive) -> None:
    visitor = arrive("")
    for _ in range(attempts.PER_NAME):
        visitor.sign_in("Somebody Else", "wrong words")
    answer = visitor.sign_in("Somebody Else", PASSWORD)
    assert answer.status == 429
    assert "Too many attempts. Wait" in answer.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/label", "/label"), ("/?run=1", "/?run=1"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("", "/"), ("/a\nb", "/")],
)  # fmt: skip
def test_the_way_on_after_a_sign_in_stays_on_this_server(path: str, kept: str) -> None:
    assert forms.local(path) == kept


def test_behind_https_the_cookie_travels_by_https_from_this_host_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRLOOM_HOME", str(tmp_path))
    monkeypatch.setenv("PAIRLOOM_URL", "https://pairs.example.org")
    sign_in.settings.cache_clear()
    answer = Response()
    cookies.put(answer, "key")
    sign_in.settings.cache_clear()
    assert answer.headers["set-cookie"].startswith("__Host-pairloom=key.")
    assert answer.headers["set-cookie"].endswith("HttpOnly; Max-Age=604800; Path=/; SameSite=lax; Secure")


@pytest.mark.parametrize(
    ("settings", "address", "sentence"),
    [
        (Settings(mode=Mode.SOLO), "0.0.0.0", "lets everyone in, so it does not listen on 0.0.0.0"),
        (Settings(mode=Mode.SOLO, url="https://a.example"), "", "does not listen on all addresses"),
        (Settings(mode=Mode.ACCOUNTS), "0.0.0.0", "set PAIRLOOM_URL"),
    ],
)
def test_an_address_that_others_reach_needs_a_sign_in_and_a_name(
    settings: Settings, address: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        sign_in.require_address(settings, address)
    sign_in.require_address(settings, "127.0.0.1")
    sign_in.require_address(Settings(mode=Mode.ACCOUNTS, url="https://a.example"), address)


OIDC = {
    "PAIRLOOM_SIGN_IN": "oidc", "PAIRLOOM_URL": "https://pairs.example.org",
    "PAIRLOOM_OIDC_METADATA": "https://id.example.org/.well-known/openid-configuration",
    "PAIRLOOM_OIDC_CLIENT_ID": "a", "PAIRLOOM_OIDC_CLIENT_SECRET": "b",
    "PAIRLOOM_OIDC_DOMAINS": "Example.org, b.org",
}  # fmt: skip


def test_settings_of_a_provider_are_read_whole() -> None:
    found = sign_in.parse({**OIDC, "PAIRLOOM_OIDC_ROLE_CLAIM": "groups", "PAIRLOOM_OIDC_ROLE_LEAD": "bosses"})
    assert found.rules is not None
    assert found.rules.domains == {"example.org", "b.org"}
    assert (found.rules.values[Role.LEAD], found.rules.values[Role.REVIEWER]) == (
        "bosses",
        "pairloom-reviewer",
    )
    assert found.hosts[-1] == "pairs.example.org"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"PAIRLOOM_SIGN_IN": "acounts"},
            "PAIRLOOM_SIGN_IN is 'acounts'. Set it to one of: solo, accounts, oidc",
        ),
        ({"PAIRLOOM_URL": "pairs.example.org"}, "Write scheme and name only"),
        ({"PAIRLOOM_URL": ""}, "needs PAIRLOOM_URL"),
        ({"PAIRLOOM_OIDC_CLIENT_SECRET": ""}, "needs PAIRLOOM_OIDC_CLIENT_SECRET"),
        ({"PAIRLOOM_OIDC_DOMAINS": ""}, "would let in everybody the provider knows"),
    ],
)
def test_settings_that_cannot_be_used_are_named(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        sign_in.parse({**OIDC, **changes})
