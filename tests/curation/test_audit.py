"""Whatever a person does to the workspace is in the audit.

Read from the source, so that an action written tomorrow is looked at too.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from curation.database import Database
from curation.labelling import events, guidelines
from curation.labelling.events import Wanted
from curation.validation import protected
from tests.curation.people.a_team import NOW

ROOT = Path(__file__).parents[2]
# A parameter of these names says who acts.
WHO = {"by", "actor", "changed_by", "imported_by", "made_by", "action"}
# Actions on runs are no rows of the database: the page that starts them writes them down.
ON_RUNS = {
    *("supervisor.start", "supervisor.stop", "supervisor.resume", "supervisor.evaluate", "start.start"),
    *("deletion.delete", "result_push.push"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    name: str  # module.function
    node: ast.FunctionDef

    @property
    def who(self) -> set[str]:
        arguments = self.node.args
        return {each.arg for each in (*arguments.args, *arguments.kwonlyargs)} & WHO

    @property
    def writes(self) -> bool:
        texts = (
            n.value for n in ast.walk(self.node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
        )
        return any(("INSERT INTO" in t or "UPDATE " in t or "DELETE FROM" in t) and "\n" in t for t in texts)

    @property
    def calls(self) -> set[str]:
        module = self.name.partition(".")[0]
        called = (ast.unparse(n.func) for n in ast.walk(self.node) if isinstance(n, ast.Call))
        return {name if "." in name else f"{module}.{name}" for name in called}


def functions(folder: str) -> dict[str, Function]:
    return {
        f"{path.stem}.{node.name}": Function(name=f"{path.stem}.{node.name}", node=node)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


CURATION, PAGES = functions("curation"), functions("pages")


def reached(known: dict[str, Function], name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += known[each].calls if each in known else []
    return found


def actions() -> list[str]:
    """Public functions that are told who acts and that write, themselves or through others.

    Not those that work inside a caller's transaction: the caller is looked at.
    """
    return sorted(
        name
        for name, function in CURATION.items()
        if function.who and not function.node.name.startswith("_") and not name.startswith("events.")
        if "tx" not in {each.arg for each in function.node.args.args}
        if any(CURATION[each].writes for each in reached(CURATION, name) & CURATION.keys())
    )


@pytest.mark.parametrize("name", actions())
def test_what_is_told_who_acts_writes_it_down(name: str) -> None:
    assert reached(CURATION, name) & {"events.record", "events.add"}


def test_the_actions_are_found() -> None:
    assert {"ingest.ingest", "releases.create", "settlements.settle", "guidelines.add", "membership.remove",
            "invitations.make", "pauses.pause", "projects.change"} <= set(actions())  # fmt: skip


@pytest.mark.parametrize("name", sorted(name for name, each in PAGES.items() if each.calls & ON_RUNS))
def test_a_page_that_acts_on_a_run_writes_it_down(name: str) -> None:
    assert "events.add" in reached(PAGES, name)


def test_guidelines_and_protected_prompts_are_in_the_audit() -> None:
    db = Database.in_memory()
    guidelines.add(db, "Be fair.", changed_by="ann-1", now=NOW)
    protected.protect(db, "exam.jsonl", ["Is it three?"], NOW)
    assert [(line.actor, line.action, line.subject) for line in events.newest(db)] == [
        ("command line", "protect prompts", "exam.jsonl"),
        ("ann-1", "edit guidelines", "1"),
    ]


def test_the_audit_is_read_in_pages_by_who_what_and_when() -> None:
    db = Database.in_memory()
    for number in range(7):
        actor = "ann-1" if number % 2 else "ann-2"
        events.add(db, actor=actor, action="look", subject=str(number), now=NOW)
    wanted = Wanted(actor="ann-2", action="look", since=NOW)
    first = events.page(db, wanted, limit=3)
    rest = events.page(db, wanted, limit=3, before=first[-1].number)
    assert [line.subject for line in (*first, *rest)] == ["6", "4", "2", "0"]
    assert events.count(db, wanted) == 4
    assert not events.page(db, Wanted(until=NOW), limit=3)
