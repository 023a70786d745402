"""What decides beside quality: the side of the screen, the length and the format of the answer."""

from collections.abc import Sequence

import streamlit as st

from curation.quality import formats
from curation.quality.bias import Band, Bias
from curation.quality.exhibits import Exhibit, Kind
from curation.quality.formats import Sign
from curation.quality.tendencies import ENOUGH, Tendency
from pages.parts import exhibit_links, quality_charts


def show(found: Bias, bands: Sequence[Band], signs: Sequence[Sign]) -> None:
    """Position, length and format, over everybody."""
    st.subheader("Side of the screen", anchor=False)
    st.markdown(position_words(found.left))
    if found.left.n:
        st.markdown(f"[Pairs whose left answer won]({exhibit_links.address(Exhibit(kind=Kind.LEFT))})")
    st.subheader("Length", anchor=False)
    st.markdown(length_words(found))
    if found.longer.n:
        st.markdown(f"[Pairs whose longer answer won]({exhibit_links.address(Exhibit(kind=Kind.LONGER))})")
    if bands:
        st.altair_chart(quality_charts.by_length(bands))
        st.dataframe(
            [
                {
                    "longer answer": quality_charts.band_words(band),
                    "preferences": exhibit_links.linked(
                        f"{band.longer.n:,}", Exhibit(kind=Kind.BAND, low=band.low, high=band.high)
                    ),
                    "it won": band.longer.chosen,
                    "share": f"{band.longer.share or 0:.1%}",
                }
                for band in bands
            ],
            hide_index=True,
            column_config={"preferences": exhibit_links.column()},
        )
    _formats(signs)


def _formats(signs: Sequence[Sign]) -> None:
    st.subheader("Format", anchor=False)
    st.markdown(format_words(signs))
    measured = {sign.name: sign.difference for sign in signs if sign.difference is not None}
    if measured:
        st.altair_chart(quality_charts.differences(measured, formats.TELLING))
        rows = [
            {
                "sign": sign.name,
                "preferences": sign.n,
                "winners with it": sign.winners,
                "losers with it": sign.losers,
                "only the winner has it": exhibit_links.linked(
                    "show the pairs", Exhibit(kind=Kind.SIGN, sign=sign.name)
                ),
            }
            for sign in signs
        ]
        st.dataframe(rows, hide_index=True, column_config={"only the winner has it": exhibit_links.column()})


def format_words(signs: Sequence[Sign]) -> str:
    """Which outward signs decide, in a sentence or two."""
    n = max((sign.n for sign in signs), default=0)
    if not n:
        return "Not yet: nobody has preferred one answer over another."
    counted = f"Preferences looked at: {n:,}."
    telling = [sign.name for sign in signs if sign.is_telling]
    if telling:
        return f"{counted} **Winners and losers differ by 15 points or more in: {', '.join(telling)}.**"
    if n < formats.ENOUGH:
        return f"{counted} {formats.ENOUGH} are needed to say more."
    return f"{counted} No sign differs by 15 points between winners and losers."


def position_words(left: Tendency) -> str:
    """Whether the side decides, in a sentence or two."""
    if left.share is None or left.p_value is None:
        return (
            "Not yet: no preference is known with its sides. Votes given here record them; votes from other "
            "tools do not."
        )
    counted = f"The left answer won {left.share:.1%} of {left.n:,} preferences."
    if left.is_positional:
        return f"{counted} **That is more one-sided than chance explains ({_chance(left.p_value)}).**"
    if left.n < ENOUGH:
        return f"{counted} {ENOUGH} preferences are needed to say whether the side decides."
    return f"{counted} Sides do not decide here ({_chance(left.p_value)}, allowed are 42 % to 58 %)."


def length_words(found: Bias) -> str:
    """Whether length decides, in a sentence or two."""
    longer = found.longer
    if longer.share is None:
        return "Not yet: nobody has preferred one of two answers that differ in length by more than a tenth."
    counted = f"The longer answer won {longer.share:.1%} of {longer.n:,} preferences between unequal lengths."
    alone = (
        ""
        if found.length_auroc is None
        else f" Length alone tells the winner with AUROC {found.length_auroc:.2f}."
    )
    if longer.is_lengthy:
        advice = "Train with a length-normalised loss and evaluate with length controlled."
        return f"{counted} **Length goes far in deciding here.**{alone} {advice}"
    if longer.n < ENOUGH:
        return f"{counted} {ENOUGH} are needed to say more."
    return f"{counted}{alone} Between 35 % and 65 % is no cause for concern."


def _chance(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
