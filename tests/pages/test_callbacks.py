"""Streamlit runs callbacks before the page asks for the role, and fragments without it: each asks itself.

Read from the source, so that a callback written tomorrow is looked at too.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "pages"
CALLBACKS = {"on_click", "on_change", "on_submit", "on_select"}
ASKS = {"guard.permitted", "guard.require"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    name: str
    tree: ast.Module
    imported: frozenset[str]  # names that come from curation or training

    @property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}


def modules() -> dict[str, Module]:
    found = {}
    for path in PAGES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        below = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("curation", "training"))
            for alias in node.names
            if alias.name[0].islower()
        }
        found[path.stem] = Module(name=path.stem, tree=tree, imported=frozenset(below))
    return found


MODULES = modules()


def reached(module: Module, function: str, seen: set[tuple[str, str]] | None = None) -> Iterator[str]:
    """Every dotted name that the function calls, and those that functions of pages/ it calls do."""
    seen = set() if seen is None else seen
    if (module.name, function) in seen or function not in module.functions:
        return
    seen.add((module.name, function))
    for node in ast.walk(module.functions[function]):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        yield f"below:{called}" if called.partition(".")[0] in module.imported else called
        owner, _, name = called.rpartition(".")
        if owner == "" or owner in MODULES:
            yield from reached(MODULES.get(owner, module), name or called, seen)


def callbacks() -> list[tuple[str, str]]:
    """(module, function) of everything Streamlit calls back, and every fragment and dialog."""
    found = set()
    for module in MODULES.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg in CALLBACKS:
                value = node.value
                if isinstance(value, ast.Name | ast.Attribute):
                    found.add((module.name, ast.unparse(value)))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.fragment", "st.dialog"):
                found |= {(module.name, ast.unparse(a)) for a in node.args if isinstance(a, ast.Name)}
            if isinstance(node, ast.FunctionDef) and any(
                ast.unparse(each).startswith(("st.fragment", "st.dialog")) for each in node.decorator_list
            ):
                found.add((module.name, node.name))
    return sorted(found)


@pytest.mark.parametrize(("module", "name"), callbacks(), ids=lambda part: part)
def test_what_streamlit_calls_back_asks_for_the_role_before_it_acts(module: str, name: str) -> None:
    owner, _, function = name.rpartition(".")
    calls = list(reached(MODULES.get(owner, MODULES[module]), function))
    acts = [call for call in calls if call.startswith("below:") and not call.endswith("Error")]
    assert not acts or ASKS & set(calls), f"{module}.{name} reaches {acts} and never asks for the role"


def test_the_callbacks_are_found() -> None:
    assert ("run_control", "stop") in callbacks()
    assert ("team_people", "_remove") in callbacks()


@pytest.mark.parametrize("page", [path.stem for path in PAGES.glob("*.py") if path.stem != "__init__"])
def test_every_page_asks_for_its_role_before_anything_is_drawn(page: str) -> None:
    tree = MODULES[page].tree
    at = min(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and is_require(node))
    drawn = [node.lineno for node in tree.body if isinstance(node, ast.Expr | ast.With | ast.If)]
    first = [line for line in drawn if line < at and page != "frame"]
    assert first in ([], [1])  # line 1 is the docstring


def is_require(node: ast.Call) -> bool:
    return ast.unparse(node.func) == "guard.require"
