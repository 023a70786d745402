"""What a release says of itself besides its rows and findings."""

from dataclasses import dataclass

from curation.release.origins import Origin
from curation.validation.exclusion import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Project, people and sources behind a release.

    Attributes:
        guideline_version: the newest, 0 where none has been written.
        annotators: people with at least one decision; decisions counts replaced and taken-back ones too.
    """

    project: str
    fingerprint: str
    origins: tuple[Origin, ...]
    guideline_version: int
    guideline: str
    annotators: int
    decisions: int

    @property
    def title(self) -> str:
        """Names the content, not the folder, so that it is the same wherever this state is released."""
        return f"{self.project}-{self.fingerprint[:12]}"


def read(cursor: Cursor, fingerprint: str, origins: tuple[Origin, ...]) -> Content:
    """Collect it from the snapshot."""
    project = cursor.execute("SELECT name FROM project ORDER BY version DESC LIMIT 1").fetchone()
    guideline = cursor.execute(
        "SELECT version, markdown FROM guideline ORDER BY version DESC LIMIT 1"
    ).fetchone()
    annotators, decisions = cursor.execute(
        "SELECT count(DISTINCT annotator_id), count(*) FROM decision"
    ).fetchone() or (0, 0)
    return Content(
        project=project[0] if project else "preferences",
        fingerprint=fingerprint,
        origins=origins,
        guideline_version=guideline[0] if guideline else 0,
        guideline=guideline[1] if guideline else "",
        annotators=annotators,
        decisions=decisions,
    )
