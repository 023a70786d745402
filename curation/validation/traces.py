"""V09, V10, V11: what a pipeline has left in the texts. The detectors are in residue."""

from curation.validation import doubt, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding
from curation.validation.policy import Policy


def token_in_answer(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V09, answers: a chat-template token or a role marker; the row stays out.

    A tokenizer reads such a text as the token itself, so that the model learns to end or to change the
    speaker in mid-answer. TRL 1.16 adds the template's own tokens around what is already there.
    policy.template_tokens are further ones, such as a tokenizer's all_special_tokens.

    Source: rules.md §2, V09; the chat templates that residue.template_token names.
    """
    return exclusion.finding(
        cursor,
        "V09",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs an answer holds a chat-template token or a role marker.",
        fix="Cut them where they stand at an end.",
    )


def mark_token_in_answer(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT pair_id, 'V09', 'an answer holds the template token “' || coalesce(token_1, token_2) || '”'
        FROM fact WHERE token_1 IS NOT NULL OR token_2 IS NOT NULL
        """
    )
    for token in policy.template_tokens:
        cursor.execute(
            """
            INSERT INTO exclusion
            SELECT c.pair_id, 'V09', 'an answer holds the template token “' || $token || '”'
            FROM candidate AS c JOIN pair AS p ON p.id = c.pair_id
            WHERE contains(p.answer_1, $token) OR contains(p.answer_2, $token)
            """,
            {"token": token},
        )


def token_in_prompt(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V09, prompts and earlier turns: a token there may be the subject of the question, so a person looks.

    Source: rules.md §2, V09; the chat templates that residue.template_token names.
    """
    return doubt.finding(
        cursor,
        "V09",
        message="In {count:,} of {total:,} rows the prompt or an earlier turn holds a chat-template token "
        "or a role marker.",
        fix="Cut them where they stand at an end.",
    )


def mark_token_in_prompt(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO doubt"
        " SELECT pair_id, 'V09', 'prompt or earlier turns hold the template token “' || token_prompt || '”'"
        " FROM fact WHERE token_prompt IS NOT NULL"
    )


def garbled(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V10: a text with replacement or control characters, or read in a wrong encoding.

    Only one answer may be affected, and then the model learns the damage instead of the content.

    Source: rules.md §2, V10; Speer (2019), ftfy.
    """
    return doubt.finding(
        cursor,
        "V10",
        message="In {count:,} of {total:,} rows a text holds replacement or control characters, or was "
        "read in a wrong encoding.",
        fix="Repair what can be read again, or read the source in its own encoding.",
    )


def mark_garbled(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT pair_id, 'V10', 'there is ' || coalesce(garbled_1, garbled_2, garbled_prompt)
        FROM fact WHERE garbled_1 IS NOT NULL OR garbled_2 IS NOT NULL OR garbled_prompt IS NOT NULL
        """
    )


def echo(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V11: exactly one answer repeats the prompt at its start, as a base model's raw output does.

    Source: rules.md §2, V11; 20 characters at least.
    """
    return doubt.finding(
        cursor,
        "V11",
        message="In {count:,} of {total:,} rows exactly one answer begins with the prompt.",
        fix="Cut the echo.",
    )


def mark_echo(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO doubt SELECT pair_id, 'V11', 'one answer begins with the prompt'"
        " FROM fact WHERE echo_1 <> echo_2"
    )
