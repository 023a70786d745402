"""What the columns of a source mean: the layout that was recognised, another one, or a mapping by hand."""

from collections.abc import Mapping

import streamlit as st

from curation.intake import formats
from curation.intake.fields import ColumnMapping, Field, Layout, Rule
from curation.intake.preview import Preview
from pages.parts.plain import plain

_WORDS = {
    Field.PROMPT: "Prompt",
    Field.CHOSEN: "Chosen answer",
    Field.REJECTED: "Rejected answer",
    Field.SYSTEM: "System message",
    Field.ANSWER_1: "Answer 1",
    Field.ANSWER_2: "Answer 2",
    Field.WINNER: "Winner (answer_1, answer_2, tie, both_bad)",
    Field.CHOSEN_MODEL: "Model of the chosen answer",
    Field.REJECTED_MODEL: "Model of the rejected answer",
    Field.MODEL_1: "Model of answer 1",
    Field.MODEL_2: "Model of answer 2",
    Field.CHOSEN_FINISH: "Finish reason of the chosen answer",
    Field.REJECTED_FINISH: "Finish reason of the rejected answer",
    Field.FINISH_1: "Finish reason of answer 1",
    Field.FINISH_2: "Finish reason of answer 2",
    Field.ITEM: "Item (keeps equal texts apart)",
    Field.ANSWERS: "List of answers",
    Field.SCORES: "Their scores (higher is better)",
    Field.RANKS: "Their ranks (1 is best)",
    Field.MODELS: "Their models",
    Field.ANSWER: "The answer",
    Field.LABEL: "Whether it is good (true or false)",
}
_KINDS: Mapping[str, tuple[Field, ...]] = {
    "a chosen and a rejected answer": (
        Field.PROMPT, Field.CHOSEN, Field.REJECTED, Field.SYSTEM, Field.CHOSEN_MODEL, Field.REJECTED_MODEL,
        Field.CHOSEN_FINISH, Field.REJECTED_FINISH, Field.ITEM,
    ),
    "two answers": (
        Field.PROMPT, Field.ANSWER_1, Field.ANSWER_2, Field.WINNER, Field.SYSTEM, Field.MODEL_1,
        Field.MODEL_2, Field.FINISH_1, Field.FINISH_2, Field.ITEM,
    ),
    "a list of answers": (
        Field.PROMPT, Field.ANSWERS, Field.SCORES, Field.RANKS, Field.MODELS, Field.SYSTEM,
    ),
    "one answer": (Field.PROMPT, Field.ANSWER, Field.LABEL, Field.SYSTEM),
}  # fmt: skip
_VOTE_FIELDS = (Field.PROMPT, Field.ANSWER_1, Field.ANSWER_2, Field.WINNER)


def choose(seen: Preview) -> ColumnMapping:
    """Draw the choice; the mapping to read the source by.

    Raises:
        InvalidInput: the mapping is not whole yet; the sentence says what it needs.
    """
    titles = {layout.name: layout.title for layout in seen.fitting} | {
        formats.BY_HAND: "Another: say by hand which column is what"
    }
    names = list(titles)
    chosen = st.selectbox(
        "Layout",
        names,
        format_func=titles.__getitem__,
        key=f"import-layout-{hash(seen.columns)}",
        help="Recognised by the names of the columns. Choose another where it is not what the file means.",
    )
    if chosen == formats.BY_HAND:
        return _with_rule(_by_hand(seen))
    layout = next(each for each in seen.fitting if each.name == chosen)
    return _with_rule(_with_votes(layout))


def _with_votes(layout: Layout) -> ColumnMapping:
    """Exports of labelling tools name their texts by the task: each can be named where it is not found."""
    mapping = layout.mapping()
    if not layout.shape.has_votes:
        return mapping
    with st.expander("Name the texts and the question yourself"):
        st.caption("Only where the preview below refuses rows because it cannot tell.")
        columns = st.columns(len(_VOTE_FIELDS))
        told = {
            field.value: place.text_input(_WORDS[field].partition(" (")[0], key=f"import-vote-{field}")
            for field, place in zip(_VOTE_FIELDS, columns, strict=True)
        }
    return formats.with_columns(mapping, told)


def _with_rule(mapping: ColumnMapping) -> ColumnMapping:
    """Which pairs a list makes is for a person to say: no rule is chosen beforehand."""
    if not mapping.needs_rule:
        return mapping
    rule = st.radio(
        "Rows hold several answers. Which pairs do they make? Level answers never make one.",
        list(Rule),
        index=None,
        format_func=lambda each: each.words,
        key="import-rule",
    )
    return formats.with_rule(mapping, rule)


def _by_hand(seen: Preview) -> ColumnMapping:
    kind = st.segmented_control(
        "A row holds", list(_KINDS), default=next(iter(_KINDS)), key="import-kind-of-row", required=True
    )
    chosen: dict[str, str] = {}
    columns = st.columns(3)
    for position, field in enumerate(_KINDS[kind]):
        proposed = seen.mapping.get(field)
        name = columns[position % 3].selectbox(
            plain(_WORDS[field]),
            seen.columns,
            index=seen.columns.index(proposed) if proposed in seen.columns else None,
            placeholder="none",
            key=f"import-map-{field}-{hash(seen.columns)}",
        )
        if name is not None:
            chosen[field] = name
    return formats.by_hand(chosen)
