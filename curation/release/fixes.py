"""What one button makes of the pairs behind a finding: looked at first, then done and undone as one action.

Fixes of texts are mends: a release writes the mended text, the import stays as it is. The others settle
pairs as ties or set surplus ones aside, as a reviewer would. What a fix cannot mend is counted and left
alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import duckdb

from curation import text
from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import mends, placements, settlements
from curation.labelling.actions import Action
from curation.labelling.mends import Mend
from curation.model import Message, Verdict
from curation.release import gate
from curation.validation import evidence, private, residue, texts
from curation.validation.finding import Severity
from curation.validation.policy import Policy

SHOWN = 3
CAP = 5  # pairs of one prompt cluster that the fix of V08 keeps (rules.md §2)
_BATCH = 1000
Texts = tuple[str, ...]  # prompt, answer 1, answer 2, then the earlier turns from the first on


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A fix that a page may offer.

    Attributes:
        does: what the button says, and the audit after it.
        means: what happens to the pairs, one sentence.
    """

    does: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One pair before and after; the texts are equal where the fix is no change of a text.

    Attributes:
        earlier: the turns before the prompt as they were, whose texts stand in `before` behind the answers.
    """

    pair_id: str
    earlier: tuple[Message, ...]
    before: Texts
    after: Texts

    @property
    def mend(self) -> Mend:
        """The texts after it, to be kept."""
        prompt, one, two, *turns = self.after
        context = [replace(turn, content=content) for turn, content in zip(self.earlier, turns, strict=True)]
        return Mend(
            pair_id=self.pair_id,
            context=text.context_json(context),
            prompt=prompt,
            answer_1=one,
            answer_2=two,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a fix would do now.

    Attributes:
        changed: pairs it would change; left: pairs of the finding that it cannot mend.
        examples: the first of those it would change.
    """

    changed: int
    left: int
    examples: tuple[Change, ...]


OFFERS: Mapping[str, Offer] = {
    "V02": Offer(
        does="Keep the good side for KTO",
        means="Where one answer is empty and the other one won, the pair is set aside and the answer that "
        "won is kept as a wanted one: in unpaired.parquet and the KTO export.",
    ),
    "V04": Offer(
        does="Settle them as ties",
        means="A lead's verdict “tie”: the pairs move to ties.parquet and their votes stay.",
    ),
    "V08": Offer(
        does=f"Keep {CAP} pairs of each prompt",
        means=f"Of each cluster of like prompts the {CAP} best supported pairs stay; others are set aside.",
    ),
    "V09": Offer(
        does="Cut the tokens at the ends",
        means="Template tokens at the beginning or the end of a text go; one in the middle needs a person.",
    ),
    "V10": Offer(
        does="Repair the encoding",
        means="What ftfy can read again is repaired; code fences are left alone, and so are lost characters.",
    ),
    "V11": Offer(does="Cut the echo", means="The prompt is cut where an answer begins with the whole of it."),
    "V27": Offer(
        does="Replace by placeholders",
        means="Each find becomes its kind in brackets, the same in the whole conversation and both answers.",
    ),
}


def preview(db: Database, policy: Policy, rule: str, severity: Severity) -> Preview:
    """What the fix of a rule would change, without changing anything."""
    with gate.opened(db, policy) as (cursor, _):
        changes, left = _planned(cursor, rule, severity)
    return Preview(changed=len(changes), left=left, examples=tuple(changes[:SHOWN]))


def apply(db: Database, policy: Policy, rule: str, severity: Severity, action: Action) -> int:
    """Do it to every pair that the rule concerns now; returns how many were changed.

    Raises:
        InvalidInput: the rule has no fix, or nothing that it could change.
    """
    with gate.opened(db, policy) as (cursor, _):
        changes, _ = _planned(cursor, rule, severity)
    if not changes:
        raise InvalidInput("There is nothing that this fix could change. Reload the page.")
    ids = [each.pair_id for each in changes]
    if rule == "V04":
        return settlements.settle(db, dict.fromkeys(ids, Verdict.TIE), action)
    if rule == "V02":
        return placements.keep_one(db, ids, action)
    if rule == "V08":
        return placements.set_aside(db, ids, action)
    return mends.mend(db, [each.mend for each in changes], rule, action)


