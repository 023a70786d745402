"""V25, V26, V27, V28: what an answer does that it should not. The detectors are in substance and private."""

from curation.quality import tallies
from curation.validation import doubt, exclusion, snapshot, texts
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy

# What generators call the end of their budget: OpenAI, vLLM and TGI; Anthropic and Cohere; Mistral; Gemini.
_LIMITS = ("length", "max_tokens", "max_length", "model_length", "max_new_tokens", "max_output_tokens")
_SHORTEST_PILE = 100  # characters; short answers meet at one length by chance
_PILED = "SELECT pair_id FROM unended WHERE list_contains($piles::BIGINT[], chars)"


def refusal(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V25: the winner refuses while the loser answers, and both are short.

    Some of these are right (the question should be refused), so a person looks. Refusals that win over
    answers teach over-refusal (Röttger et al. 2023, XSTest, arXiv 2308.01263).
    """
    return doubt.finding(
        cursor,
        "V25",
        message="In {count:,} of {total:,} rows a refusal won over a short answer.",
        fix="Queue them for people.",
    )


def mark_refusal(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT r.pair_id, 'V25', 'the chosen answer refuses, the rejected one answers'
        FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
        WHERE chosen_of(r.winner, f.refuses_1, f.refuses_2)
          AND NOT chosen_of(r.winner, f.refuses_2, f.refuses_1)
          AND greatest(r.chosen_chars, r.rejected_chars) < $chars
        """,
        {"chars": policy.refusal_chars},
    )


def language(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V26: the winner is in another language than the prompt, while the loser is in the prompt's.

    Prompts that name a language or ask for a translation are left out. The chosen answer's language must be
    sure; of prompt and rejected answer one is enough where they agree. A rejected answer whose language
    nobody can tell (names, figures, links) is no reason to let a chosen one in a foreign language pass.

    Source: rules.md §2, V26; confidence of Joulin et al. (2016), fastText.
    """
    return doubt.finding(
        cursor,
        "V26",
        message="In {count:,} of {total:,} rows the chosen answer is in another language than the prompt, "
        "and the rejected one is not.",
        fix="Queue them for people.",
    )


def mark_language(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        WITH said AS (
            SELECT r.pair_id, f.language_prompt AS prompt, f.sure_prompt,
                   chosen_of(r.winner, f.language_1, f.language_2) AS chosen,
                   chosen_of(r.winner, f.sure_1, f.sure_2) AS sure_chosen,
                   chosen_of(r.winner, f.language_2, f.language_1) AS rejected,
                   chosen_of(r.winner, f.sure_2, f.sure_1) AS sure_rejected
            FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
            WHERE NOT f.asks_language AND f.language_prompt <> ''
        )
        SELECT pair_id, 'V26', 'the prompt is in ' || prompt || ', the chosen answer in ' || chosen
        FROM said
        WHERE chosen <> prompt AND chosen <> '' AND sure_chosen > $sure
          AND ((rejected = prompt AND greatest(sure_prompt, sure_rejected) > $sure)
               OR (sure_rejected <= $sure AND sure_prompt > $sure AND rejected <> chosen))
        """,
        {"sure": policy.language_sure},
    )


