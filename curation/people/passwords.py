"""Passwords: what is asked of a new one, and argon2id. Nothing here is ever stored or logged in clear."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from curation import text
from curation.errors import InvalidInput

LEAST = 10  # characters; NIST SP 800-63B asks for 8 and for no rules about their kinds
MOST = 256
# argon2-cffi's defaults are the second recommended option of RFC 9106: 64 MiB, 3 passes, 4 lanes.
_HASHER = PasswordHasher()
# Each takes 64 MiB and tens of milliseconds of all cores: a burst of sign-ins waits its turn.
_TURNS = threading.BoundedSemaphore(2)
_NOBODYS = _HASHER.hash("the password of nobody")


def hashed(password: str, *, name: str) -> str:
    """The hash of a new password, with its parameters and salt.

    Args:
        name: of the person; a password that holds it is refused.

    Raises:
        InvalidInput: it is too short, too long, or holds the name.
    """
    if not LEAST <= len(password) <= MOST:
        raise InvalidInput(
            f"A password has {LEAST} to {MOST} characters. A few words in a row are a good one."
        )
    if text.folded(name) in text.folded(password) or len(set(password)) < 4:
        raise InvalidInput(
            "This password is easily guessed. Take a few words that have nothing to do with you."
        )
    with _TURNS:
        return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash.

    Args:
        password_hash: None for nobody's: takes as long and is False, so that time tells no names.
    """
    with _TURNS:
        try:
            fits = _HASHER.verify(password_hash or _NOBODYS, password[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return fits and password_hash is not None
