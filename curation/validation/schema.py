"""V01, V02, V04, V05: a row that is no preference at all, or hardly one."""

from curation.validation import doubt, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding
from curation.validation.policy import Policy


def conversation(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V01: earlier turns are messages that alternate, so that the prompt is the user's turn.

    Trainers accept a misspelt or doubled role without a word, or fail far from the cause: TRL 1.16
    renders what the chat template makes of it.

    Source: rules.md §2, V01; TRL 1.16, conversational format.
    """
    return exclusion.finding(
        cursor,
        "V01",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs the earlier turns are no valid conversation.",
    )


def mark_conversation(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO exclusion SELECT pair_id, 'V01', 'the conversation is not valid: ' || fault"
        " FROM fact WHERE fault IS NOT NULL"
    )


def empty(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V02: prompt or an answer holds nothing that a reader would see (NFKC, zero-width characters removed).

    TRL 1.16 trains on an empty side without a word; the pair then teaches length and nothing else.

    Source: rules.md §2, V02; Unicode Standard Annex 15 (NFKC).
    """
    return exclusion.finding(
        cursor,
        "V02",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs the prompt or an answer is empty to a reader.",
        fix="Keep the side that is good for a KTO export.",
    )


def mark_empty(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT pair_id, 'V02',
               CASE WHEN empty_prompt THEN 'the prompt is empty'
                    WHEN empty_1 AND empty_2 THEN 'both answers are empty'
                    ELSE 'one answer is empty' END
        FROM fact WHERE (empty_prompt OR empty_1 OR empty_2)
          AND NOT EXISTS (SELECT 1 FROM exclusion AS e WHERE e.pair_id = fact.pair_id AND e.rule = 'R02')
        """
    )


def identical(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V04: the answers are equal after NFKC, casefold and white-space folding, and one is said to be better.

    Identical sides have gradient zero under the DPO loss (Rafailov et al. 2023, eq. 7) and count as wrong
    in the reward accuracy, which asks for a strict difference.
    """
    return exclusion.finding(
        cursor,
        "V04",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs the two answers are the same text to a reader.",
        fix="Settle them as ties.",
    )


def mark_identical(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO exclusion SELECT f.pair_id, 'V04', 'the two answers are the same text to a reader'"
        " FROM fact AS f JOIN candidate AS c ON c.pair_id = f.pair_id"
        " WHERE f.same AND coalesce(c.winner, '') NOT IN ('tie', 'both_bad')"
    )


def near(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V05: the answers are nearly the same text (Indel similarity, lengths within 20 %).

    On such pairs DPO lowers the likelihood of both answers (Pal et al. 2024, Smaug, arXiv 2402.13228).
    """
    return doubt.finding(
        cursor,
        "V05",
        message="In {count:,} of {total:,} rows the two answers are nearly the same text.",
        fix="Queue them for people: is there a difference that matters?",
    )


def mark_near(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT pair_id, 'V05', 'the two answers are nearly the same text' FROM fact
        WHERE near >= $near AND NOT same
        """,
        {"near": policy.near_identical},
    )
