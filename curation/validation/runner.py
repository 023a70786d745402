"""Runs the rules over a workspace.

To add a rule: a function in the module of its family that says what it found, another that marks the rows
where it is about rows, one line in a table below. Row rules come first, because the rules about the set look
only at what they leave.
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

RULE_SET = "v3"
Rule = Callable[[Cursor, Policy], tuple[Finding, ...]]
Mark = Callable[[Cursor, Policy], None]  # writes a rule's rows; without one it reads the others' tables

ROW_RULES: tuple[tuple[str, str, Rule, Mark | None], ...] = (
    # Before R01, to which it gives what it cannot keep, and before V02, which says nothing of what it keeps.
    ("R02", "no single answers kept", support.one_answer, support.mark_one_answer),
    ("R01", "nothing set aside by a reviewer", support.set_aside, support.mark_set_aside),
    ("V01", "valid conversation", schema.conversation, schema.mark_conversation),
    ("V02", "nothing empty", schema.empty, schema.mark_empty),
    ("V04", "answers differ", schema.identical, schema.mark_identical),
    ("V06", "no exact duplicates", duplicates.repeated, duplicates.mark_repeated),
    ("V07", "no contradictory duplicates", duplicates.contradictory, duplicates.mark_contradictory),
    ("V09", "no template tokens", traces.token_in_answer, traces.mark_token_in_answer),
    ("V17", "no ties among the winners", support.undecided_winner, None),
    ("V18", "support at the minimum", support.too_little, support.mark_too_little),
    ("V19", "no strong conflict", people.conflict, people.mark_conflict),
    ("V22", "no protected prompts", contamination.held, contamination.mark_held),
    ("V24", "fits the length", budget.no_room, budget.mark_no_room),
    ("V27", "no secrets", conduct.secret, conduct.mark_secret),
)
SET_RULES: tuple[tuple[str, str, Rule, Mark | None], ...] = (
    ("V05", "answers differ enough", schema.near, schema.mark_near),
    ("V08", "prompts that differ", clusters.near, None),
    ("V09", "no template tokens asked", traces.token_in_prompt, traces.mark_token_in_prompt),
    ("V10", "texts in their encoding", traces.garbled, traces.mark_garbled),
    ("V11", "no echo", traces.echo, traces.mark_echo),
    ("V12", "no leak at the edges", edges.leak, None),
    ("V13", "no leak of the source", sources.leak, None),
    ("V14", "no side of the screen", biases.position, None),
    ("V15", "no length", biases.length, None),
    ("V16", "no looks", biases.look, None),
    ("V18", "support by people", support.weak, None),
    ("V20", "people agree", people.agree, None),
    ("V21", "people to rely on", people.unreliable, None),
    ("V24", "nothing cut", budget.cut, None),
    ("V25", "no refusal over an answer", conduct.refusal, conduct.mark_refusal),
    ("V26", "the prompt's language", conduct.language, conduct.mark_language),
    ("V27", "no personal data", conduct.personal, conduct.mark_personal),
    ("V28", "no loops", conduct.loop, conduct.mark_loop),
    ("V28", "nothing cut at one length", conduct.pile_up, conduct.mark_pile_up),
    ("V28", "nothing ended at a limit", conduct.at_limit, conduct.mark_at_limit),
    ("V28", "nothing cut off", conduct.cut_off, conduct.mark_cut_off),
)
# Rules that run elsewhere; the card lists every rule. V03: two answers under one prompt are how a pair is
# kept, so the import refuses a row whose answers belong to different ones. V23 needs a split, so the release
# gate runs it.
AT_IMPORT, AT_SPLIT = "V03", "V23"
CHECKED = tuple(sorted({rule for rule, *_ in (*ROW_RULES, *SET_RULES)} | {AT_IMPORT, AT_SPLIT}))


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
    if snapshot.is_marked(cursor):  # by an earlier validation, and kept (kept)
        snapshot.forget_reports(cursor)
    else:
        snapshot.prepare(cursor, progress)
        budget.take(cursor, counts)
        clusters.build(cursor, policy)
        mark(cursor, policy)
        clusters.draw(cursor)
    findings = [finding for _, _, rule, _ in (*ROW_RULES, *SET_RULES) for finding in rule(cursor, policy)]
    (pairs,) = cursor.execute("SELECT count(*) FROM pair").fetchone() or (0,)
    return Validation(pairs=pairs, contents=snapshot.count(cursor), findings=ordered(findings))


def mark(cursor: Cursor, policy: Policy) -> None:
    """Write the rows of every rule: what stays out, and of what stays in what people should look at.

    What is written of a pair depends on the pairs of its content and on nothing else, so that it may be
    written for some contents alone (kept).
    """
    mark_rows(cursor, policy)
    snapshot.settle(cursor)
    for _, _, _, write in SET_RULES:
        if write is not None:
            write(cursor, policy)
    snapshot.forget_excluded_doubts(cursor)


def mark_rows(cursor: Cursor, policy: Policy) -> None:
    """The rows that stay out."""
    for _, _, _, write in ROW_RULES:
        if write is not None:
            write(cursor, policy)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By rule, errors before warnings before notes."""
    return tuple(sorted(findings, key=lambda each: (each.rule, "EWI".index(each.severity.value))))
