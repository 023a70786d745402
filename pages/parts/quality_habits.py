"""What decides beside quality, person by person and by name: side, length, format."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from curation.quality import formats
from curation.quality.annotators import Checked
from curation.quality.exhibits import Exhibit, Kind
from curation.quality.formats import Sign
from curation.quality.tendencies import Tendency
from pages.parts import exhibit_links, quality_couples, quality_people, quality_people_charts
from pages.parts.quality_words import NOT_YET, tendency_words

Named = Sequence[tuple[str, Checked]]


def show(people: Sequence[Checked], signs: Mapping[str, Sequence[Sign]], names: Mapping[str, str]) -> None:
    """Everybody's habits in three pictures, a table behind each."""
    st.subheader("Person by person", anchor=False)
    named = quality_people.by_name(people, names)
    one, other = st.columns(2)
    with one:
        _habit("Took the left answer", Kind.LEFT, named, lambda each: each.left)
    with other:
        _habit("Took the longer answer", Kind.LONGER, named, lambda each: each.longer)
    _signs(signs, names)


def _habit(title: str, kind: Kind, named: Named, of: Callable[[Checked], Tendency]) -> None:
    st.markdown(f"**{title}**")
    spans, behind = quality_people.drawn(named, kind, of)
    if not spans:
        st.caption("Not yet: no preference that could show it.")
        return
    st.altair_chart(
        quality_people_charts.spans(spans, behind, "share, with its 95 % interval", references=(0.5,))
    )
    with st.expander("As a table", key=f"habit-{kind}"):
        rows = [
            {
                "person": name,
                "share": exhibit_links.linked(
                    tendency_words(of(each)), Exhibit(kind=kind, who=each.annotator_id)
                ),
            }
            for name, each in named
        ]
        exhibit_links.table(rows, "share")


def _signs(signs: Mapping[str, Sequence[Sign]], names: Mapping[str, str]) -> None:
    st.markdown("**Winners carry it more often than losers, in points**")
    people = sorted(signs, key=lambda who: names.get(who, who).casefold())
    rows = [
        {
            "down": names.get(who, who),
            "across": sign.name,
            "value": 100 * sign.difference,
            "n": sign.n,
            "strength": 2 * sign.difference,
            "behind": exhibit_links.address(_one_has(sign, who)),
        }
        for who in people
        for sign in signs[who]
        if sign.n >= formats.ENOUGH and sign.difference is not None
    ]
    if rows:
        drawn = list(dict.fromkeys(str(row["down"]) for row in rows))
        st.altair_chart(
            quality_people_charts.squares(
                rows, across=list(formats.SIGNS), down=drawn, ink=quality_couples.ink(),
                form="+.0f", title="points",
            )
        )  # fmt: skip
    else:
        st.caption(f"Not yet: nobody has preferred an answer in {formats.ENOUGH} pairs.")
    with st.expander("As a table", key="habit-formats"):
        exhibit_links.table(
            [_sign_row(who, names.get(who, who), signs[who]) for who in people], "preferences", *formats.SIGNS
        )


def _sign_row(who: str, name: str, signs: Sequence[Sign]) -> dict[str, object]:
    looked = max((sign.n for sign in signs), default=0)
    return {
        "person": name,
        "preferences": exhibit_links.linked(f"{looked:,}", Exhibit(kind=Kind.FORMAT, who=who)),
        **{sign.name: exhibit_links.linked(_points(sign), _one_has(sign, who)) for sign in signs},
    }


def _one_has(sign: Sign, who: str) -> Exhibit:
    return Exhibit(kind=Kind.SIGN_ONE, sign=sign.name, who=who)


def _points(sign: Sign) -> str:
    return NOT_YET if sign.difference is None else f"{100 * sign.difference:+.0f}"
