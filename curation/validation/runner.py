"""Runs the rules over a workspace.

To add a rule: one function in the module of its family, one line in a table below. Row rules come
first, because the rules about the set look only at what they leave.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from curation.database import Database
from curation.validation import (
    biases,
    budget,
    clusters,
    conduct,
    contamination,
    duplicates,
    edges,
    people,
    schema,
    snapshot,
    sources,
    support,
    traces,
)
from curation.validation.budget import TokenCount
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding
from curation.validation.policy import Policy

RULE_SET = "v2"
Rule = Callable[[Cursor, Policy], tuple[Finding, ...]]

ROW_RULES: tuple[tuple[str, str, Rule], ...] = (
    ("R01", "nothing set aside by a reviewer", support.set_aside),
    ("V01", "valid conversation", schema.conversation),
    ("V02", "nothing empty", schema.empty),
    ("V04", "answers differ", schema.identical),
    ("V06", "no exact duplicates", duplicates.repeated),
    ("V07", "no contradictory duplicates", duplicates.contradictory),
    ("V09", "no template tokens", traces.token_in_answer),
    ("V17", "no ties among the winners", support.undecided_winner),
    ("V18", "support at the minimum", support.too_little),
    ("V19", "no strong conflict", people.conflict),
    ("V22", "no protected prompts", contamination.held),
    ("V24", "fits the length", budget.no_room),
    ("V27", "no secrets", conduct.secret),
)
SET_RULES: tuple[tuple[str, str, Rule], ...] = (
    ("V05", "answers differ enough", schema.near),
    ("V08", "prompts that differ", clusters.near),
    ("V09", "no template tokens asked", traces.token_in_prompt),
    ("V10", "texts in their encoding", traces.garbled),
    ("V11", "no echo", traces.echo),
    ("V12", "no leak at the edges", edges.leak),
    ("V13", "no leak of the source", sources.leak),
    ("V14", "no side of the screen", biases.position),
    ("V15", "no length", biases.length),
    ("V16", "no looks", biases.look),
    ("V18", "support by people", support.weak),
    ("V20", "people agree", people.agree),
    ("V21", "people to rely on", people.unreliable),
    ("V24", "nothing cut", budget.cut),
    ("V25", "no refusal over an answer", conduct.refusal),
    ("V26", "the prompt's language", conduct.language),
    ("V27", "no personal data", conduct.personal),
    ("V28", "no loops", conduct.loop),
    ("V28", "nothing cut at one length", conduct.pile_up),
    ("V28", "nothing ended at a limit", conduct.at_limit),
    ("V28", "nothing cut off", conduct.cut_off),
)
# Rules that run elsewhere; the card lists every rule. V03: two answers under one prompt are how a pair is
# kept, so the import refuses a row whose answers belong to different ones. V23 needs a split, so the release
# gate runs it.
AT_IMPORT, AT_SPLIT = "V03", "V23"
CHECKED = tuple(sorted({rule for rule, _, _ in (*ROW_RULES, *SET_RULES)} | {AT_IMPORT, AT_SPLIT}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the rules say of a workspace under a policy.

    Attributes:
        pairs: pairs in the workspace.
        contents: different contents among them.
        findings: by rule, heaviest first.
    """

    pairs: int
    contents: int
    findings: tuple[Finding, ...]

    def of_rule(self, rule: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.rule == rule)


def validate(
    db: Database,
    policy: Policy,
    *,
    counts: Iterable[TokenCount] = (),
    progress: snapshot.Progress = lambda _done, _total: None,
) -> Validation:
    """Run every rule that needs no split.

    Args:
        counts: exact token counts where a tokenizer has been asked; other lengths are estimated.
        progress: called with pairs measured and pairs to measure.
    """
    with snapshot.opened(db, progress) as cursor:
        return run(cursor, policy, counts=counts, progress=progress)


def run(
    cursor: Cursor,
    policy: Policy,
    *,
    counts: Iterable[TokenCount] = (),
    progress: snapshot.Progress = lambda _done, _total: None,
) -> Validation:
    """The same on an opened snapshot, whose tables then say which rows a release may hold."""
    contents = snapshot.prepare(cursor, progress)
    budget.take(cursor, counts)
    clusters.build(cursor, policy)
    findings = [finding for _, _, rule in ROW_RULES for finding in rule(cursor, policy)]
    snapshot.settle(cursor)
    findings += [finding for _, _, rule in SET_RULES for finding in rule(cursor, policy)]
    (pairs,) = cursor.execute("SELECT count(*) FROM pair").fetchone() or (0,)
    return Validation(pairs=pairs, contents=contents, findings=ordered(findings))


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By rule, errors before warnings before notes."""
    return tuple(sorted(findings, key=lambda each: (each.rule, "EWI".index(each.severity.value))))
