"""Where rows come from: the first question of Import."""

from pathlib import Path

import streamlit as st

from curation.errors import InvalidInput
from curation.intake import locations
from curation.intake.locations import Located
from pages.parts import session

KINDS = {
    "sample": "Bundled sample",
    "upload": "A file of mine",
    "server": "A file on the server",
    "hub": "Hugging Face Hub",
}
_LOCATED = "import-located"
_ON_SERVER = "import-on-server"


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
            "JSON lines, JSON, CSV, TSV, Parquet or Arrow, also packed (.gz, .zst), up to 200 MB. "
            "Larger files: from the server.",
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
        return _on_server(path) if path else None
    return _from_hub()


def _on_server(path: str) -> Located:
    """Read anew only where the file has changed: hashing 2 GB at each click takes seconds."""
    file = Path(path).expanduser()
    state = (path, file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else None
    kept = session.kept(_ON_SERVER)
    if state is not None and isinstance(kept, tuple) and kept[0] == state and isinstance(kept[1], Located):
        return kept[1]
    located = locations.locate(path, session.home())
    session.keep(_ON_SERVER, (state, located))
    return located


def _from_hub() -> Located | None:
    name = st.text_input(
        "Name, also with :configuration, @revision and #split",
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
