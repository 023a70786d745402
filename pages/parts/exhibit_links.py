"""The list behind a figure as an address: the filter stands in it, so it survives a reload."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Literal
from urllib.parse import quote, urlencode

import streamlit as st

from curation.database import Database
from curation.model import Verdict
from curation.quality import annotators, exhibits
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_words
from pages.parts.quality_words import NOT_YET

# What a table shows of an address is what stands behind the last sign.
SHOWN = r"#(.*)$"
_VERDICTS = ("verdict", "other_verdict")
_NUMBERS = ("low", "high")


def linked(words: str, exhibit: Exhibit) -> str | None:
    """For a column of `table`: these words, which lead to the list; None for what is undefined."""
    if words == NOT_YET:
        return None
    # Quoted: the table shows it decoded, and a bare per cent sign would stop it from doing so.
    return f"{address(exhibit)}#{quote(words)}"


def table(
    rows: Sequence[Mapping[str, object]],
    *columns: str,
    width: Literal["small"] | None = None,
    height: int | Literal["auto", "content"] = "auto",
) -> None:
    """A table whose `columns` hold what `linked` gave; what is undefined says so.

    Args:
        width: of those columns; None lets the table choose.
    """
    config = dict.fromkeys(columns, st.column_config.LinkColumn(display_text=SHOWN, width=width))
    st.dataframe(rows, hide_index=True, column_config=config, placeholder=NOT_YET, height=height)


def inline(words: str, exhibit: Exhibit) -> str:
    """Markdown of words that lead to the list; the words alone where they say that a figure is undefined."""
    return words if words == NOT_YET else f"[{words}]({address(exhibit)})"


def within(kind: Kind, field: str, name: str) -> Exhibit:
    """The list of this kind within one part: field is "who", "source", "week" or "guidelines"."""
    return replace(Exhibit(kind=kind), **{field: name})  # type: ignore[arg-type]


def address(exhibit: Exhibit) -> str:
    """Where Browse shows the list, relative to any page."""
    asked = {
        field.name: value
        for field in fields(exhibit)
        if field.name != "kind" and (value := getattr(exhibit, field.name)) is not None
    }
    return "browse?" + urlencode({"behind": exhibit.kind.value, **asked})


def shown(db: Database) -> Exhibit | None:
    """The list that the page's address asks for, said in words with a way out; None where there is none."""
    exhibit = read(st.query_params)
    if exhibit is None:
        return None
    told, out = st.columns([6, 1], vertical_alignment="center")
    said = exhibit_words.of(exhibit, annotators.names(db))
    told.info(f"Pairs behind a figure: **{said}**.", icon=":material/filter_alt:")
    out.button("Show all", key="browse-all", width="stretch", on_click=st.query_params.clear)
    return exhibit


def read(parameters: Mapping[str, str]) -> Exhibit | None:
    """The list that an address asks for; None where it asks for none, or for one that cannot be."""
    try:
        given = {name: _value(name, parameters[name]) for name in _NAMES if name in parameters}
        return Exhibit(kind=Kind(parameters["behind"]), **given)  # type: ignore[arg-type]
    except (KeyError, ValueError):
        return None


_NAMES = tuple(field.name for field in fields(exhibits.Exhibit) if field.name != "kind")


def _value(name: str, given: str) -> str | float | Verdict:
    if name in _VERDICTS and not Verdict(given).is_vote:
        raise ValueError("nothing is known of what was skipped")
    if name in _VERDICTS:
        return Verdict(given)
    return float(given) if name in _NUMBERS else given
