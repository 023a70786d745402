"""How people sign in here: one setting, and what goes with it. Read from the environment, once a process.

PAIRLOOM_SIGN_IN   solo (default) · accounts · oidc
PAIRLOOM_URL       the address people type, such as https://pairs.example.org; https makes cookies Secure
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from curation.errors import InvalidInput
from curation.model import Role
from curation.people.identities import Rules

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
CALLBACK = "/sign-in/callback"
_SOLO_ALONE = "Pairloom runs in solo mode, which lets everyone in, so it does not listen on {address}. "


class Mode(StrEnum):
    """Who may come in."""

    SOLO = "solo"
    ACCOUNTS = "accounts"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The OpenID provider, as registered there."""

    metadata: str
    client_id: str
    client_secret: str
    name: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How people sign in.

    Attributes:
        url: what people type, without a slash at the end; "" where it is not said.
        provider, rules: in mode oidc.
    """

    mode: Mode
    url: str = ""
    provider: Provider | None = None
    rules: Rules | None = None

    @property
    def hosts(self) -> list[str]:
        """The names under which requests are answered."""
        name = urlsplit(self.url).hostname
        return [*LOOPBACK, *([name] if name else [])]

    @property
    def secure(self) -> bool:
        """People come by https only, so cookies travel by https only."""
        return self.url.startswith("https://")


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidInput: one of them cannot be used; the message names it.
    """
    return parse(os.environ)


def parse(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment holds.

    Raises:
        InvalidInput: one of them cannot be used; the message names it.
    """
    mode = _mode(environment.get("PAIRLOOM_SIGN_IN") or Mode.SOLO)
    url = _url(environment.get("PAIRLOOM_URL", ""))
    if mode is not Mode.OIDC:
        return Settings(mode=mode, url=url)
    if not url:
        raise InvalidInput("PAIRLOOM_SIGN_IN=oidc needs PAIRLOOM_URL: the provider sends people back to it.")
    return Settings(mode=mode, url=url, provider=_provider(environment), rules=_rules(environment))


def require_address(found: Settings, address: str) -> None:
    """Refuse an address that others can reach while everybody may come in.

    Args:
        address: what the server listens on; "" for every address.

    Raises:
        InvalidInput: solo mode on such an address, or a name people type is missing.
    """
    if address == "localhost" or _is_loopback(address):
        return
    shown = address or "all addresses"
    if found.mode is Mode.SOLO:
        raise InvalidInput(
            _SOLO_ALONE.format(address=shown)
            + "Start it with server.address = 127.0.0.1, or set PAIRLOOM_SIGN_IN to accounts or oidc."
        )
    if not found.url:
        raise InvalidInput(
            f"To listen on {shown}, set PAIRLOOM_URL to the address people type, such as "
            "https://pairs.example.org: no other name is answered."
        )


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError as error:
        raise InvalidInput(f"PAIRLOOM_SIGN_IN is {value!r}. Set it to one of: {', '.join(Mode)}.") from error


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise InvalidInput(
            f"PAIRLOOM_URL is {value!r}. Write scheme and name only: https://pairs.example.org."
        )
    return value.rstrip("/")


def _provider(environment: Mapping[str, str]) -> Provider:
    named = ("PAIRLOOM_OIDC_METADATA", "PAIRLOOM_OIDC_CLIENT_ID", "PAIRLOOM_OIDC_CLIENT_SECRET")
    missing = [name for name in named if not environment.get(name)]
    if missing:
        raise InvalidInput(f"PAIRLOOM_SIGN_IN=oidc needs {', '.join(missing)} as well.")
    metadata, client_id, client_secret = (environment[name] for name in named)
    return Provider(
        metadata=metadata,
        client_id=client_id,
        client_secret=client_secret,
        name=environment.get("PAIRLOOM_OIDC_NAME", "your organisation"),
        scope=environment.get("PAIRLOOM_OIDC_SCOPE", "openid email profile"),
    )


def _rules(environment: Mapping[str, str]) -> Rules:
    claim = environment.get("PAIRLOOM_OIDC_ROLE_CLAIM", "")
    rules = Rules(
        domains=_listed(environment.get("PAIRLOOM_OIDC_DOMAINS", "")),
        role_claim=claim,
        values={
            role: environment.get(f"PAIRLOOM_OIDC_ROLE_{role.name}") or f"pairloom-{role}" for role in Role
        },
        leads=_listed(environment.get("PAIRLOOM_OIDC_LEADS", "")),
    )
    if not rules.domains and not claim:
        raise InvalidInput(
            "PAIRLOOM_SIGN_IN=oidc would let in everybody the provider knows. Set PAIRLOOM_OIDC_DOMAINS, "
            "PAIRLOOM_OIDC_ROLE_CLAIM, or both."
        )
    return rules


def _listed(value: str) -> frozenset[str]:
    return frozenset(part.strip().casefold() for part in value.split(",") if part.strip())


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
