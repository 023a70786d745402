"""What a run has left and what becomes of it: download, one merged model, the Hub, deletion."""

import streamlit as st

from curation.labelling import events
from curation.model import Role
from pages.parts import guard, routes_download, run_headline, run_push, session
from pages.parts.plain import plain
from training import deletion, documents, run_views
from training.errors import NotDeletable
from training.merging import start
from training.merging.asked import CHECK
from training.run_views import RunView
from training.runs import RunState

_MIB = 2**20


def show(run: RunView) -> None:
    """The files of a run that has ended, and the buttons that use them."""
    st.subheader("Its files", anchor=False)
    completed = run.state.state is RunState.COMPLETED
    merges = _merges(run)
    whole = [one for one in merges if one.state.state is RunState.COMPLETED]
    at_it = any(not one.state.state.is_final for one in merges)
    with st.container(horizontal=True):
        st.link_button(
            "Download", routes_download.link(run.path), icon=":material/download:",
            help="Adapter or model, metrics, evaluation and card as one ZIP, without checkpoints.",
        )  # fmt: skip
        if completed and not whole and (run.path / "adapter").is_dir():
            st.button(
                "Merge into one model", key="run-merge", icon=":material/merge:", on_click=_merge,
                args=(run,), disabled=at_it,
                help="Folds the adapter into its base model, in 16 bits, and keeps the result only where it "
                "answers as the two do. Tools without adapters can load it.",
            )  # fmt: skip
        _deletion(run)
    for merge in merges:
        merged(merge)
    if completed:
        run_push.show([run, *whole])


def _merges(run: RunView) -> list[RunView]:
    made = run_views.list_merges(session.home())
    return [one for one in made if one.request.merge and one.request.merge.run == run.id]


def merged(merge: RunView) -> None:
    """A merged model with what it was checked on, or the merge that is at work."""
    if not merge.state.state.is_final:
        st.fragment(_working, run_every=2)(merge.id)
        return
    with st.container(border=True):
        if merge.state.state is not RunState.COMPLETED:
            run_headline.progress(merge)
        else:
            st.markdown(f"**Merged model** `{merge.id}`")
            st.caption(plain(str((documents.read_or_none(merge.path / CHECK) or {}).get("sentence", ""))))
        with st.container(horizontal=True):
            if merge.state.state is RunState.COMPLETED:
                st.link_button("Download", routes_download.link(merge.path), icon=":material/download:")
            _deletion(merge)


def _working(folder_name: str) -> None:
    guard.require(Role.LEAD)  # a fragment runs again without its page
    merge = run_views.view(session.home().runs / folder_name)
    if merge.state.state.is_final:
        st.rerun()
    with st.container(border=True):
        st.markdown("**Merged model**")
        run_headline.progress(merge)


def _merge(run: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        key = f"merge-{run.id}"
        made = start.start(run.path, by=someone.id, request_id=session.request_id(key))
        events.add(
            session.database(), actor=someone.id, action="merge run", subject=run.id, detail={"merge": made},
            now=session.now(),
        )  # fmt: skip
        session.renew_request(key)


def _deletion(run: RunView) -> None:
    """A button that opens what would be lost; the one inside does it."""
    with st.popover("Delete", icon=":material/delete:"):
        try:
            lost = deletion.foresee(run.path)
        except NotDeletable as refused:
            st.text(str(refused))
            return
        what = "The merged model" if run.request.merge else "Weights, checkpoints, curves, samples and log"
        st.markdown(f"{what}: {lost.size / _MIB:,.1f} MiB that cannot be brought back.")
        st.caption("The release and the base model stay.")
        for sentence in lost.sentences:
            st.caption(f":material/warning: {plain(sentence)}")
        st.button("Delete for good", key=f"delete-{run.id}", type="primary", on_click=_delete, args=(run,))


def _delete(run: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        lost = deletion.delete(run.path)
        events.add(
            session.database(), actor=someone.id, action="delete run", subject=run.id,
            detail={"bytes": lost.size, "release": run.request.release_name}, now=session.now(),
        )  # fmt: skip
        st.query_params.pop("run", None)
        st.toast("Deleted.")
