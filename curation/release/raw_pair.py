"""An imported pair before anybody looked at it, as a value. Knows no database, so training may take it."""

from dataclasses import dataclass

from curation.model import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPair:
    """One imported pair with the winner that the import named.

    Attributes:
        turns: context and prompt, the user's last.
        chosen, rejected: with the blanks at their edges.
    """

    pair_id: str
    turns: tuple[Message, ...]
    chosen: str
    rejected: str