def secret(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V27, secrets: keys and tokens; the row stays out.

    A model can be made to repeat them (Carlini et al. 2021, Extracting Training Data, arXiv 2012.07805).
    """
    return exclusion.finding(
        cursor,
        "V27",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs a text holds a key or a token.",
        fix="Replace them by placeholders, the same in both answers.",
    )


def mark_secret(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO exclusion SELECT pair_id, 'V27', 'a text holds ' || secret FROM fact"
        " WHERE secret IS NOT NULL"
    )


def personal(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V27, personal data: e-mail, telephone, card, social security and account numbers, public addresses.

    Patterns also hit public and invented persons, so a person looks.

    Source: rules.md §2, V27; check digits of ISO/IEC 7812 (cards) and ISO 13616 (IBAN).
    """
    return doubt.finding(
        cursor,
        "V27",
        message="In {count:,} of {total:,} rows a text holds what looks like personal data.",
        fix="Replace it by placeholders, the same in both answers.",
    )


def mark_personal(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        "INSERT INTO doubt SELECT pair_id, 'V27', 'a text holds ' || personal FROM fact"
        " WHERE personal IS NOT NULL"
    )


def loop(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V28: the winner repeats one line or one phrase over and over.

    Limits after Rae et al. (2021, Gopher, table A1: repeated lines 0.30), 6-grams by rules.md §2.
    """
    return doubt.finding(
        cursor,
        "V28",
        message="In {count:,} of {total:,} rows the chosen answer repeats a line or a phrase over and over.",
        fix="Queue them for people.",
    )


def mark_loop(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT r.pair_id, 'V28', 'the chosen answer repeats itself'
        FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
        WHERE chosen_of(r.winner, f.line_1, f.line_2) > $lines
           OR chosen_of(r.winner, f.gram_1, f.gram_2) > $grams
        """,
        {"lines": policy.loop_lines, "grams": policy.loop_grams},
    )


def pile_up(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V28, cut answers: many winners of one and the same length that do not end where a sentence does.

    A generator that stops at a limit leaves such a pile; lengths that people or models choose are spread.
    Counted in characters of the text as imported, so a limit in tokens is seen only where rows were cut again
    by characters. Rows whose source says how the answer ended are left to at_limit.

    Source: rules.md §2, V28; limits are engineering choices.
    """
    ((said,),) = tallies.summed(cursor, "SELECT count(*) FROM releasable WHERE NOT is_ending_told")
    least = max(policy.pile_pairs, policy.pile_share * said)
    lengths = tallies.summed(cursor, "SELECT chars, count(*) FROM unended GROUP BY chars", keys=1)
    return doubt.finding(
        cursor,
        "V28",
        found=(_PILED, {"piles": [chars for chars, rows in lengths if rows >= least]}),
        message="In {count:,} of {total:,} rows the chosen answer is exactly as long as many others and does "
        "not end a sentence; it was probably cut at a limit.",
        fix="Queue them for people, or import them with a larger limit.",
    )


def mark_pile_up(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO unended
        WITH said AS (
            SELECT r.pair_id, r.chosen_chars AS chars,
                   list_contains(chosen_of(r.winner, f.edges_1, f.edges_2), $ends) AS ends
            FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id WHERE NOT r.is_ending_told
        )
        SELECT pair_id, chars FROM said WHERE NOT ends AND chars >= $shortest
        """,
        {"ends": texts.SENTENCE_END, "shortest": _SHORTEST_PILE},
    )


def at_limit(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V28, cut answers: the source itself says that the winner ended at a limit of length.

    A cut answer teaches a model not to end. Any row of any source that says so is enough.

    Source: rules.md §2, V28; finish_reason of OpenAI's API and what others call the same.
    """
    return doubt.finding(
        cursor,
        "V28",
        mark="V28 finish",
        message="In {count:,} of {total:,} rows the source says that the chosen answer ended at a limit of "
        "length.",
        fix="Queue them for people, or import them with a larger limit.",
    )


def mark_at_limit(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT DISTINCT r.pair_id, 'V28 finish', 'its source says that the chosen answer ended at a limit ('
               || chosen_of(r.winner, e.finish_1, e.finish_2) || ')'
        FROM releasable AS r JOIN ending AS e ON e.pair_id = r.pair_id
        WHERE list_contains($limits, chosen_of(r.winner, e.finish_1, e.finish_2))
        """,
        {"limits": _LIMITS},
    )


def cut_off(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V28, cut answers: a code fence that the winner leaves open. From the text alone this is a hint only.

    Where the source says how the answer ended, nobody needs a hint (at_limit).

    Source: rules.md §2, V28; from the text alone the pilot had a recall of 0.375 and a precision of 0.31.
    """
    return doubt.finding(
        cursor,
        "V28",
        mark="V28 cut",
        severity=Severity.NOTE,
        message="In {count:,} of {total:,} rows the chosen answer leaves a code fence open; it may be cut.",
        fix="Queue them for people.",
    )


def mark_cut_off(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO doubt
        SELECT r.pair_id, 'V28 cut', 'the chosen answer leaves a code fence open'
        FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
        WHERE chosen_of(r.winner, f.fence_1, f.fence_2) AND NOT r.is_ending_told
        """
    )
