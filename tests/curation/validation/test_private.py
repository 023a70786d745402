"""Secrets and personal data; the ones here are made up and in no use."""

import pytest

from curation.validation import private


@pytest.mark.parametrize(
    "content",
    [
        "key: AKIA" + "Q7ZL4MWN2RTV8XPB",
        "ghp_" + "R4tY7uI0pA3sD6fG9hJ2kL5zX8cV1bN4mQ7w",
        "sk-" + "q8Wd3Kf9Zr2Lm7Tx5Vb1Nc6Jh4Gp0Ys",
        "xoxb-" + "847261539021-QmWnEbRvTcYx",
        "hf_" + "qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtY",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "AIza" + "SyD4kQ9vW2nB7mX1cZ8lT5rY3pJ6hF0gUeA",
    ],
    ids=["AWS", "GitHub", "OpenAI", "Slack", "Hugging Face", "PEM", "Google"],
)
def test_a_secret_is_found(content: str) -> None:
    assert private.secret(f"Use {content} here.") is not None


@pytest.mark.parametrize(
    "content",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-your-api-key-goes-right-here",
        "a task-oriented-and-long-hyphenated-word-chain",
        "-----BEGIN PUBLIC KEY-----",
        "hf_model_name",
    ],
)
def test_a_placeholder_is_no_secret(content: str) -> None:
    assert private.secret(f"Use {content} here.") is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Write to anna.schmidt@gmx.de soon.", "an e-mail address"),
        ("Pay with 4539 1488 0343 6467 now.", "a card number"),  # Luhn holds
        ("Pay with 4539 1488 0343 6468 now.", None),
        ("My number is 219-09-9999.", "a social security number"),
        ("My number is 000-09-9999.", None),
        ("IBAN DE89 3704 0044 0532 0130 00", "an account number (IBAN)"),
        ("IBAN DE88 3704 0044 0532 0130 00", None),
        ("Call +49 30 901820 today.", "a telephone number"),
        ("Call (212) 736-5000 today.", "a telephone number"),
        ("Call 212-555-0143 today.", None),
        ("Server 93.184.216.34 is up.", "an IP address"),
        ("Server 192.168.0.1 is up.", None),
        ("Version 4.18.20.1 is out.", None),
        ("Write to me@example.com.", None),
        ("In 2019-2020, 1,234,567 people came; 3.14159265 is pi.", None),
        ("0123456789012", None),
    ],
)
def test_personal_data_is_told_from_numbers_that_look_like_it(content: str, kind: str | None) -> None:
    assert private.personal(content) == kind


@pytest.mark.parametrize("closed", [True, False], ids=["whole", "cut off"])
def test_nothing_of_a_private_key_stays_beside_its_placeholder(closed: bool) -> None:
    body = "\n".join(["MIIEpAIBAAKCAQEAq8Wd3Kf9Zr2Lm7Tx5Vb1Nc6Jh4Gp0Ys+/AA"] * 3)
    end = "\n-----END RSA PRIVATE KEY-----" if closed else ""
    key = f"Use this:\n-----BEGIN RSA PRIVATE KEY-----\n{body}{end}\nand then log in."
    assert private.placeholders([key]) == ("Use this:\n[private key]\nand then log in.",)
