"""Hostile files into the whole import, in a process of its own: no crash, no half import, no hang.

    python -m benchmarks.fuzz_intake [CASES] [FIRST_SEED]

Every case is read to its last row under each layout that fits, JSON lines both all at once and row by row,
which must agree; every twentieth goes through the database too.
Prints every seed that broke a promise; `tests/curation/intake/hostile.py` makes its file again. A case ends
as an import (every row accounted for) or as one sentence of ours; anything else is a finding. Zip bombs and
cut-off archives have tests of their own (tests/curation/intake/test_packed.py).
"""

import faulthandler
import io
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from curation.database import Database
from curation.errors import PairloomError
from curation.intake import containers, crew, formats, ingest, locations, reading, vote_line, votes
from curation.intake.containers import Container
from curation.intake.fields import ColumnMapping, Rule
from curation.intake.locations import Located
from curation.intake.refusing import Refused
from curation.workspace import Workspace
from tests.curation.intake import hostile

NOW = datetime(2026, 1, 1)
HANG_SECONDS = 60
FRESH_EVERY = 2000
WHOLE_EVERY = 20


def main(cases: int, first: int) -> int:
    started, slowest, ends = time.perf_counter(), (0.0, first), Counter[str]()
    database = Database.in_memory()
    with tempfile.TemporaryDirectory() as folder:
        place = Workspace(home=Path(folder))
        for seed in range(first, first + cases):
            faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
            begun = time.perf_counter()
            ends[one(database, place, seed)] += 1
            slowest = max(slowest, (time.perf_counter() - begun, seed))
            if seed % FRESH_EVERY == 0:
                print(f"{seed - first:,} so far: {dict(ends)}", flush=True)
                database.close()
                database = Database.in_memory()
                shutil.rmtree(place.uploads, ignore_errors=True)
    faulthandler.cancel_dump_traceback_later()
    spent = time.perf_counter() - started
    print(f"{cases:,} cases from seed {first} in {spent:.0f} s: {dict(ends)}")
    print(f"slowest {slowest[0]:.2f} s (seed {slowest[1]})")
    return ends["broken"]


def one(database: Database, place: Workspace, seed: int) -> str:
    """How the case ended: imported, refused or broken."""
    whole = seed % WHOLE_EVERY == 0
    before = _rows(database) if whole else ()
    try:
        located = locations.keep_upload(place, hostile.name(seed), io.BytesIO(hostile.content(seed)))
        if not located.path.resolve().is_relative_to(place.uploads.resolve()):
            raise AssertionError(f"left the folder: {located.path}")
        _take(database, located, whole=whole)
    except PairloomError as error:
        if whole and _rows(database) != before:
            print(f"seed {seed}: a refused file left rows: {error}")
            return "broken"
        return "refused"
    except Exception:
        print(f"seed {seed}:\n{traceback.format_exc()}")
        return "broken"
    return "imported"


def _take(database: Database, located: Located, *, whole: bool) -> None:
    container = containers.recognise(located.path)
    head = container.head()
    layouts = formats.fitting(head.columns, head.rows)
    for layout in layouts:
        _read(container, formats.with_rule(layout.mapping(), Rule.ALL))
    if whole or not layouts:  # where nothing fits, the sentence that says so
        mapping = formats.with_rule(layouts[0].mapping(), Rule.ALL) if layouts else None
        ingest.ingest(database, located, imported_by="fuzz", now=NOW, mapping=mapping)


def _read(container: Container, mapping: ColumnMapping) -> None:
    if not mapping.shape.has_votes:
        _read_both_ways(container, mapping)
        return
    for row in votes.unfolded(container.rows(), mapping):
        if row.values is not None:
            with suppress(Refused):
                vote_line.parsed(row.values, source_id="source", line=row.line)


def _read_both_ways(container: Container, mapping: ColumnMapping) -> None:
    found = hostile.told(reading.of(container, mapping, "source", NOW))
    if crew.in_stretches(container, mapping):
        whole = (0, container.path.stat().st_size)
        if hostile.told(reading.of(container, mapping, "source", NOW, whole)) != found:
            raise AssertionError("all at once and row by row give different tables")


def _rows(database: Database) -> tuple[object, ...]:
    with database.reading() as cursor:
        return (
            cursor.execute(
                "SELECT (SELECT count(*) FROM pair), (SELECT count(*) FROM appearance),"
                " (SELECT count(*) FROM refusal), (SELECT count(*) FROM source),"
                " (SELECT count(*) FROM decision), (SELECT count(*) FROM unpaired)"
            ).fetchone()
            or ()
        )


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    sys.exit(1 if main(*([*numbers, 100_000, 0] if not numbers else [*numbers, 0])[:2]) else 0)
