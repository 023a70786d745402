"""The fix of a finding: first what it would change, then one button, then one undo."""

import streamlit as st

from curation.labelling import undoing
from curation.labelling.actions import Action
from curation.model import Role
from curation.release import fixes
from curation.release.fixes import Change, Preview
from curation.validation import snapshot
from curation.validation.finding import Finding
from curation.validation.policy import Policy
from pages.parts import guard, release_examples, rendered, session

_PREVIEW = "release-fix-preview"
_MINE = "fix-"  # how the ids of these actions begin


def button(finding: Finding, policy: Policy) -> None:
    """What looks at the fix; nothing for a rule without one."""
    offered = fixes.OFFERS.get(finding.rule)
    if offered is not None:
        st.button(
            f"{offered.does} …", key=f"fix-look-{_key(finding)}", icon=":material/build:",
            help=offered.means, on_click=_look, args=(finding, policy),
        )  # fmt: skip


def preview(finding: Finding, policy: Policy) -> None:
    """What was found when somebody looked, as long as nothing has changed since."""
    kept = session.kept(_PREVIEW)
    if isinstance(kept, tuple) and kept[:2] == (_key(finding), snapshot.stamp(session.database())):
        _show(finding, policy, kept[2])


def undo() -> None:
    """Under the findings: take the last fix of this person back, as one."""
    someone, db = guard.permitted(Role.LEAD), session.database()
    last = undoing.latest(db, someone.id)
    if last is None or not last.id.startswith(_MINE):
        return
    st.button(
        f"Undo the last fix: {_pairs(last.pairs)}", key="fix-undo", icon=":material/undo:",
        help=f"{last.when:%Y-%m-%d %H:%M} UTC", on_click=_undo, args=(last.id,),
    )  # fmt: skip


def _show(finding: Finding, policy: Policy, seen: Preview) -> None:
    offered = fixes.OFFERS[finding.rule]
    stays = "stays as it is" if seen.left == 1 else "stay as they are"
    left = f" It cannot mend {_pairs(seen.left)}, which {stays}." if seen.left else ""
    st.markdown(f"{offered.means} It would change **{_pairs(seen.changed)}**.{left}")
    for change in seen.examples:
        _example(change, finding.rule)
    st.button(
        f"{offered.does}: {_pairs(seen.changed)}", key=f"fix-do-{_key(finding)}", type="primary",
        disabled=not seen.changed, on_click=_do, args=(finding, policy),
    )  # fmt: skip


def _example(change: Change, rule: str) -> None:
    turns = (f"Earlier turn {number}" for number in range(1, len(change.earlier) + 1))
    names = ("Prompt", "Answer 1", "Answer 2", *turns)
    differing = [
        (name, before, after)
        for name, before, after in zip(names, change.before, change.after, strict=True)
        if before != after
    ]
    with st.container(border=True, key=f"fix-example-{rule}-{change.pair_id}"):
        told = ", ".join(name.lower() for name, _, _ in differing) or change.before[0][:200]
        st.caption(f"Pair {change.pair_id[:8]}: {told}")
        for name, before, after in differing:
            rendered.show_html(
                release_examples.change(before, after), key=f"fix-text-{rule}-{change.pair_id}-{name}"
            )


def _look(finding: Finding, policy: Policy) -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        db = session.database()
        seen = fixes.preview(db, policy, finding.rule, finding.severity)
        session.keep(_PREVIEW, (_key(finding), snapshot.stamp(db), seen))


def _do(finding: Finding, policy: Policy) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        action = Action(
            id=_MINE + session.request_id("fix"),
            reason=f"{finding.rule}: {fixes.OFFERS[finding.rule].does.lower()}",
            by=someone.id,
            now=session.now(),
        )
        number = fixes.apply(session.database(), policy, finding.rule, finding.severity, action)
        session.renew_request("fix")
        session.forget(_PREVIEW)
        st.toast(f"Changed {_pairs(number)}. What was imported is kept.", icon=":material/build:")


def _undo(action_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        number = undoing.undo(session.database(), action_id, by=someone.id, now=session.now())
        st.toast(f"Undone: {_pairs(number)} as before.", icon=":material/undo:")


def _key(finding: Finding) -> str:
    return f"{finding.rule}-{finding.severity.value}"


def _pairs(number: int) -> str:
    return "1 pair" if number == 1 else f"{number:,} pairs"
