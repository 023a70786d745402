"""Bring in pairs: choose a source, look at it, import it, see what became of every row."""

import streamlit as st

from curation.errors import InvalidInput
from curation.intake import ingest, preview
from curation.intake.fields import ColumnMapping
from curation.intake.ingest import Outcome
from curation.intake.locations import Located
from curation.intake.preview import Preview
from curation.model import Answer, Pair, Role, Verdict
from pages.parts import guard, import_report, import_source, session
from pages.parts.plain import plain

person = guard.require(Role.LEAD)
db = session.database()


def look(located: Located) -> tuple[Preview, ColumnMapping | None]:
    """The first rows as they would be imported, under the mapping that the form holds."""
    seen = preview.look(located)
    layout = f"layout {seen.layout}" if seen.layout else "a layout that is not known by name"
    st.caption(plain(f"{located.location}: {seen.kind}, {layout}, columns {', '.join(seen.columns)}"))
    by_hand = import_source.mapping(seen)
    return (preview.look(located, mapping=by_hand) if by_hand else seen), by_hand


def show(seen: Preview) -> None:
    """What the first rows give."""
    rows = [_row(pair) for pair in seen.pairs]
    widths = {name: st.column_config.TextColumn(width="medium") for row in rows for name in row}
    st.dataframe(rows, hide_index=True, column_config=widths)
    for refusal in seen.refusals:
        st.warning(plain(f"Row {refusal.line}: {refusal.reason}"))


def _row(pair: Pair) -> dict[str, str]:
    context = " / ".join(f"{message.speaker}: {message.content}" for message in pair.context)
    winner = Answer(pair.prior_winner) if pair.prior_winner in (Verdict.ANSWER_1, Verdict.ANSWER_2) else None
    named = (
        {"chosen": winner, "rejected": winner.other}
        if winner
        else dict(zip(("answer 1", "answer 2"), Answer, strict=True))
    )
    answers = {name: pair.text_of(answer)[:400] for name, answer in named.items()}
    before = {"before the prompt": context[:200]} if context else {}
    return {"prompt": pair.prompt[:400], **answers, **before}


def bring_in(located: Located, mapping: ColumnMapping | None) -> Outcome:
    """Import with a progress bar; a second click or another tab adds nothing twice."""
    bar = st.progress(0.0, "Importing")

    def tell(step: ingest.Progress) -> None:
        said = f"{step.counts.accepted:,} accepted, {step.counts.refused:,} refused"
        bar.progress(min(1.0, step.done / max(1, step.total)), said)

    outcome = ingest.ingest(
        db, located, imported_by=person.id, now=session.now(), mapping=mapping, progress=tell
    )
    bar.empty()
    return outcome


st.title("Import", anchor=False)
with guard.on_action():
    located = import_source.choose()
    if located is not None:
        seen, by_hand = look(located)
        show(seen)
        if st.button("Import", type="primary", key="import-start", icon=":material/upload_file:"):
            if seen.needs_mapping and by_hand is None:
                raise InvalidInput("Map the columns first.")
            import_report.report(bring_in(located, by_hand))
import_report.history(db)
