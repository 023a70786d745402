"""Before and after on the same prompts: the base model's answer beside each tuned one's."""

from collections.abc import Iterable

import streamlit as st

from pages.parts import rendered
from training.evaluating import rows
from training.evaluating.asked import BASE
from training.evaluating.rows import AnswerRow, Prompt
from training.run_views import RunView

_A_PAGE = 5


def show(one: RunView, *, waiting: int | None) -> None:
    """A page of prompts with the answers of two models.

    Args:
        waiting: pairs of this evaluation that are still to be judged; None before anybody was asked.
    """
    wanted = one.request.evaluation
    prompts = rows.prompts(one.path)
    if wanted is None or not prompts:
        st.caption("No prompt was asked here, only likelihoods were read.")
        return
    if waiting != 0:
        wait = (
            "Nobody has judged these answers yet" if waiting is None else f"{waiting} pairs wait for judges"
        )
        st.caption(
            f":material/visibility_off: {wait}. Whoever is to judge them blind should not read on: "
            "here the models are named."
        )
    if not st.toggle("Show the answers with the models' names", value=waiting == 0, key=f"answers-{one.id}"):
        return
    others = [each.name for each in wanted.contestants if each.name != BASE]
    after = others[0]
    if len(others) > 1:
        after = st.selectbox("Beside the base", others, key=f"answers-model-{one.id}", filter_mode=None)
    given = {(row.contestant, row.number): row for row in rows.answers(one.path)}
    changed = sum(_text(given, BASE, each) != _text(given, after, each) for each in prompts)
    pages = -(-len(prompts) // _A_PAGE)
    page = 1
    if pages > 1:
        page = int(st.number_input(f"Page, of {pages}", 1, pages, key=f"answers-page-{one.id}", width=160))
    st.caption(f"{changed} of {len(prompts)} answers differ. {_cut_words(given.values(), after)}")
    for each in prompts[(page - 1) * _A_PAGE : page * _A_PAGE]:
        _beside(one.id, each, given, after)


def _beside(evaluation: str, prompt: Prompt, given: dict[tuple[str, int], AnswerRow], after: str) -> None:
    with st.container(border=True):
        key = f"{evaluation}-{prompt.number}"
        rendered.show(prompt.turns[-1]["content"], key=f"asked-{key}")
        for column, name, words in zip(
            st.columns(2), (BASE, after), ("before: base", f"after: {after}"), strict=True
        ):
            row = given.get((name, prompt.number))
            with column:
                st.caption(words if row is None or row.ended else f"{words}, cut at the longest length")
                rendered.show(row.text if row else "", key=f"said-{key}-{name}")


def _text(given: dict[tuple[str, int], AnswerRow], name: str, prompt: Prompt) -> str:
    row = given.get((name, prompt.number))
    return row.text if row else ""


def _cut_words(given: Iterable[AnswerRow], after: str) -> str:
    cut = dict.fromkeys((BASE, after), 0)
    for row in given:
        if row.contestant in cut and not row.ended:
            cut[row.contestant] += 1
    if not any(cut.values()):
        return ""
    return f"Cut at the longest length: base {cut[BASE]}, {after} {cut[after]}."
