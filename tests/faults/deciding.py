"""A process that records decisions as fast as it can and prints each id once it is acknowledged.

`python -m tests.faults.deciding DATABASE PREFIX`; it ends when it is killed. Before every decision its id is
printed as "sent", after it as "kept"; both lines are flushed at once.
"""

import sys
from datetime import datetime
from itertools import count
from pathlib import Path

from curation.database import Database
from curation.labelling import decisions
from curation.model import Answer, Decision, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


def main(path: str, prefix: str) -> None:
    database = Database.open(Path(path))
    with database.reading() as cursor:
        ids = [row[0] for row in cursor.execute("SELECT id FROM pair ORDER BY shuffle").fetchall()]
    verdicts = list(Verdict)
    for number in count():
        decision = Decision(
            id=f"{prefix}{number:08x}",
            pair_id=ids[number % len(ids)],
            annotator_id="ann-1",
            verdict=verdicts[number % len(verdicts)],
            left=Answer.ONE,
            server_time=NOW,
        )
        print("sent", decision.id, flush=True)
        decisions.record(database, decision)
        print("kept", decision.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
