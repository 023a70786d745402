"""Where rows come from, and what their columns mean: the first two questions of Import."""

import streamlit as st

from curation.errors import InvalidInput
from curation.intake import formats, locations
from curation.intake.fields import ColumnMapping, Field
from curation.intake.locations import Located
from curation.intake.preview import Preview
from pages.parts import session

KINDS = {
    "sample": "Bundled sample",
    "upload": "A file of mine",
    "server": "A file on the server",
    "hub": "Hugging Face Hub",
}
_LOCATED = "import-located"
_FIELD_WORDS = {
    Field.PROMPT: "Prompt",
    Field.CHOSEN: "Chosen answer",
    Field.REJECTED: "Rejected answer",
    Field.SYSTEM: "System message",
    Field.ANSWER_1: "Answer 1, without a preference",
    Field.ANSWER_2: "Answer 2, without a preference",
    Field.CHOSEN_MODEL: "Model of the chosen answer",
    Field.REJECTED_MODEL: "Model of the rejected answer",
    Field.ITEM: "Item (keeps equal texts apart)",
}


def choose() -> Located | None:
    """Draw the choice of a source; the file that lies ready, None until one does.

    Raises:
        UnreadableSource: the file is not there, or the Hub set cannot be fetched.
    """
    kind = st.segmented_control(
        "Where from",
        list(KINDS),
        default="sample",
        format_func=KINDS.__getitem__,
        key="import-kind",
        required=True,
    )
    place = session.home()
    if kind == "sample":
        st.caption(
            "86 pairs in the layout of Intel/orca_dpo_pairs, written for this app: everything works offline."
        )
        return locations.locate(locations.SAMPLE, place)
    if kind == "upload":
        upload = st.file_uploader(
            "JSON lines, JSON, CSV, TSV or Parquet, up to 200 MB. Larger files: from the server.",
            key="import-file",
        )
        if upload is None:
            return None
        kept = session.kept(f"upload-{upload.file_id}")  # a rerun must not copy 200 MB again
        located = kept if isinstance(kept, Located) else locations.keep_upload(place, upload.name, upload)
        session.keep(f"upload-{upload.file_id}", located)
        return located
    if kind == "server":
        path = st.text_input("Path on the server", key="import-path", placeholder="/data/pairs.jsonl")
        return locations.locate(path, place) if path else None
    return _from_hub()


def mapping(seen: Preview) -> ColumnMapping | None:
    """Draw the mapping of columns; None where the layout is recognised and nobody wants another.

    Raises:
        InvalidInput: the mapping is not whole yet; the sentence says what it needs.
    """
    if not seen.needs_mapping and not st.toggle("Map the columns by hand", key="import-by-hand"):
        return None
    st.caption("Say which column is what. Nothing is guessed: a wrong guess would be a silent wrong label.")
    chosen: dict[str, str] = {}
    columns = st.columns(3)
    for position, (field, words) in enumerate(_FIELD_WORDS.items()):
        proposed = seen.mapping.get(field)
        name = columns[position % 3].selectbox(
            words,
            seen.columns,
            index=seen.columns.index(proposed) if proposed in seen.columns else None,
            placeholder="none",
            key=f"import-map-{field}-{hash(seen.columns)}",
        )
        if name is not None:
            chosen[field] = name
    return formats.by_hand(chosen)


def _from_hub() -> Located | None:
    name = st.text_input(
        "Name, also with @revision and #split",
        value=locations.ORCA.removeprefix(locations.HUB_PREFIX),
        key="import-hub",
    )
    if st.button("Fetch", key="import-fetch", icon=":material/cloud_download:"):
        if not name.strip():
            raise InvalidInput("Name a data set of the Hub, such as Intel/orca_dpo_pairs.")
        with st.spinner("Fetching from the Hub"):
            located = locations.locate(locations.HUB_PREFIX + name.strip(), session.home())
        session.keep(_LOCATED, (name, located))
    kept = session.kept(_LOCATED)
    if isinstance(kept, tuple) and kept[0] == name and isinstance(kept[1], Located):
        return kept[1]
    return None
