"""Pairs behind a finding: the offending part marked, and what the offered fix would leave."""

import streamlit as st

from curation.database import Database
from curation.labelling import mends, pairs, standings
from curation.model import Answer, Pair, Verdict
from curation.validation import clusters, cuts, evidence, protected
from curation.validation.evidence import Marked
from curation.validation.finding import Finding
from curation.validation.policy import Policy
from pages.parts import rendered, word_difference
from pages.parts.pair_view import markup
from pages.parts.pair_words import SPEAKER_WORDS
from pages.parts.plain import plain

_SHOWN = 3
_AROUND = 120  # characters left and right of a marked part
_ABOUT_BOTH = ("V04", "V05", "V06", "V07")  # rules that compare the two answers
_ABOUT_EARLIER = ("V09", "V10", "V22", "V24", "V27")  # rules that look at earlier turns too
_RELEASED = ("V12",)  # fixes that every release applies by itself


def show(db: Database, finding: Finding, key: str, policy: Policy) -> None:
    """The first pairs of a finding; drawn only when asked for, because texts are long."""
    if not finding.examples:
        return
    shown = min(_SHOWN, len(finding.examples))
    if not st.toggle(f"Show {shown} of {finding.count:,}", key=f"examples-{key}"):
        return
    if finding.rule == "V24":
        st.caption(
            "Marked is what training would cut. Where, is estimated: 4 characters a token, 2 of another "
            "alphabet, 1 Chinese or Japanese sign."
        )
    with db.reading() as cursor:
        winners = {each.pair_id: each.winner for each in standings.of(cursor, finding.examples[:shown])}
    for pair_id in finding.examples[:shown]:
        pair = _as_fixed(db, pair_id)
        if finding.rule == "V08":
            _neighbour(db, pair, f"{key}-{pair_id}")
        else:
            _pair(db, finding.rule, pair, winners.get(pair_id), f"{key}-{pair_id}", policy)


def _as_fixed(db: Database, pair_id: str) -> Pair:
    """What the rules have looked at."""
    pair = pairs.get(db, pair_id)
    with db.reading() as cursor:
        return mends.as_fixed(cursor, pair)


def _pair(db: Database, rule: str, pair: Pair, winner: Verdict | None, key: str, policy: Policy) -> None:
    held = protected.behind(db, pair.id) if rule == "V22" else None
    said = "" if held is None else f" holds number {held[0].number} of {held[0].name}"
    st.caption(plain(f"Pair {pair.id[:8]}{said}"))
    earlier, prompt, answers = _marked(rule, pair, "" if held is None else held[1], policy)
    for number, (message, turn) in enumerate(zip(pair.context, earlier, strict=True)):
        if turn.spans:
            _text(SPEAKER_WORDS[message.speaker], turn, f"{key}-turn-{number}", rule, None)
    _text("Prompt", prompt, f"{key}-prompt", rule, None)
    differing = word_difference.html(pair.answer_1, pair.answer_2) if rule in _ABOUT_BOTH else (None, None)
    for column, answer, marked, html in zip(st.columns(2), Answer, answers, differing, strict=True):
        with column:
            role = "" if winner is None else ", chosen" if winner.value == answer.value else ", rejected"
            title = f"{'Answer 1' if answer is Answer.ONE else 'Answer 2'}{role}"
            _text(title, marked, f"{key}-{answer.value}", rule, html)


def _marked(
    rule: str, pair: Pair, held: str, policy: Policy
) -> tuple[tuple[Marked, ...], Marked, tuple[Marked, ...]]:
    """Earlier turns, prompt and answers with what the rule means."""
    turns = [message.content for message in pair.context]
    answers = [pair.text_of(each) for each in Answer]
    if rule == "V24":
        cut = cuts.marked(
            turns, pair.prompt, answers,
            max_length=policy.max_length, max_prompt_length=policy.max_prompt_length,
        )  # fmt: skip
        return cut.earlier, cut.prompt, cut.answers
    asked = turns if rule in _ABOUT_EARLIER else []
    none = tuple(Marked(content=turn, spans=()) for turn in turns[len(asked) :])
    return (
        tuple(evidence.marked(rule, turn, prompt=held) for turn in asked) + none,
        evidence.marked(rule, pair.prompt, prompt=held),
        tuple(evidence.marked(rule, answer, prompt=pair.prompt) for answer in answers),
    )


def _neighbour(db: Database, pair: Pair, key: str) -> None:
    """Two prompts that are nearly the same, with the words that differ."""
    found = clusters.neighbour(db, pair.id)
    other = pair if found is None else _as_fixed(db, found)
    st.caption(f"Pair {pair.id[:8]} beside pair {other.id[:8]}")
    html = word_difference.html(pair.prompt, other.prompt)
    for column, shown, said in zip(st.columns(2), (pair, other), html, strict=True):
        with column:
            marked = Marked(content=shown.prompt, spans=())
            _text(f"Prompt of {shown.id[:8]}", marked, f"{key}-{shown.id}", "V08", said)


def _text(title: str, marked: Marked, key: str, rule: str, html: str | None) -> None:
    with st.container(border=True, key=f"example-{key}"):
        st.caption(title)
        if marked.content:
            rendered.show_html(html or excerpt(marked), key=f"excerpt-{key}")
        else:
            st.markdown(":material/do_not_disturb_on: No text at all")
        if marked.fixed is not None:
            st.caption("The release writes" if rule in _RELEASED else "With the fix")
            rendered.show_html(change(marked.content, marked.fixed), key=f"fix-{key}")


def excerpt(marked: Marked) -> str:
    """HTML of the marked parts and some text around each; the beginning where nothing is marked."""
    content, done, parts = marked.content, 0, []
    for start, end in marked.spans[:5]:
        parts.append(_between(content[done:start], first=done == 0))
        parts.append(f"<mark>{_visible(content[start:end])}</mark>")
        done = end
    after = content[done : done + 2 * _AROUND]
    more = " …" if len(content) > done + 2 * _AROUND else ""
    return f'<div class="plain">{"".join(parts)}{markup.escaped(after + more)}</div>'


def _between(gap: str, *, first: bool) -> str:
    if len(gap) <= 2 * _AROUND:
        return markup.escaped(gap)
    return markup.escaped(("" if first else gap[:_AROUND]) + " … " + gap[-_AROUND:])


def _visible(part: str) -> str:
    shown = part[:400] + (" …" if len(part) > 400 else "")
    # Blanks alone would be an empty mark.
    return markup.escaped(shown if shown.strip() else shown.replace(" ", "␣").replace("\n", "↵\n"))


def change(before: str, after: str) -> str:
    """What changes, without the long parts that both share at the beginning and the end."""
    start = _shared(before, after)
    tail = _shared(before[start:][::-1], after[start:][::-1])
    first = max(0, start - _AROUND)
    keep = max(0, tail - _AROUND)
    old, new = before[first : len(before) - keep], after[first : len(after) - keep]
    lead, rest = "… " if first else "", " …" if keep else ""
    return word_difference.merged(f"{lead}{_spaced(old)}{rest}", f"{lead}{_spaced(new)}{rest}")


def _spaced(content: str) -> str:
    bare = content.strip()
    if bare == content:
        return content
    start = content.find(bare) if bare else len(content)
    edges = (content[:start].replace(" ", "␣"), content[start + len(bare) :].replace(" ", "␣"))
    return f"{edges[0]}{bare}{edges[1]}"


def _shared(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
