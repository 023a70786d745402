"""How people's misses change over time: everybody week by week, and one person with the evidence."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curation.quality import drift
from curation.quality.drift import Course, Week
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import (
    exhibit_links,
    quality_couples,
    quality_course_charts,
    quality_people,
    quality_people_charts,
)
from pages.parts.plain import plain
from pages.parts.quality_words import tendency_words

_MOST_POINTS = 1000


def show(courses: Sequence[Course], names: Mapping[str, str]) -> None:
    """Nothing where no vote can be compared."""
    st.markdown(
        "A miss is a vote that does not find the known winner of a pair or, elsewhere, what more than half "
        "of the others say."
    )
    if not courses:
        st.caption("Not yet: no vote can be compared with a known winner or with others.")
        return
    st.markdown(drift_words(courses, names))
    _everybody(courses, names)
    chosen = st.selectbox(
        "One person", [course.annotator_id for course in courses], key="drift-who",
        format_func=lambda who: names.get(who, who),
    )  # fmt: skip
    _one(next(course for course in courses if course.annotator_id == chosen))


def drift_words(courses: Sequence[Course], names: Mapping[str, str]) -> str:
    """Who hits less often than before, or that nobody does, or that it is too early."""
    alarmed = [course for course in courses if course.alarm is not None]
    if alarmed:
        people = ", ".join(
            f"{plain(names.get(each.annotator_id, each.annotator_id))} (since {each.alarm:%Y-%m-%d})"
            for each in alarmed
        )
        return f"**Misses more often than before, by 15 points or so: {people}.**"
    if all(len(course.moments) < drift.ENOUGH for course in courses):
        return f"Not yet: nobody has {drift.ENOUGH} votes that can be compared."
    return "Nobody misses more often than before."


def _everybody(courses: Sequence[Course], names: Mapping[str, str]) -> None:
    weeks = sorted({week.monday.isoformat() for course in courses for week in course.weeks})
    people = sorted(
        (names.get(course.annotator_id, course.annotator_id) for course in courses), key=str.casefold
    )
    rows = [
        {
            "down": names.get(course.annotator_id, course.annotator_id),
            "across": week.monday.isoformat(),
            "value": week.hits.turned.share,
            # Half of the votes missed is the fullest square, in the colour of what is worth a look.
            "strength": -2 * (week.hits.turned.share or 0.0),
            "n": week.hits.n,
            "behind": exhibit_links.address(_missed(course, week)),
        }
        for course in courses
        for week in course.weeks
    ]
    st.altair_chart(
        quality_people_charts.squares(
            rows, across=weeks, down=people, ink=quality_couples.ink(), form=".0%",
            title="misses, by week",
        )
    )  # fmt: skip
    with st.expander("As a table", key="drift-weeks"):
        table = [_week_row(course, week, names) for course in courses for week in course.weeks]
        exhibit_links.table(table, "votes", "misses")


def _one(course: Course) -> None:
    spans = [(week, quality_people.span(week.hits.turned)) for week in course.weeks]
    shown = [(week, span) for week, span in spans if span is not None]
    st.altair_chart(
        quality_course_charts.course(
            [(week.monday, span) for week, span in shown],
            [exhibit_links.address(_missed(course, week)) for week, _ in shown],
            course.alarm,
            "misses",
        )
    )
    if len(course.moments) < drift.ENOUGH:
        st.caption(f"Too early for an alarm: {len(course.moments)} of {drift.ENOUGH} votes.")
        return
    stride = -(-len(course.sums) // _MOST_POINTS)
    points = [
        (place + 1, value, exhibit_links.address(Exhibit(kind=Kind.PAIR, pair=pair_id)))
        for place, (value, pair_id) in enumerate(zip(course.sums, course.pair_ids, strict=True))
    ][::stride]
    st.altair_chart(quality_course_charts.evidence(points, drift.LIMIT))
    st.caption(
        "Above: misses week by week with their 95 % interval. Below: a cumulative sum that rises with every "
        "miss and falls with every hit; over the dashed line a lasting rise of 15 points explains the misses "
        "far better than chance does."
    )


def _week_row(course: Course, week: Week, names: Mapping[str, str]) -> dict[str, object]:
    held = Exhibit(kind=Kind.HELD, who=course.annotator_id, week=week.monday.isoformat())
    return {
        "person": names.get(course.annotator_id, course.annotator_id),
        "week": week.monday.isoformat(),
        "votes": exhibit_links.linked(f"{week.hits.n:,}", held),
        "misses": exhibit_links.linked(tendency_words(week.hits.turned), _missed(course, week)),
    }


def _missed(course: Course, week: Week) -> Exhibit:
    return Exhibit(kind=Kind.MISSED, who=course.annotator_id, week=week.monday.isoformat())
