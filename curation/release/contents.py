"""What a release says of itself besides its rows and findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from curation.labelling import actions, rewrites
from curation.release.origins import Origin
from curation.validation import concern, history
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.history import Key

_TELLING = 0.05  # share of the prompts from which on a language is named
_SURE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """What one person did, by pseudonym.

    Attributes:
        decisions: rows they wrote, replaced and taken-back ones too.
        votes: pairs that a vote of theirs is in effect for.
        ties: those of them that are a tie or both bad.
        seconds: median of the active seconds of their decisions; None where none was measured.
    """

    pseudonym: str
    decisions: int
    votes: int
    ties: int
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Project, people and sources behind a release.

    Attributes:
        guideline_version: the newest, 0 where none has been written.
        annotators: people with at least one decision, by pseudonym.
        remaining: pairs of train and test behind a warning or a note about rows, by finding.
        languages: of the prompts, most frequent first; codes of ISO 639.
        rewritten: rows of train and test whose chosen answer a person rewrote.
        mended: rows of train and test whose texts a fix has changed, by rule.
        newest: day of the newest fact behind the release; None without any.
    """

    project: str
    fingerprint: str
    origins: tuple[Origin, ...]
    guideline_version: int
    guideline: str
    annotators: tuple[Annotator, ...]
    remaining: Mapping[Key, int]
    languages: tuple[str, ...]
    rewritten: int
    mended: Mapping[str, int]
    newest: date | None

    @property
    def title(self) -> str:
        """Names the content, not the folder, so that it is the same wherever this state is released."""
        return f"{self.project}-{self.fingerprint[:12]}"


def read(
    cursor: Cursor, fingerprint: str, origins: tuple[Origin, ...], findings: Iterable[Finding]
) -> Content:
    """Collect it from the snapshot that gave the findings."""
    project = cursor.execute("SELECT name FROM project ORDER BY version DESC LIMIT 1").fetchone()
    guideline = cursor.execute(
        "SELECT version, markdown FROM guideline ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return Content(
        project=project[0] if project else "preferences",
        fingerprint=fingerprint,
        origins=origins,
        guideline_version=guideline[0] if guideline else 0,
        guideline=guideline[1] if guideline else "",
        annotators=_annotators(cursor),
        remaining=_remaining(cursor, findings),
        languages=_languages(cursor),
        rewritten=_rewritten(cursor),
        mended=_mended(cursor),
        newest=_newest(cursor),
    )


def _rewritten(cursor: Cursor) -> int:
    (count,) = cursor.execute(
        "SELECT count(*) FROM part AS t JOIN pair AS p ON p.id = t.pair_id WHERE p.source_id = $written",
        {"written": rewrites.SOURCE},
    ).fetchone() or (0,)
    return int(count)


def _mended(cursor: Cursor) -> dict[str, int]:
    """A pair that several fixes have changed counts for each of them."""
    rows = cursor.execute(
        """
        WITH standing AS (
            SELECT m.pair_id, m.rule FROM mend AS m
            WHERE m.text_id IS NOT NULL AND NOT starts_with(m.id, $undo)
              AND $undo || m.id NOT IN (SELECT id FROM mend)
        )
        SELECT s.rule, count(DISTINCT s.pair_id)
        FROM standing AS s
        SEMI JOIN text_of AS o ON o.pair_id = s.pair_id SEMI JOIN part AS p ON p.pair_id = s.pair_id
        GROUP BY s.rule ORDER BY s.rule
        """,
        {"undo": actions.UNDO},
    ).fetchall()
    return {str(rule): int(count) for rule, count in rows}


def _annotators(cursor: Cursor) -> tuple[Annotator, ...]:
    rows = cursor.execute(
        """
        WITH did AS (
            SELECT annotator_id, count(*) AS decisions, median(seconds_active) AS seconds
            FROM decision GROUP BY annotator_id
        ),
        stands AS (
            SELECT annotator_id, count(*) AS votes,
                   count(*) FILTER (WHERE verdict IN ('tie', 'both_bad')) AS ties
            FROM vote GROUP BY annotator_id
        )
        SELECT d.annotator_id, d.decisions, coalesce(s.votes, 0), coalesce(s.ties, 0), round(d.seconds, 1)
        FROM did AS d LEFT JOIN stands AS s ON s.annotator_id = d.annotator_id
        ORDER BY d.annotator_id
        """
    ).fetchall()
    return tuple(
        Annotator(pseudonym=row[0], decisions=row[1], votes=row[2], ties=row[3], seconds=row[4])
        for row in rows
    )


def _remaining(cursor: Cursor, findings: Iterable[Finding]) -> dict[Key, int]:
    """Asked only of warnings and notes about rows: an error leaves none, and a set has no rows of its own."""
    remaining = {}
    for key, each in history.keyed(findings):
        if each.scope is Scope.ROW and each.severity is not Severity.ERROR:
            concern.gather(cursor, each.rule, each.severity, key[2])
            (count,) = cursor.execute(
                "SELECT count(*) FROM concerned SEMI JOIN part USING (pair_id)"
            ).fetchone() or (0,)
            remaining[key] = int(count)
    return remaining


def _languages(cursor: Cursor) -> tuple[str, ...]:
    rows = cursor.execute(
        """
        WITH told AS (
            SELECT f.language_prompt AS language, count(*) AS rows
            FROM fact AS f SEMI JOIN part AS p ON p.pair_id = f.pair_id
            WHERE f.language_prompt <> '' AND f.sure_prompt > $sure
            GROUP BY f.language_prompt
        )
        SELECT language FROM told
        WHERE rows >= $telling * (SELECT sum(rows) FROM told)
        ORDER BY rows DESC, language
        """,
        {"sure": _SURE, "telling": _TELLING},
    ).fetchall()
    return tuple(str(language) for (language,) in rows)


def _newest(cursor: Cursor) -> date | None:
    (newest,) = cursor.execute(
        """
        SELECT max(at_time)::DATE FROM (
            SELECT max(imported) AS at_time FROM pair UNION ALL SELECT max(server_time) FROM decision
            UNION ALL SELECT max(settled) FROM settlement)
        """
    ).fetchone() or (None,)
    return newest if isinstance(newest, date) else None
