"""Two to four runs beside each other: pictures, figures, and where their recipes differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.parts import curve_chart, run_words
from pages.parts.curve_chart import Line
from pages.parts.plain import plain
from training import recipe, recipe_difference
from training.run_views import RunView

MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    title: str
    metric: str
    kind: str
    reading: str
    reference: float | None = None


_PICTURES = (
    _Picture(
        title="Held-out accuracy", metric="rewards/accuracies", kind="evaluation", reference=0.5,
        reading="The figure to choose by, where all runs hold out the same pairs. A few points apart on few "
        "pairs is chance: see the intervals below.",
    ),
    _Picture(
        title="Held-out margin", metric="rewards/margins", kind="evaluation", reference=0.0,
        reading="Grows with beta and with the learning rate, so it does not compare runs of different beta.",
    ),
    _Picture(
        title="Training loss", metric="loss", kind="train",
        reading="Only runs with the same loss type can be compared here; a lower one is no better model.",
    ),
    _Picture(
        title="Log-probability of chosen answers", metric="logps/chosen", kind="evaluation",
        reading="On held-out pairs, in nats. The run that keeps it near its start forgets least.",
    ),
)  # fmt: skip


def choose(known: Sequence[RunView], shown: str) -> list[RunView]:
    """The runs to compare: at first the shown one and the newest other on the same release."""
    by_id = {run.id: run for run in known}
    begun = [run for run in known if run.state.step] or known  # one that waits has nothing to compare yet
    first = by_id.get(shown, begun[0])
    like = [run for run in begun if run.id != first.id]
    like.sort(key=lambda run: run.request.fingerprint != first.request.fingerprint)  # stable: newest first
    chosen = st.multiselect(
        "Runs to compare",
        list(by_id),
        default=[first.id, *(run.id for run in like[:1])],
        format_func=lambda run: run_words.title(by_id[run]),
        max_selections=MOST,
        key=f"runs-compare-{first.id}",
    )
    return [by_id[run] for run in chosen]


def show(compared: Sequence[RunView]) -> None:
    """Pictures over each other, then figures, then settings."""
    if len(compared) < 2:
        st.info("Choose two to four runs.", icon=":material/compare_arrows:")
        return
    if len({run.request.fingerprint for run in compared}) > 1:
        st.warning(
            "These runs were trained on different releases, so their held-out pairs differ too. Compare the "
            "figures with that in mind."
        )
    smoothing = st.columns([1, 3])[0].slider("Smoothing", 0.0, 0.99, 0.6, key="compare-smoothing")
    for pair in (_PICTURES[:2], _PICTURES[2:]):
        for column, picture in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                _draw(picture, compared, smoothing)
    st.subheader("Figures", anchor=False)
    _table([("", [run_words.name(run.id) for run in compared]), *_figures(compared)])
    st.subheader("Where the recipes differ", anchor=False)
    differing = recipe_difference.among([recipe.from_dict(run.request.recipe) for run in compared])
    if differing:
        _table([("Setting", [run_words.name(run.id) for run in compared]), *differing])
    else:
        st.caption("Nowhere: what differs between these runs is data, model or chance.")


def _draw(picture: _Picture, compared: Sequence[RunView], smoothing: float) -> None:
    st.markdown(f"**{picture.title}**")
    lines = [
        Line(label=run_words.name(run.id), points=points, sparse=picture.kind == "evaluation")
        for run in compared
        if len(points := run_words.record(run).points(picture.metric, picture.kind))
    ]
    if lines:
        last = max(run.state.max_steps for run in compared)
        chart = curve_chart.curve(lines, last_step=last, reference=picture.reference, smoothing=smoothing)
        st.altair_chart(chart)
    else:
        st.caption("None of these runs has logged it.")
    st.caption(picture.reading)


def _figures(compared: Sequence[RunView]) -> list[tuple[str, Sequence[str]]]:
    columns = [run_words.figures(run) for run in compared]
    return [(name, [column[name] for column in columns]) for name in columns[0]]


def _table(rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    (corner, names), *rest = rows
    frame = pd.DataFrame(
        {corner or "Figure": [row[0] for row in rest]}
        | {plain(name): [plain(row[1][at]) for row in rest] for at, name in enumerate(names)}
    )
    st.table(frame.set_index(corner or "Figure"))