def _planned(cursor: duckdb.DuckDBPyConnection, rule: str, severity: Severity) -> tuple[list[Change], int]:
    """The changes, and how many pairs of the finding stay as they are."""
    if rule not in OFFERS:
        raise InvalidInput(f"Rule {rule} has no fix that could be applied.")
    wanted = _surplus(cursor) if rule == "V08" else _concerned(cursor, rule, severity)
    able = _one_sided(cursor, wanted) if rule == "V02" else wanted
    mended = _MENDED.get(rule)
    changes: list[Change] = []
    stream = cursor.execute(
        "SELECT id, context, prompt, answer_1, answer_2 FROM pair SEMI JOIN"
        " (SELECT unnest($pairs) AS id) USING (id) ORDER BY id",
        {"pairs": able},
    )
    while rows := stream.fetchmany(_BATCH):
        for pair_id, context, *said in rows:
            earlier = _turns(context)
            if earlier is None:
                continue
            before = (*said, *(turn.content for turn in earlier))
            after = before if mended is None else mended(before)
            if mended is None or _helps(before, after):
                changes.append(Change(pair_id=pair_id, earlier=earlier, before=before, after=after))
    return changes, len(wanted) - len(changes)


def _concerned(cursor: duckdb.DuckDBPyConnection, rule: str, severity: Severity) -> list[str]:
    source = "exclusion" if severity is Severity.ERROR else "doubt"
    rows = cursor.execute(
        f"SELECT DISTINCT pair_id FROM {source} WHERE rule = $rule ORDER BY pair_id",  # noqa: S608
        {"rule": rule},
    ).fetchall()
    return [pair_id for (pair_id,) in rows]


def _one_sided(cursor: duckdb.DuckDBPyConnection, pair_ids: list[str]) -> list[str]:
    """Those of which one answer is empty and the other one won; over an empty one any text would win."""
    rows = cursor.execute(
        """
        SELECT c.pair_id FROM candidate AS c JOIN fact AS f ON f.pair_id = c.pair_id
        WHERE c.pair_id IN (SELECT unnest($pairs)) AND NOT f.empty_prompt
          AND ((c.winner = 'answer_1' AND f.empty_2 AND NOT f.empty_1)
               OR (c.winner = 'answer_2' AND f.empty_1 AND NOT f.empty_2))
        ORDER BY c.pair_id
        """,
        {"pairs": pair_ids},
    ).fetchall()
    return [pair_id for (pair_id,) in rows]


def _surplus(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Pairs beyond the fifth of their cluster, where it holds prompts that differ a little."""
    rows = cursor.execute(
        """
        WITH alike AS (SELECT one AS prompt FROM near_prompt UNION SELECT other FROM near_prompt),
        near_cluster AS (
            SELECT DISTINCT c.cluster FROM cluster AS c JOIN fact AS f ON f.pair_id = c.pair_id
            SEMI JOIN alike AS a ON a.prompt = f.prompt
        )
        SELECT r.pair_id FROM releasable AS r
        JOIN cluster AS c ON c.pair_id = r.pair_id SEMI JOIN near_cluster AS n ON n.cluster = c.cluster
        QUALIFY row_number() OVER (
            PARTITION BY c.cluster
            ORDER BY r.tier <> 'gold', r.tier <> 'agree2', r.tier <> 'majority', r.votes DESC, r.pair_id
        ) > $cap
        ORDER BY r.pair_id
        """,
        {"cap": CAP},
    ).fetchall()
    return [pair_id for (pair_id,) in rows]


def _turns(context: str) -> tuple[Message, ...] | None:
    """None where the conversation is not valid (V01): what nobody can read, nobody can mend."""
    try:
        return text.context_from_json(context)
    except (ValueError, TypeError, KeyError):
        return None


def _helps(before: Texts, after: Texts) -> bool:
    """Something changed, and every text that had something to read still has."""
    whole = all(texts.trimmed(new) or not texts.trimmed(old) for old, new in zip(before, after, strict=True))
    return after != before and whole


def _each(rule: str) -> Callable[[Texts], Texts]:
    """The same fix for each text by itself."""

    def mended(said: Texts) -> Texts:
        return tuple(_left(evidence.marked(rule, each)) for each in said)

    return mended


def _without_tokens(said: Texts) -> Texts:
    """Only where no token is left: half a repair would still be kept out, or doubted."""
    after = _each("V09")(said)
    answers = slice(1, 3)
    concerned = answers if any(map(residue.template_token, said[answers])) else slice(None)
    return said if any(map(residue.template_token, after[concerned])) else after


def _without_echo(said: Texts) -> Texts:
    prompt, one, two, *earlier = said
    marked = [evidence.marked("V11", answer, prompt=prompt) for answer in (one, two)]
    return prompt, *map(_left, marked), *earlier


def _left(marked: evidence.Marked) -> str:
    return marked.content if marked.fixed is None else marked.fixed


_MENDED: Mapping[str, Callable[[Texts], Texts]] = {
    "V09": _without_tokens,
    "V10": _each("V10"),
    "V11": _without_echo,
    "V27": private.placeholders,
}
