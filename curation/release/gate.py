"""What stands between a workspace and a release.

Row errors are resolved by leaving the row out. What blocks: an error about the whole set, a warning
that nobody has acknowledged, and a set too small to hold anything out.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from curation.database import Database
from curation.errors import InvalidInput, ReleaseBlocked
from curation.model import Tier
from curation.quality import tallies
from curation.release import agreement, split
from curation.release.agreement import Agreement
from curation.validation import concern, kept, protected, runner, snapshot, support
from curation.validation import split as split_rule
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy
from curation.validation.runner import Validation

GATE_RULES = ("G06",)
_REMOVING_RULES = ("R01", "R02", "V01", "V02", "V04", "V07", "V09", "V19", "V22", "V24", "V27")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a release of the present state would hold.

    Attributes:
        policy: what it was examined under.
        validation: findings of all rules, those of the split and the gate included.
        train, test, ties, excluded: rows of each file; together they are validation.pairs.
        tiers: rows of train and test by tier.
        protected: protected prompts that every row was compared with, by set.
        chosen_test: rows of test that another arm of the queue than the random one served.
    """

    policy: Policy
    validation: Validation
    train: int
    test: int
    ties: int
    excluded: int
    tiers: dict[Tier, int]
    chosen_test: int
    agreement: Agreement
    protected: Mapping[str, int]

    @property
    def supported_share(self) -> float:
        """Share of rows in gold, agree2 or majority, in [0, 1]; 0 without rows."""
        rows = self.train + self.test
        good = sum(self.tiers.get(tier, 0) for tier in (Tier.GOLD, Tier.AGREE2, Tier.MAJORITY))
        return good / rows if rows else 0.0

    @property
    def to_acknowledge(self) -> tuple[str, ...]:
        """Rules whose warnings a person must accept by name."""
        return tuple(sorted({each.rule for each in self.validation.findings if each.needs_acknowledgement}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One reason why a release is refused; rule is "" where no single rule is."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A person has seen a rule's warnings and releases all the same."""

    rule: str
    count: int
    by: str


def examine(
    db: Database, policy: Policy, *, progress: snapshot.Progress = lambda _done, _total: None
) -> Examination:
    """Validate, plan the split and count, without writing anything."""
    with opened(db, policy, progress=progress) as (_, examination):
        return examination


@contextmanager
def opened(
    db: Database, policy: Policy, *, progress: snapshot.Progress = lambda _done, _total: None
) -> Iterator[tuple[Cursor, Examination]]:
    """The same with the snapshot that it was told from, for the pairs behind it.

    What the last look has found is kept, and looked at again only where something has changed since (kept).
    """
    with kept.opened(db, policy, progress) as view:
        if not isinstance(view.answer, Examination):
            view.answer = examined(view.cursor, policy, progress=progress)
        yield view.cursor, view.answer


def examined(
    cursor: Cursor, policy: Policy, *, progress: snapshot.Progress = lambda _done, _total: None
) -> Examination:
    """The same on an opened snapshot, whose tables then hold the rows of the release."""
    validation = runner.run(cursor, policy, progress=progress)
    split.plan(cursor)
    findings = (*validation.findings, *split_rule.leak(cursor), *_much_removed(cursor, policy))
    return Examination(
        policy=policy,
        validation=replace(validation, findings=runner.ordered(findings)),
        train=_count(cursor, "SELECT (SELECT count(*) FROM releasable) - (SELECT count(*) FROM test_row)"),
        test=_count(cursor, "SELECT count(*) FROM test_row"),
        ties=_sum(cursor, _TIES),
        excluded=_sum(cursor, "SELECT count(DISTINCT pair_id) FROM exclusion"),
        tiers=_tiers(cursor),
        chosen_test=_count(cursor, "SELECT count(*) FROM test_row WHERE NOT from_random_arm"),
        agreement=agreement.measured(cursor),
        protected=protected.supplied(cursor),
    )


def blockers(examination: Examination, accepted: Collection[str] = ()) -> tuple[Blocker, ...]:
    """Everything that stands in the way of a release; empty when it may be written.

    Args:
        accepted: rules whose warnings a person acknowledges.
    """
    found = [
        Blocker(rule=each.rule, message=f"{each.rule} blocks: {each.message} {each.fix}".strip())
        for each in examination.validation.findings
        if each.blocks
    ]
    found += [
        Blocker(rule=each.rule, message=f"{each.rule} needs an acknowledgement: {each.message}")
        for each in examination.validation.findings
        if each.needs_acknowledgement and each.rule not in accepted
    ]
    if not (examination.train and examination.test):
        found.append(Blocker(rule="", message=_too_few(examination)))
    return tuple(found)


def acknowledged(
    examination: Examination, *, accept: Collection[str], accept_all: bool, by: str
) -> tuple[Acknowledgement, ...]:
    """The acknowledgements a release carries, by rule; those that no warning asks for are dropped.

    Raises:
        InvalidInput: a rule that does not exist, or nobody's name.
        ReleaseBlocked: something still stands in the way; the message lists all of it.
    """
    unknown = sorted(set(accept) - {*runner.CHECKED, *GATE_RULES})
    if unknown:
        raise InvalidInput(
            f"There is no rule {', '.join(unknown)} to accept. Rules: {', '.join(runner.CHECKED)}."
        )
    if not by.strip():
        raise InvalidInput("A release needs the name of the person who makes it.")
    wanted = set(examination.to_acknowledge)
    accepted = wanted if accept_all else wanted & set(accept)
    standing = blockers(examination, accepted)
    if standing:
        reasons = " ".join(each.message for each in standing)
        raise ReleaseBlocked(
            f"The release is blocked. {reasons} Acknowledge by name what you accept, and mend the rest."
        )
    findings = [each for each in examination.validation.findings if each.needs_acknowledgement]
    return tuple(
        Acknowledgement(rule=rule, count=sum(each.count for each in findings if each.rule == rule), by=by)
        for rule in sorted(accepted)
    )


def _too_few(examination: Examination) -> str:
    rows = examination.train + examination.test
    left = {0: "No row is", 1: "1 row is"}.get(rows, f"{rows:,} rows are")
    more = "Settle" if examination.policy.minimum_tier is Tier.GOLD else "Import or label"
    return (
        f"{left} left: too few different prompts to hold any out for a test. "
        f"{more} more pairs, or lower the minimum support."
    )


_TIES = """
SELECT count(*) FROM candidate AS c
WHERE c.winner IN ('tie', 'both_bad')
  AND NOT EXISTS (SELECT 1 FROM exclusion AS e WHERE e.pair_id = c.pair_id)
"""


def _much_removed(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """G06: the rules removed so much that what is left may be another set (PrefCleanBench, arXiv 2509.23564).

    Support below the minimum is the lead's choice and is not counted, nor are surplus copies.
    """
    ((decided, removed),) = tallies.summed(
        cursor,
        """
        WITH decided AS (SELECT pair_id FROM candidate WHERE winner IN ('answer_1', 'answer_2'))
        SELECT (SELECT count(*) FROM decided),
               (SELECT count(*) FROM decided SEMI JOIN (
                   SELECT pair_id FROM exclusion WHERE list_contains($rules::VARCHAR[], rule)) AS e
                USING (pair_id))
        """,
        {"rules": list(_REMOVING_RULES)},
    )
    if not decided or removed / decided <= policy.removal_share:
        return ()
    _, examples = concern.noted(
        cursor,
        "G06",
        Severity.WARNING,
        """
        SELECT c.pair_id FROM candidate AS c
        WHERE c.winner IN ('answer_1', 'answer_2') AND EXISTS (
            SELECT 1 FROM exclusion AS e
            WHERE e.pair_id = c.pair_id AND list_contains($rules::VARCHAR[], e.rule))
        """,
        {"rules": list(_REMOVING_RULES)},
    )
    return (
        Finding(
            rule="G06",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=removed,
            share=removed / decided,
            examples=examples,
            message=f"The rules remove {removed:,} of {decided:,} decided pairs; beyond "
            f"{policy.removal_share:.0%} removing tends to hurt.",
            threshold=policy.removal_share,
            value=removed / decided,
        ),
    )


def _tiers(cursor: Cursor) -> dict[Tier, int]:
    counts = {Tier(tier): count for tier, count in tallies.summed(cursor, support.TIERS, keys=1)}
    return {tier: counts[tier] for tier in Tier if tier in counts}


def _sum(cursor: Cursor, query: str) -> int:
    ((count,),) = tallies.summed(cursor, query)
    return int(count)


def _count(cursor: Cursor, query: str) -> int:
    (count,) = cursor.execute(query).fetchone() or (0,)
    return int(count)
