"""How far people agree: in words, as a picture, as a table."""

from collections.abc import Mapping

import streamlit as st

from curation.database import Database
from curation.quality import agreement, coefficients
from curation.quality.agreement import Agreement, Part, Slice
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_links, quality_charts, quality_once, quality_people_charts
from pages.parts.quality_words import SLICE_WORDS, VERDICT_WORDS, number, percent, span_words

_SHARED = Exhibit(kind=Kind.SHARED)
STEADY = 200  # shared pairs from which rule V20 takes alpha at its word


def show(db: Database, found: Agreement, names: Mapping[str, str]) -> None:
    """Everything about agreement."""
    _headline(found)
    if found.alpha is not None:
        st.altair_chart(quality_charts.interval(found.alpha, found.alpha_interval))
    with st.expander("Every figure and what it says", key="agreement-figures"):
        st.dataframe(_figures(found), hide_index=True, column_config={"value": exhibit_links.column()})
    _majority(found)
    _slices(db, names)


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
    judged, shared = exhibit_links.address(Exhibit(kind=Kind.JUDGED)), exhibit_links.address(_SHARED)
    boxes[0].metric(
        f"[Pairs judged]({judged})", f"{found.pairs:,}", help="By people, on the random part of the queue."
    )
    boxes[1].metric(
        f"[Judged by two or more]({shared})", f"{found.overlaps:,}", help=f"{found.votes:,} votes in all."
    )
    boxes[2].metric(
        f"[Two people agree]({shared})", percent(found.raw), help="Ties and “both bad” count as verdicts."
    )
    boxes[3].metric(
        f"[On preferences]({shared})", percent(found.raw_decisive), help="Where both chose an answer."
    )
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
            "value": exhibit_links.linked(number(value, 4), _SHARED),
            "95 % interval": span_words(spans[place]) if place in spans else "",
            "what it says": words,
        }
        for place, (name, value, words) in enumerate(rows)
    ]


def _majority(found: Agreement) -> None:
    st.subheader("What the majority says", anchor=False)
    majority = {VERDICT_WORDS[verdict]: pairs for verdict, pairs in found.majority.items()}
    st.altair_chart(quality_charts.counts(majority))
    with st.expander("As a table", key="agreement-majority"):
        rows = [
            {
                "majority": VERDICT_WORDS[verdict],
                "pairs": exhibit_links.linked(f"{pairs:,}", Exhibit(kind=Kind.MAJORITY, verdict=verdict)),
            }
            for verdict, pairs in found.majority.items()
        ]
        st.dataframe(rows, hide_index=True, column_config={"pairs": exhibit_links.column()})


def _slices(db: Database, names: Mapping[str, str]) -> None:
    st.subheader("Agreement by part", anchor=False)
    by = st.segmented_control(
        "By", list(Slice), default=Slice.SOURCE, required=True, format_func=SLICE_WORDS.__getitem__,
        key="agreement-by", label_visibility="collapsed",
    )  # fmt: skip
    wanted = Slice(by or Slice.SOURCE)
    parts = quality_once.measured(f"parts-{wanted}", db, lambda db: agreement.parts(db, wanted))
    called = {part.name: part_words(part, wanted, names) for part in parts}
    measured = {
        called[part.name]: (part.alpha, *(part.alpha_interval or (part.alpha, part.alpha)))
        for part in parts
        if part.alpha is not None
    }
    if measured:
        st.altair_chart(
            quality_people_charts.spans(
                measured, "Krippendorff's alpha, with its 95 % interval", references=(0.667, 0.8),
                form=".1f", domain=(min(0.0, *(span[1] for span in measured.values())), 1),
            )
        )  # fmt: skip
    else:
        st.caption("Not yet: in no part have two people judged the same pair and said different things.")
    rows = [_part_row(part, called[part.name], wanted) for part in parts]
    st.dataframe(rows, hide_index=True, column_config=dict.fromkeys(_LINKED, exhibit_links.column()))


_LINKED = ("pairs", "judged by two or more", "two people agree")


def _part_row(part: Part, called: str, by: Slice) -> dict[str, object]:
    field = "who" if by is Slice.PERSON else by.value
    shared = exhibit_links.within(Kind.SHARED, field, part.name)
    return {
        SLICE_WORDS[by].lower(): called,
        "pairs": exhibit_links.linked(f"{part.pairs:,}", exhibit_links.within(Kind.JUDGED, field, part.name)),
        "votes": part.votes,
        "judged by two or more": exhibit_links.linked(f"{part.overlaps:,}", shared),
        "two people agree": exhibit_links.linked(percent(part.raw), shared),
        "alpha": number(part.alpha),
        "95 % interval": span_words(part.alpha_interval),
    }


def part_words(part: Part, by: Slice, names: Mapping[str, str]) -> str:
    """A part's name; what has none is said to have none."""
    return names.get(part.name, part.name) if by is Slice.PERSON else (part.name or "unknown")
