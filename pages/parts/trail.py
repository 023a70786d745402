"""The way a person has gone through a list in pages, so that Back finds the page before."""

from dataclasses import dataclass

from curation.labelling.paging import Position
from pages.parts import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The trail of one list. It begins again whenever what is listed changes.

    Attributes:
        name: of the list, for this tab's memory.
    """

    name: str

    def position(self, wanted: object) -> Position | None:
        """Where the shown page starts; None at the beginning.

        Args:
            wanted: what is listed: filter and order.
        """
        kept = self._kept()
        if kept is None or kept[0] != wanted:
            session.keep(self.name, (wanted, ()))
            return None
        return kept[1][-1] if kept[1] else None

    def forward(self, place: Position) -> None:
        """Go on to the page that starts behind `place`."""
        kept = self._kept()
        if kept is not None:
            session.keep(self.name, (kept[0], (*kept[1], place)))

    def back(self) -> None:
        """Go back to the page before."""
        kept = self._kept()
        if kept is not None:
            session.keep(self.name, (kept[0], kept[1][:-1]))

    def pages_before(self) -> int:
        """How many pages lie before the shown one."""
        kept = self._kept()
        return len(kept[1]) if kept is not None else 0

    def _kept(self) -> tuple[object, tuple[Position, ...]] | None:
        return session.kept(self.name)  # type: ignore[return-value]
