"""V14, V15, V16: what decides beside quality: the side of the screen, the length, the look of an answer.

The side is asked of the votes. Length and look are asked of the rows that a release would hold, with the
winner that stands now: that is what a model would learn from. The arithmetic is in curation.quality.
"""

from curation.quality import formats, tallies, tendencies
from curation.quality.formats import Sign
from curation.quality.tendencies import Tendency
from curation.validation import changes, concern, samples
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

_EVERYBODY = "everybody"


def position(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V14: the answer on the left wins more or less often than a fair coin explains.

    Asked per annotator and over everybody, of votes whose sides are known (table `ballot`). Sides are
    drawn by a hash of person and pair (text.left_answer), so this is about attention and never about
    the labels as a whole: it is a warning. People prefer a side by a few points in any case (Wang et al.
    2023, Large Language Models are not Fair Evaluators, for judges that are models).
    """
    people = _lefts(cursor)
    everybody = Tendency(
        chosen=sum(left.chosen for left in people.values()), n=sum(left.n for left in people.values())
    )
    leaning = {
        name: left
        for name, left in {_EVERYBODY: everybody, **people}.items()
        if left.leans(margin=policy.position_margin, p=policy.position_p, least=policy.bias_pairs)
    }
    if not leaning:
        return ()
    told = "; ".join(f"{name} {left.chosen} of {left.n}" for name, left in leaning.items())
    worst = max(leaning.values(), key=lambda left: abs((left.share or 0.5) - 0.5))
    votes = everybody.n if _EVERYBODY in leaning else sum(left.n for left in leaning.values())
    people_asked = [] if _EVERYBODY in leaning else list(leaning)
    _, examples = concern.noted(cursor, "V14", Severity.WARNING, _SIDED, {"people": people_asked})
    return (
        Finding(
            rule="V14",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=votes,
            share=votes / everybody.n,
            examples=examples,
            message=f"The left answer won unevenly often: {told} preferences.",
            fix="Queue these pairs again with the sides swapped.",
            threshold=0.5 + policy.position_margin,
            value=worst.share,
            unit="preference",
        ),
    )


def length(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V15: the longer answer wins so often, or so rarely, that length alone tells the winner.

    DPO then learns to write more (Park et al. 2024, Disentangling Length from Quality in DPO).
    """
    ((won, uneven),) = tallies.summed(
        cursor,
        """
        SELECT count(*) FILTER (WHERE chosen_chars > rejected_chars), count(*)
        FROM releasable
        WHERE greatest(chosen_chars, rejected_chars) > $ratio * least(chosen_chars, rejected_chars)
        """,
        {"ratio": policy.length_ratio},
    )
    longer = Tendency(chosen=won, n=uneven)
    if longer.share is None or not longer.is_outside(
        policy.length_low, policy.length_high, least=policy.bias_pairs
    ):
        return ()
    auroc = tendencies.length_auroc(_gaps(cursor)) or 0.5
    more = longer.share > policy.length_high
    count, examples = concern.noted(
        cursor, "V15", Severity.WARNING, _LONGER, {"ratio": policy.length_ratio, "longer_won": more}
    )
    return (
        Finding(
            rule="V15",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=count / uneven,
            examples=examples,
            message=f"Where lengths differ by more than {policy.length_ratio - 1:.0%}, the longer answer won "
            f"{won} of {uneven}; length alone tells winner from loser with an AUROC of {auroc:.2f}.",
            fix="Train with a length-normalised loss, and evaluate at equal length.",
            threshold=policy.length_high if more else policy.length_low,
            value=longer.share,
        ),
    )


def look(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V16: an outward sign (list, bold, link, emoji, code …) that winners carry more often than losers.

    A reward is easily gained by looks (Zhang et al. 2024, From Lists to Emojis, arXiv 2409.11704). Of
    large sets a sample in the queue's random order is looked at (formats.SAMPLE). It counts the pairs where
    only one answer carries such a sign.
    """
    _make_contrast(cursor)
    telling = [sign for sign in _counted(cursor) if _is_telling(sign, policy)]
    if not telling:
        return ()
    telling.sort(key=lambda sign: (-abs(sign.winners - sign.losers), sign.name))
    worst = telling[0]
    told = " ".join(
        f"{sign.name.capitalize()}: {sign.winners:,} of {sign.n:,} chosen, {sign.losers:,} of {sign.n:,} "
        "rejected answers."
        for sign in telling
    )
    differ = " OR ".join(f"won[$s{n}] <> lost[$s{n}]" for n in range(len(telling)))
    count, examples = concern.noted(
        cursor,
        "V16",
        Severity.WARNING,
        f"SELECT pair_id FROM contrast WHERE {differ}",  # noqa: S608 - names of ours
        {f"s{n}": list(formats.SIGNS).index(sign.name) + 1 for n, sign in enumerate(telling)},
        adds_up=False,  # a row may leave the sample because others come
    )
    if not count:  # no row carries any sign, and no difference was allowed
        return ()
    return (
        Finding(
            rule="V16",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=count / worst.n,
            examples=examples,
            message=told,
            fix="Look at some of these pairs: is it the content that wins?",
            threshold=policy.format_difference,
            value=abs(worst.winners - worst.losers) / worst.n,
        ),
    )


def _lefts(cursor: Cursor) -> dict[str, Tendency]:
    """By pseudonym: the left answer won, of preferences whose sides are known (annotators.Checked.left)."""
    rows = tallies.summed(
        cursor,
        """
        SELECT annotator_id, count(*) FILTER (WHERE winner = left_answer), count(*) FROM ballot
        WHERE winner IN ('answer_1', 'answer_2') AND left_answer IS NOT NULL
        GROUP BY annotator_id
        """,
        keys=1,
    )
    return {name: Tendency(chosen=chosen, n=n) for name, chosen, n in rows}


def _is_telling(sign: Sign, policy: Policy) -> bool:
    return (
        sign.n >= policy.format_pairs and abs(sign.winners - sign.losers) >= policy.format_difference * sign.n
    )


def _make_contrast(cursor: Cursor) -> None:
    """The sampled rows, and for each sign of formats.SIGNS whether winner and loser carry it."""
    samples.take(cursor, formats.SAMPLE)
    _look_at_new(cursor)
    cursor.execute(
        """
        CREATE TEMP TABLE contrast AS
        SELECT s.pair_id, chosen_of(s.winner, c.signs_1, c.signs_2) AS won,
               chosen_of(s.winner, c.signs_2, c.signs_1) AS lost
        FROM sampled AS s JOIN carried AS c ON c.pair_id = s.pair_id
        """
    )


def _look_at_new(cursor: Cursor) -> None:
    """Fill `carried` with the sampled rows that it lacks: what a text carries changes with the text only."""
    lacking = cursor.execute("SELECT pair_id FROM sampled ANTI JOIN carried USING (pair_id)").fetchall()
    if not lacking:
        return
    among, values = changes.named("id", [pair_id for (pair_id,) in lacking])
    signs = {f"sign_{n}": pattern for n, pattern in enumerate(formats.SIGNS.values())}
    one, two = (
        ", ".join(f"regexp_matches({answer}, ${sign})" for sign in signs)
        for answer in ("answer_1", "answer_2")
    )
    cursor.execute(
        f"INSERT INTO carried SELECT id, [{one}], [{two}] FROM pair WHERE {among}",  # noqa: S608 - ours
        {**values, **signs},
    )


def _counted(cursor: Cursor) -> list[Sign]:
    rows = cursor.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE won[n]), count(*) FILTER (WHERE lost[n])
        FROM contrast, range(1, $signs + 1) AS signs(n) GROUP BY n ORDER BY n
        """,
        {"signs": len(formats.SIGNS)},
    ).fetchall()
    named = zip(formats.SIGNS, rows, strict=False)  # without a row there is nothing to count
    return [Sign(name=name, n=n, winners=won, losers=lost) for name, (n, won, lost) in named]


def _gaps(cursor: Cursor) -> list[tuple[int, int]]:
    """Each different length of a winner less that of its loser, and how many rows have it."""
    return tallies.summed(
        cursor, "SELECT chosen_chars - rejected_chars AS gap, count(*) FROM releasable GROUP BY gap", keys=1
    )


# Pairs with votes of known sides, of some people or, where none are named, of everybody.
_SIDED = """
SELECT DISTINCT pair_id FROM ballot
WHERE left_answer IS NOT NULL AND winner IN ('answer_1', 'answer_2')
  AND (len($people::VARCHAR[]) = 0 OR list_contains($people::VARCHAR[], annotator_id))
"""
_LONGER = """
SELECT pair_id FROM releasable
WHERE greatest(chosen_chars, rejected_chars) > $ratio * least(chosen_chars, rejected_chars)
  AND (chosen_chars > rejected_chars) = $longer_won
"""
