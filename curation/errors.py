"""What can go wrong in curation, in sentences that are ready for the screen.

    PairloomError
    ├── InvalidInput            what was given cannot be used; the message says where and what to do
    │   └── UnreadableSource    a file or Hub set cannot be read at all
    ├── WorkspaceInUse          another process holds the database
    ├── WorkspaceTooNew         the database was written by a newer version
    ├── Unknown                 no such pair, release or annotator
    ├── AlreadyDecided          the same decision id was used for something else
    ├── NothingToUndo           there is no decision in effect to take back
    ├── NotAllowed              the person's role does not permit the action
    │   └── TooManyAttempts     passwords were tried too often
    ├── Cancelled               a person has stopped what was going on
    └── ReleaseBlocked          rules of severity E, or unacknowledged W, stand in the way

A message says what happened and what to do. A class exists where a caller reacts differently.
Bugs (ValueError, KeyError) are not part of this tree and are caught nowhere.
"""


class PairloomError(Exception):
    """Base of everything a person can be told in one sentence."""


class InvalidInput(PairloomError):
    """What was given cannot be used."""


class UnreadableSource(InvalidInput):
    """A file or Hub set that cannot be read at all."""


class WorkspaceInUse(PairloomError):
    """Another process holds the database.

    Args:
        holder: the sentence part that names it, such as "process 4711 (streamlit run app.py)".
    """

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(
            f"The workspace database {path} is open in {holder}. "
            "Close that process, or do this from the pages of the app it serves."
        )
        self.holder = holder


class WorkspaceTooNew(PairloomError):
    """The database was migrated by a newer version of Pairloom."""


class Unknown(PairloomError):
    """No such pair, release, run or annotator."""


class AlreadyDecided(PairloomError):
    """A decision id that is taken by a different decision."""


class NothingToUndo(PairloomError):
    """There is no decision in effect to take back."""


class NotAllowed(PairloomError):
    """The person's role does not permit the action."""


class TooManyAttempts(NotAllowed):
    """Passwords were tried too often.

    Args:
        minutes: until the next one is looked at; 1 or more.
    """

    def __init__(self, minutes: int) -> None:
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            f"Too many attempts. Wait {wait}, then try again, or ask a lead for a password link."
        )


class Cancelled(PairloomError):
    """A person has stopped what was going on."""


class ReleaseBlocked(PairloomError):
    """Findings stand in the way of a release."""
