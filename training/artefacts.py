"""What a run leaves behind, checked without torch: do the weights open, are the files still the same.

Reads safetensors files by their layout: eight bytes of header length (little endian), a JSON header
whose entries give data_offsets relative to its end, then the data.
Source: https://github.com/huggingface/safetensors#format
"""

import json
from pathlib import Path

from training import documents, release_folder
from training.evaluating import contents
from training.merging import asked as merging

INVENTORY = "artefacts.json"
_LISTED = (
    *("adapter", "model", "evaluation", "curves", "README.md", "metrics.jsonl", "result.json", merging.CHECK),
    *(contents.PROMPTS, contents.ANSWERS, contents.SCORES, contents.COMPARISON, contents.HELD_OUT),
)


def problems(run: Path) -> tuple[str, ...]:
    """Why the final adapter or model cannot be used, one phrase each; empty where it opens."""
    for name, config in (("adapter", "adapter_config.json"), ("model", "config.json")):
        if (run / name).is_dir():
            return _folder_problems(run / name, config)
    return ("there is neither an adapter nor a model",)


def weight_problem(path: Path) -> str | None:
    """Why a safetensors file does not open; None where header and length agree."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if length <= size - 8 else None
    except (OSError, ValueError):
        header = None
    if not isinstance(header, dict):
        return f"{path.parent.name}/{path.name} has no readable header"
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    missing = 8 + length + max(ends, default=0) - size
    return f"{path.parent.name}/{path.name} is cut short by {missing:,} bytes" if missing > 0 else None


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder, with those that an index names although they are not there."""
    found = set(folder.glob("*.safetensors"))
    for index in folder.glob("*.safetensors.index.json"):
        named = (documents.read_or_none(index) or {}).get("weight_map", {})
        found |= {folder / name for name in named.values()}
    return sorted(found)


def write_inventory(run: Path) -> None:
    """Write down size and SHA-256 of everything a finished run has produced."""
    content = {
        path.relative_to(run).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": release_folder.sha256(path),
        }
        for path in _files(run)
    }
    documents.write(run / INVENTORY, content)


def changes(run: Path) -> tuple[str, ...]:
    """What no longer equals the inventory, one phrase a file."""
    inventory = documents.read_or_none(run / INVENTORY)
    if inventory is None:
        return (f"{INVENTORY} is missing",)
    found = []
    for name, entry in sorted(inventory.items()):
        path = run / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif release_folder.sha256(path) != entry["sha256"]:
            found.append(f"{name} has changed")
    return tuple(found)


def _folder_problems(folder: Path, config: str) -> tuple[str, ...]:
    found = []
    if documents.read_or_none(folder / config) is None:
        found.append(f"{folder.name}/{config} cannot be read")
    weights = weight_files(folder)
    if not weights:
        found.append(f"{folder.name}/ holds no safetensors file")
    found += [problem for path in weights if (problem := weight_problem(path))]
    return tuple(found)


def _files(run: Path) -> list[Path]:
    roots = [run / name for name in _LISTED]
    inside = [path for root in roots if root.is_dir() for path in root.rglob("*") if path.is_file()]
    return sorted(inside + [root for root in roots if root.is_file()])
