"""What decides beside quality: the side of the screen, the length and the format of the answer."""

from collections.abc import Sequence

import streamlit as st

from curation.quality import formats
from curation.quality.bias import Band, Bias
from curation.quality.exhibits import Exhibit, Kind
from curation.quality.formats import Sign
from curation.quality.tendencies import ENOUGH, Tendency
from pages.parts import exhibit_links, quality_charts, quality_people, quality_people_charts
from pages.parts.quality_words import percent


def show(found: Bias, bands: Sequence[Band], signs: Sequence[Sign]) -> None:
    """Position, length and format, over everybody."""
    st.subheader("Side of the screen", anchor=False)
    st.markdown(position_words(found.left))
    st.subheader("Length", anchor=False)
    st.markdown(length_words(found))
    if bands:
        _bands(bands)
    _formats(signs)


def _bands(bands: Sequence[Band]) -> None:
    spans = {
        quality_charts.band_words(band): found
        for band in bands
        if (found := quality_people.span(band.longer)) is not None
    }
    behind = {quality_charts.band_words(band): exhibit_links.address(_won(band)) for band in bands}
    st.altair_chart(
        quality_people_charts.spans(
            spans, behind, "the longer answer won, with its 95 % interval", references=(0.5,)
        )
    )
    with st.expander("As a table", key="bias-length"):
        rows = [
            {
                "longer answer": quality_charts.band_words(band),
                "preferences": exhibit_links.linked(
                    f"{band.longer.n:,}", Exhibit(kind=Kind.BAND, low=band.low, high=band.high)
                ),
                "it won": exhibit_links.linked(f"{band.longer.chosen:,}", _won(band)),
                "share": exhibit_links.linked(percent(band.longer.share), _won(band)),
            }
            for band in bands
        ]
        exhibit_links.table(rows, "preferences", "it won", "share")


def _won(band: Band) -> Exhibit:
    return Exhibit(kind=Kind.BAND_WON, low=band.low, high=band.high)


def _formats(signs: Sequence[Sign]) -> None:
    st.subheader("Format", anchor=False)
    st.markdown(format_words(signs))
    measured = {sign.name: sign.difference for sign in signs if sign.difference is not None}
    if not measured:
        return
    behind = {sign.name: exhibit_links.address(_sign(Kind.SIGN_ONE, sign)) for sign in signs}
    st.altair_chart(quality_charts.differences(measured, formats.TELLING, behind))
    with st.expander("As a table", key="bias-format"):
        rows = [
            {
                "sign": sign.name,
                "preferences": exhibit_links.linked(f"{sign.n:,}", Exhibit(kind=Kind.FORMAT)),
                "winners with it": exhibit_links.linked(f"{sign.winners:,}", _sign(Kind.SIGN_WON, sign)),
                "losers with it": exhibit_links.linked(f"{sign.losers:,}", _sign(Kind.SIGN_LOST, sign)),
                "points": exhibit_links.linked(
                    f"{100 * measured[sign.name]:+.0f}", _sign(Kind.SIGN_ONE, sign)
                ),
            }
            for sign in signs
        ]
        exhibit_links.table(rows, "preferences", "winners with it", "losers with it", "points")


def _sign(kind: Kind, sign: Sign) -> Exhibit:
    return Exhibit(kind=kind, sign=sign.name)


def format_words(signs: Sequence[Sign]) -> str:
    """Which outward signs decide, in a sentence or two."""
    n = max((sign.n for sign in signs), default=0)
    if not n:
        return "Not yet: nobody has preferred one answer over another."
    counted = f"Preferences looked at: {exhibit_links.inline(f'{n:,}', Exhibit(kind=Kind.FORMAT))}."
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
    won = exhibit_links.inline(f"{left.share:.1%}", Exhibit(kind=Kind.LEFT))
    counted = f"The left answer won {won} of {_counted(left.n, Kind.SIDED)} preferences."
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
    won = exhibit_links.inline(f"{longer.share:.1%}", Exhibit(kind=Kind.LONGER))
    uneven = _counted(longer.n, Kind.UNEVEN)
    counted = f"The longer answer won {won} of {uneven} preferences between unequal lengths."
    alone = ""
    if found.length_auroc is not None:
        area = exhibit_links.inline(f"{found.length_auroc:.2f}", Exhibit(kind=Kind.DECISIVE))
        alone = f" Length alone tells the winner with AUROC {area}."
    if longer.is_lengthy:
        advice = "Train with a length-normalised loss and evaluate with length controlled."
        return f"{counted} **Length goes far in deciding here.**{alone} {advice}"
    if longer.n < ENOUGH:
        return f"{counted} {ENOUGH} are needed to say more."
    return f"{counted}{alone} Between 35 % and 65 % is no cause for concern."


def _counted(number: int, kind: Kind) -> str:
    return exhibit_links.inline(f"{number:,}", Exhibit(kind=kind))


def _chance(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
