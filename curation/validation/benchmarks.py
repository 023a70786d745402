"""Benchmarks whose prompts no training set may hold, by name, and how a set is handed in (rule V22)."""

from collections.abc import Mapping
from datetime import datetime

from curation.database import Database
from curation.intake import hub, locations, prompts
from curation.intake.locations import Located
from curation.validation import protected
from curation.workspace import Workspace

# Where each lies on the Hub, with the split that its figures are measured on.
KNOWN: Mapping[str, str] = {
    "GSM8K": "hub:openai/gsm8k:main#test",
    "MMLU": "hub:cais/mmlu:all#test",
    "HumanEval": "hub:openai/openai_humaneval#test",
    "IFEval": "hub:google/IFEval#train",
    "MT-Bench": "hub:HuggingFaceH4/mt_bench_prompts#train",
    "TruthfulQA": "hub:truthfulqa/truthful_qa:generation#validation",
}


def add(
    db: Database,
    place: Workspace,
    spec: str,
    *,
    now: datetime,
    by: str = "command line",
    watch: hub.Watch | None = None,
) -> int:
    """Fetch a set where it lies elsewhere, and protect its prompts; returns how many were new.

    Args:
        spec: one of KNOWN, hub:NAME[:CONFIGURATION][@REVISION][#SPLIT], or a file.

    Raises:
        UnreadableSource: there is no such file or set, or it cannot be reached.
        InvalidInput: it has no column of prompts.
    """
    located = locations.locate(KNOWN.get(spec, spec), place, watch=watch)
    return keep(db, located, name=spec if spec in KNOWN else located.location, now=now, by=by)


def keep(db: Database, located: Located, *, name: str, now: datetime, by: str) -> int:
    """Protect the prompts of a file that lies ready; returns how many were new."""
    return protected.protect(db, name, prompts.read(located.path), now, by=by)
