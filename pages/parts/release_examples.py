"""Pairs behind a finding: the offending part marked, and what the offered fix would leave."""

import streamlit as st

from curation.database import Database
from curation.labelling import pairs, standings
from curation.model import Answer, Pair
from curation.validation import evidence, protected
from curation.validation.evidence import Marked
from curation.validation.finding import Finding
from pages.parts import rendered, word_difference
from pages.parts.pair_view import markup
from pages.parts.plain import plain

_SHOWN = 3
_AROUND = 120  # characters left and right of a marked part
_ABOUT_BOTH = ("V04", "V05", "V06", "V07")  # rules that compare the two answers
_RELEASED = ("V12",)  # fixes that every release applies by itself


def show(db: Database, finding: Finding, key: str) -> None:
    """The first pairs of a finding; drawn only when asked for, because texts are long."""
    if not finding.examples:
        return
    shown = min(_SHOWN, len(finding.examples))
    if not st.toggle(f"Show {shown} of {finding.count:,}", key=f"examples-{key}"):
        return
    with db.reading() as cursor:
        winners = {each.pair_id: each.winner for each in standings.of(cursor, finding.examples[:shown])}
    for pair_id in finding.examples[:shown]:
        pair = pairs.get(db, pair_id)
        winner = winners.get(pair_id)
        held = protected.behind(db, pair_id) if finding.rule == "V22" else None
        _pair(finding.rule, pair, None if winner is None else winner.value, f"{key}-{pair_id}", held)


def _pair(
    rule: str, pair: Pair, winner: str | None, key: str, held: tuple[protected.Item, str] | None
) -> None:
    said = "" if held is None else f" holds number {held[0].number} of {held[0].name}"
    st.caption(plain(f"Pair {pair.id[:8]}{said}"))
    one, two = (evidence.marked(rule, pair.text_of(each), prompt=pair.prompt) for each in Answer)
    prompt = evidence.marked(rule, pair.prompt, prompt="" if held is None else held[1])
    differing = word_difference.html(one.content, two.content) if rule in _ABOUT_BOTH else (None, None)
    _text("Prompt", prompt, f"{key}-prompt", rule, None)
    for column, answer, marked, html in zip(st.columns(2), Answer, (one, two), differing, strict=True):
        with column:
            role = "" if winner is None else ", chosen" if winner == answer.value else ", rejected"
            title = f"{'Answer 1' if answer is Answer.ONE else 'Answer 2'}{role}"
            _text(title, marked, f"{key}-{answer.value}", rule, html)


def _text(title: str, marked: Marked, key: str, rule: str, html: str | None) -> None:
    with st.container(border=True, key=f"example-{key}"):
        st.caption(title)
        rendered.show_html(html or excerpt(marked), key=f"excerpt-{key}")
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
