"""What a card says of the release a model was trained on: counts, agreement, sources with their licences.

Reads manifest.json and validation.json of the release folder (rules.md, "The release").
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import documents


def describe(release: Path) -> str:
    """A Markdown section; says what the folder does not tell."""
    manifest = documents.read_or_none(release / "manifest.json") or {}
    validation = documents.read_or_none(release / "validation.json") or {}
    parts = [
        "## Data",
        _counts(manifest),
        _agreement(validation.get("agreement") or {}),
        _sources(manifest.get("sources") or []),
    ]
    return "\n\n".join(parts)


def _counts(manifest: Mapping[str, Any]) -> str:
    named = {"train": "training pairs", "test": "held-out pairs", "ties": "ties", "excluded": "left out"}
    told = [
        f"{manifest[key]:,} {words}" for key, words in named.items() if isinstance(manifest.get(key), int)
    ]
    return f"The release holds {', '.join(told)}." if told else "The release does not tell its counts."


def _agreement(measured: Mapping[str, Any]) -> str:
    raw, alpha = measured.get("raw"), measured.get("alpha")
    if raw is None:
        return "Agreement of annotators: not measurable, no pair was judged by two people."
    krippendorff = "undefined" if alpha is None else f"{alpha:.3f}"
    between = measured.get("alpha_interval")
    interval = f" (95 % interval {between[0]:.3f} to {between[1]:.3f})" if between else ""
    return (
        f"Agreement of annotators on {measured.get('contents', 0):,} pairs: raw {raw:.3f}, Krippendorff's "
        f"alpha {krippendorff}{interval}."
    )


def _sources(sources: list[Mapping[str, Any]]) -> str:
    if not sources:
        return "The release names no sources, so nothing is known about licences."
    rows = [
        f"| {_cell(source.get('label'))} | {_cell(source.get('licence')) or 'not stated'} "
        f"| {source.get('pairs', 0)} |"
        for source in sources
    ]
    return "\n".join(["| source | licence | pairs |", "|---|---|---|", *rows])


def _cell(value: object) -> str:
    """Names come from files: nothing in them may end the cell or start markup."""
    text = " ".join(str(value or "").split())
    return "".join(f"\\{sign}" if sign in r"\|`*_[]<>" else sign for sign in text)
