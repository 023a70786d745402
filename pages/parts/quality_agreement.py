"""How far people agree: in words, as a picture, as a table."""

import streamlit as st

from curation.database import Database
from curation.model import Verdict
from curation.quality import agreement, coefficients
from curation.quality.agreement import Agreement, Part, Slice
from pages.parts import quality_charts, quality_once

NOT_YET = "not yet"
STEADY = 200  # shared pairs from which rule V20 takes alpha at its word
VERDICT_WORDS = {
    Verdict.ANSWER_1: "Answer 1",
    Verdict.ANSWER_2: "Answer 2",
    Verdict.TIE: "Tie",
    Verdict.BOTH_BAD: "Both bad",
    None: "no majority",
}
SLICE_WORDS = {Slice.SOURCE: "Source", Slice.WEEK: "Week", Slice.GUIDELINES: "Guidelines"}


def show(db: Database, found: Agreement) -> None:
    """Everything about agreement."""
    _headline(found)
    if found.alpha is not None:
        st.altair_chart(quality_charts.interval(found.alpha, found.alpha_interval))
    with st.expander("Every figure and what it says", key="agreement-figures"):
        st.dataframe(_figures(found), hide_index=True, placeholder=NOT_YET)
    st.subheader("What the majority says", anchor=False)
    majority = {VERDICT_WORDS[verdict]: pairs for verdict, pairs in found.majority.items()}
    st.altair_chart(quality_charts.counts(majority))
    with st.expander("As a table", key="agreement-majority"):
        st.dataframe(
            [{"majority": name, "pairs": pairs} for name, pairs in majority.items()], hide_index=True
        )
    _slices(db)


def percent(share: float | None) -> str:
    """A share in words; undefined is said."""
    return NOT_YET if share is None else f"{share:.1%}"


def alpha_words(found: Agreement) -> str:
    """What alpha means for the labels, and how sure that is."""
    if found.overlaps == 0:
        return "Agreement is not measured yet: no two people have judged the same pair."
    if found.alpha is None:
        return "Alpha is not defined yet: everybody always gave the same verdict."
    span = ""
    if found.alpha_interval is not None:
        span = " (95 of 100 such samples lie between {:.3f} and {:.3f})".format(*found.alpha_interval)
    few = (
        "" if found.overlaps >= STEADY else f" Measured on {found.overlaps} shared pairs: {STEADY} say more."
    )
    return f"Krippendorff's alpha is {found.alpha:.3f}{span}: {_reading(found.alpha)}.{few}"


def _reading(alpha: float) -> str:
    # 0.8 and 0.667: Krippendorff (2004), Content Analysis, p. 241; 0.4 and 0.2: rule V20.
    limits = {
        0.8: "labels that can be relied on",
        0.667: "good enough for tentative conclusions",
        0.4: "moderate, so keep two votes a pair",
        0.2: "weak, so read the confusions and sharpen the guidelines",
    }
    return next((words for limit, words in limits.items() if alpha >= limit), "hardly more than chance")


def _headline(found: Agreement) -> None:
    boxes = st.columns(4)
    boxes[0].metric("Pairs judged", f"{found.pairs:,}", help="By people, on the random part of the queue.")
    boxes[1].metric("Judged by two or more", f"{found.overlaps:,}", help=f"{found.votes:,} votes in all.")
    boxes[2].metric("Two people agree", percent(found.raw), help="Ties and “both bad” count as verdicts.")
    boxes[3].metric("On preferences", percent(found.raw_decisive), help="Where both chose an answer.")
    st.markdown(f"**{coefficients.error_in_words(found.raw_decisive)}** {alpha_words(found)}")


def _figures(found: Agreement) -> list[dict[str, object]]:
    rows = [
        ("Raw agreement", found.raw, "chance that two people say the same about a pair"),
        ("Raw agreement, preferences", found.raw_decisive, "the same, where both chose an answer"),
        ("Krippendorff's alpha", found.alpha, "corrected for chance; 1 is perfect, 0 is chance"),
        (
            "Alpha on strength, −3 to +3",
            found.strength_alpha,
            "a slight difference costs less than a large one",
        ),
        ("Gwet's AC1", found.ac1, "corrected for chance; steady where one verdict is rare"),
        ("Fleiss' kappa", found.fleiss, "corrected for chance, over many people"),
        ("Implied error of one label", found.implied_error, "if people err alike and independently"),
    ]
    spans = {2: found.alpha_interval, 3: found.strength_interval}
    return [
        {
            "figure": name,
            "value": NOT_YET if value is None else f"{value:.4f}",
            "95 % interval": "{:.3f} to {:.3f}".format(*span) if (span := spans.get(number)) else "",
            "what it says": words,
        }
        for number, (name, value, words) in enumerate(rows)
    ]


def _slices(db: Database) -> None:
    st.subheader("Agreement by part", anchor=False)
    by = st.segmented_control(
        "By", list(Slice), default=Slice.SOURCE, required=True, format_func=SLICE_WORDS.__getitem__,
        key="agreement-by", label_visibility="collapsed",
    )  # fmt: skip
    wanted = Slice(by or Slice.SOURCE)
    parts = quality_once.measured(f"parts-{wanted}", db, lambda db: agreement.parts(db, wanted))
    measured = {part_words(part): part.raw for part in parts if part.raw is not None}
    if measured:
        st.altair_chart(quality_charts.shares(measured, "two people agree"))
    else:
        st.caption("Not yet: in no part have two people judged the same pair.")
    rows = [
        {
            SLICE_WORDS[wanted].lower(): part_words(part),
            "pairs": part.pairs,
            "votes": part.votes,
            "judged by two or more": part.overlaps,
            "two people agree": percent(part.raw),
            "alpha": NOT_YET if part.alpha is None else f"{part.alpha:.3f}",
        }
        for part in parts
    ]
    st.dataframe(rows, hide_index=True)


def part_words(part: Part) -> str:
    """A part's name; what has none is said to have none."""
    return part.name or "unknown"
