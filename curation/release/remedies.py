"""The pairs behind a finding: what a lead opens, or has labelled again so that it goes away."""

import pyarrow as pa

from curation.database import Database
from curation.errors import Unknown
from curation.release import gate
from curation.validation import concern
from curation.validation.finding import Severity
from curation.validation.policy import Policy

MOST = 5000  # pairs that one batch is made of
BLIND = 300  # votes that tell a preference from a model's style (rules.md §2, V13)


def pairs_behind(db: Database, policy: Policy, rule: str, severity: Severity, nth: int = 0) -> pa.Table:
    """All pairs that a finding is about now, in the queue's random order.

    Rules run again only where something has changed since they last did, and for what has changed.

    Args:
        nth: which finding, where a rule has several of one severity (history.keyed).

    Returns:
        One column, pair_id.

    Raises:
        Unknown: the rule finds nothing of that kind any more.
    """
    found: pa.Table | None = None
    with gate.opened(db, policy) as (cursor, _):
        if concern.gather(cursor, rule, severity, nth):
            found = cursor.sql(
                "SELECT c.pair_id FROM concerned AS c JOIN pair AS p ON p.id = c.pair_id"
                " ORDER BY p.shuffle, c.pair_id"
            ).to_arrow_table()
    if found is None:  # said when what was looked at is kept
        raise Unknown(f"{rule} finds nothing of that kind any more. Reload the page of the release.")
    return found


def to_queue(db: Database, policy: Policy, rule: str, severity: Severity, nth: int = 0) -> tuple[str, ...]:
    """Those of them that one batch asks people about.

    Where a finding is about the whole set, a random sample says what there is to say.
    """
    most = BLIND if rule == "V13" else MOST
    found = pairs_behind(db, policy, rule, severity, nth).slice(0, most)
    return tuple(found.column("pair_id").to_pylist())
