"""How far people agree: in words, as a picture, as a table."""

from collections.abc import Mapping

import streamlit as st

from curation.database import Database
from curation.quality import agreement, coefficients
from curation.quality.agreement import Agreement, Part, Slice
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_links, quality_charts, quality_once, quality_people_charts
from pages.parts.quality_words import NOT_YET, SLICE_WORDS, VERDICT_WORDS, percent, spanned

_JUDGED = Exhibit(kind=Kind.JUDGED)
_SHARED = Exhibit(kind=Kind.SHARED)
_PREFERRED = Exhibit(kind=Kind.PREFERRED)
STEADY = 200  # shared pairs from which rule V20 takes alpha at its word


def show(db: Database, found: Agreement, names: Mapping[str, str]) -> None:
    """Everything about agreement."""
    _headline(found)
    if found.alpha is not None:
        st.altair_chart(
            quality_charts.interval(found.alpha, found.alpha_interval, exhibit_links.address(_SHARED))
        )
    with st.expander("Every figure and what it says", key="agreement-figures"):
        exhibit_links.table(_figures(found), "value")
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
    alpha = exhibit_links.inline(f"{found.alpha:.3f}", _SHARED)
    return f"Krippendorff's alpha is {alpha}{span}: {_reading(found.alpha)}.{few}"


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
    shown = [
        ("Pairs judged", f"{found.pairs:,}", _JUDGED, "By people, on the random part of the queue."),
        ("Votes", f"{found.votes:,}", _JUDGED, "Ties and “both bad” are votes; a skip is none."),
        (
            "By two or more",
            f"{found.overlaps:,}",
            _SHARED,
            "Judged by several people: agreement is measured here.",
        ),
        ("Two people agree", percent(found.raw), _SHARED, "Ties and “both bad” count as verdicts."),
        ("On preferences", percent(found.raw_decisive), _PREFERRED, "Where both chose an answer."),
    ]
    for box, (label, value, behind, told) in zip(st.columns(len(shown)), shown, strict=True):
        box.metric(label if value == NOT_YET else exhibit_links.inline(label, behind), value, help=told)
    error = coefficients.error_in_words(found.raw_decisive)
    if found.raw_decisive is not None:
        error = exhibit_links.inline(error, _PREFERRED)
    # Without an overlap both sentences would say the same.
    st.markdown(f"**{error}** {alpha_words(found)}" if found.overlaps else alpha_words(found))


def _figures(found: Agreement) -> list[dict[str, object]]:
    rows = [
        ("Raw agreement", found.raw, None, _SHARED, "chance that two people say the same about a pair"),
        (
            "Raw agreement, preferences", found.raw_decisive, None, _PREFERRED,
            "the same, where both chose an answer",
        ),
        (
            "Krippendorff's alpha", found.alpha, found.alpha_interval, _SHARED,
            "corrected for chance; 1 is perfect, 0 is chance",
        ),
        (
            "Alpha on strength, −3 to +3", found.strength_alpha, found.strength_interval,
            Exhibit(kind=Kind.STRENGTH), "a slight difference costs less than a large one",
        ),
        ("Gwet's AC1", found.ac1, None, _JUDGED, "corrected for chance; steady where one verdict is rare"),
        ("Fleiss' kappa", found.fleiss, None, _JUDGED, "corrected for chance, over many people"),
        (
            "Implied error of one label", found.implied_error, None, _PREFERRED,
            "if people err alike and independently",
        ),
    ]  # fmt: skip
    return [
        {
            "figure": name,
            "value": exhibit_links.linked(spanned(value, span, 4), behind),
            "what it says": words,
        }
        for name, value, span, behind, words in rows
    ]


def _majority(found: Agreement) -> None:
    st.subheader("What the majority says", anchor=False)
    behind = {verdict: Exhibit(kind=Kind.MAJORITY, verdict=verdict) for verdict in found.majority}
    st.altair_chart(
        quality_charts.counts(
            {VERDICT_WORDS[verdict]: pairs for verdict, pairs in found.majority.items()},
            {VERDICT_WORDS[verdict]: exhibit_links.address(each) for verdict, each in behind.items()},
        )
    )
    with st.expander("As a table", key="agreement-majority"):
        rows = [
            {"majority": VERDICT_WORDS[verdict], "pairs": exhibit_links.linked(f"{pairs:,}", behind[verdict])}
            for verdict, pairs in found.majority.items()
        ]
        exhibit_links.table(rows, "pairs")


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
        behind = {
            called[part.name]: exhibit_links.address(_within(Kind.SHARED, part, wanted)) for part in parts
        }
        st.altair_chart(
            quality_people_charts.spans(
                measured, behind, "Krippendorff's alpha, with its 95 % interval", references=(0.667, 0.8),
                form=".1f", domain=(min(0.0, *(span[1] for span in measured.values())), 1),
            )
        )  # fmt: skip
    else:
        st.caption("Not yet: in no part have two people judged the same pair and said different things.")
    rows = [_part_row(part, called[part.name], wanted) for part in parts]
    exhibit_links.table(rows, "pairs", "votes", "judged by two or more", "two people agree", "alpha")


def _part_row(part: Part, called: str, by: Slice) -> dict[str, object]:
    judged, shared = _within(Kind.JUDGED, part, by), _within(Kind.SHARED, part, by)
    heard = _within(Kind.COMPANY, part, by) if by is Slice.PERSON else judged
    return {
        SLICE_WORDS[by].lower(): called,
        "pairs": exhibit_links.linked(f"{part.pairs:,}", judged),
        "votes": exhibit_links.linked(f"{part.votes:,}", heard),
        "judged by two or more": exhibit_links.linked(f"{part.overlaps:,}", shared),
        "two people agree": exhibit_links.linked(percent(part.raw), shared),
        "alpha": exhibit_links.linked(spanned(part.alpha, part.alpha_interval), shared),
    }


def _within(kind: Kind, part: Part, by: Slice) -> Exhibit:
    return exhibit_links.within(kind, "who" if by is Slice.PERSON else by.value, part.name)


def part_words(part: Part, by: Slice, names: Mapping[str, str]) -> str:
    """A part's name; what has none is said to have none."""
    return names.get(part.name, part.name) if by is Slice.PERSON else (part.name or "unknown")
