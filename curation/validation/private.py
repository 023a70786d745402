"""V27: secrets and personal data. Pure functions of one text; every find is a word for its kind."""

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

_SECRETS = {
    "a private key": re.compile(  # all of it, or a placeholder would leave the key behind its first line
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\S]{0,20000}?-----END (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
        r"|(?:(?:\s|\\n)*[A-Za-z0-9+/=]{16,})*)"
    ),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "an API key": re.compile(r"\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,}"),
    "a Stripe key": re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
}
_HINT = re.compile(r"PRIVATE KEY|A[KS]IA|gh[pousr]_|github_pat|glpat|sk-|[sr]k_live|xox|AIza|hf_|eyJ")
_ENTROPY_LEAST = 3.0  # bits a character: "sk-xxxxxxxx" and "AKIAEXAMPLE…" are no secrets
_PLACEHOLDER = re.compile(r"example|your|xxx|placeholder|1234567|abcdef", re.IGNORECASE)

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b")
_NO_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example|test|invalid|localhost|domain|email|mail|company|yourdomain|mydomain|website|"
    r"yourcompany)\.|@(?:[\w-]+\.)*(?:example|test|invalid)$|^(?:you|your|name|user|username|someone|email|"
    r"john\.?doe|jane\.?doe|git|info|support|noreply|no-reply)\w*@|\.(?:png|jpe?g|gif|svg|js|css|py)$|"
    r"^[^@]@[^@.]\.",  # a@b.co: nobody's
    re.IGNORECASE,
)
# What may be a number; whether it can be dialled anywhere is phonenumbers' to say.
_PHONE = re.compile(
    r"(?<![\w.+/=-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)|\d{1,4})(?:[ .-]?\d{2,4}){2,4}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4})(?![\w-]|\.\d)"
)
_FICTION = re.compile(r"555[ .-]?\d{4}$|(?:123|000)[ .-]?(?:4567|0000)$|\(?(?:555|123|000)\)?[ .-]")
_CARD = re.compile(
    r"(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)(?:[ -]?\d{4}){3}"
    r"|3[47]\d\d[ -]?\d{6}[ -]?\d{5})(?![\w-]|\.\d)"
)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_FAMOUS = ("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "1.2.3.4")
_VERSION = re.compile(r"version|release|\bv$", re.IGNORECASE)
_DIGITS = re.compile(r"\d(?:[ ().+-]{0,2}\d){6}")


def secret(content: str) -> str | None:
    """What kind of secret it holds; None where none is found. Sources: the issuers' published formats."""
    if _HINT.search(content) is None:
        return None
    for kind, pattern in _SECRETS.items():
        if any(_is_secret(kind, found[0]) for found in pattern.finditer(content)):
            return kind
    return None


def personal(content: str) -> str | None:
    """What kind of personal data it holds; None where none is found.

    Reserved domains, fictional numbers and private networks are nobody's.
    """
    if "@" in content and any(_NO_MAIL.search(found[0]) is None for found in _MAIL.finditer(content)):
        return "an e-mail address"
    if _DIGITS.search(content) is None:
        return None
    if _SSN.search(content):
        return "a social security number"
    if any(_luhn(found[0]) for found in _CARD.finditer(content)):
        return "a card number"
    if any(_is_iban(found[0]) for found in _IBAN.finditer(content)):
        return "an account number (IBAN)"
    if any(_is_phone(found[0]) for found in _PHONE.finditer(content)):
        return "a telephone number"
    return (
        "an IP address" if any(_is_public(content, found) for found in _ADDRESS.finditer(content)) else None
    )


def found(content: str) -> list[tuple[tuple[int, int], str]]:
    """Every secret and every piece of personal data: where it stands, and its kind; no two overlap."""
    hits = [(each.span(), kind) for kind, each in _hits(content)]
    apart: list[tuple[tuple[int, int], str]] = []
    for span, kind in sorted(hits):
        if not apart or span[0] >= apart[-1][0][1]:
            apart.append((span, kind))
    return apart


def placeholders(contents: Sequence[str]) -> tuple[str, ...]:
    """The texts with a typed placeholder for each find: the same for the same value in all of them.

    Several values of one kind are numbered in the order in which they stand: [e-mail address 2].
    """
    finds = [found(content) for content in contents]
    values: dict[str, dict[str, int]] = {}
    for content, hits in zip(contents, finds, strict=True):
        for (start, end), kind in hits:
            numbers = values.setdefault(kind, {})
            numbers.setdefault(content[start:end], len(numbers) + 1)
    return tuple(_replaced(content, hits, values) for content, hits in zip(contents, finds, strict=True))


def _replaced(
    content: str, hits: list[tuple[tuple[int, int], str]], values: Mapping[str, Mapping[str, int]]
) -> str:
    for (start, end), kind in reversed(hits):
        name = kind.removeprefix("an ").removeprefix("a ")
        number = values[kind][content[start:end]] if len(values[kind]) > 1 else ""
        content = f"{content[:start]}[{name} {number}".rstrip() + f"]{content[end:]}"
    return content


def _hits(content: str) -> Iterator[tuple[str, re.Match[str]]]:
    for kind, pattern in _SECRETS.items():
        yield from ((kind, each) for each in pattern.finditer(content) if _is_secret(kind, each[0]))
    for kind, (pattern, is_real) in _PERSONAL.items():
        yield from ((kind, each) for each in pattern.finditer(content) if is_real(each))


def _is_secret(kind: str, found: str) -> bool:
    if kind == "a private key":
        return True
    return _PLACEHOLDER.search(found) is None and _entropy(found) >= _ENTROPY_LEAST


def _entropy(found: str) -> float:
    """Shannon's, bits a character."""
    counts = Counter(found).values()
    return -sum(count / len(found) * math.log2(count / len(found)) for count in counts)


def _luhn(found: str) -> bool:
    digits = [int(sign) for sign in found if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 3


def _is_iban(found: str) -> bool:
    bare = found.replace(" ", "")
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def _is_phone(found: str) -> bool:
    """A number that a numbering plan has, so that sums and counters are none (ITU-T E.164; phonenumbers).

    Without a country code it is read as one of North America, whose notation the pattern asks for.
    """
    if _FICTION.search(found) is not None:
        return False
    import phonenumbers  # few texts have a candidate

    try:
        number = phonenumbers.parse(found, None if found.startswith("+") else "US")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _is_public(content: str, found: re.Match[str]) -> bool:
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:
        return False
    before = content[max(0, found.start() - 12) : found.start()]
    return address.is_global and found[0] not in _FAMOUS and _VERSION.search(before) is None


_PERSONAL: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], bool]]] = {
    "an e-mail address": (_MAIL, lambda each: _NO_MAIL.search(each[0]) is None),
    "a social security number": (_SSN, lambda _each: True),
    "a card number": (_CARD, lambda each: _luhn(each[0])),
    "an account number (IBAN)": (_IBAN, lambda each: _is_iban(each[0])),
    "a telephone number": (_PHONE, lambda each: _is_phone(each[0])),
    "an IP address": (_ADDRESS, lambda each: _is_public(each.string, each)),
}
