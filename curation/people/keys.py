"""Secrets that links and cookies hold. The store keeps their digest, so that a copy of it opens nothing."""

import hashlib
import secrets


def fresh() -> str:
    """256 bits that nobody can guess, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is stored of a key. Unlike a password it has no need of a slow hash: it cannot be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()
