"""What the app process loads: no tensors, no datasets. A static graph cannot see deferred imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = ("torch", "transformers", "trl", "peft", "datasets", "bitsandbytes", "accelerate")


def app_modules() -> list[str]:
    """The app, all parts of pages, and everything that a page file imports."""
    parts = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("pages/parts/**/*.py")
    ]
    imported = [
        f"{node.module}.{alias.name}"
        for path in ROOT.glob("pages/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.startswith(("curation", "training"))
        for alias in node.names
    ]
    names = [name.removesuffix(".__init__") for name in ["app", *parts, *imported]]
    return sorted({name for name in names if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()})


def loaded_after(code: str) -> set[str]:
    tail = "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.splitlines()[-1].split())


def test_nothing_the_app_process_imports_loads_tensors() -> None:
    code = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in app_modules())
    assert loaded_after(code).isdisjoint(FORBIDDEN)


@pytest.mark.parametrize("name", ["training.watch", "training.supervisor"])
def test_a_supervisor_stays_light(name: str) -> None:
    assert loaded_after(f"import {name}").isdisjoint({*FORBIDDEN, "streamlit", "pandas", "duckdb", "numpy"})
