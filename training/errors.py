"""What can go wrong in training, in sentences that are ready for the screen.

    curation.errors.PairloomError
    └── TrainingError               base of this package
        ├── RecipeError             an unknown setting, or a value outside its range
        ├── UnusableRelease         the release folder does not open, or differs from its manifest
        ├── ModelMissing            the base model is not there, is gated, or cannot be read
        ├── ProbeFailed             the child process that looks at the tokenizer gave no answer
        ├── PreflightRefused        a finding of severity E stands in the way of a start
        ├── UnknownRun              there is no such run folder
        ├── NotResumable            there is nothing to go on from, or what it rests on has changed
        ├── UnusableResult          what a run has left is not whole, or not what it wrote
        ├── NotDeletable            a run is at work, or another that is at work rests on it
        ├── NotWaiting              the run has begun or ended, so its place in the queue means nothing
        ├── LaunchFailed            the supervisor process did not start
        ├── LaunchRefused           a launcher that is not there, or a setting it does not take
        ├── Unreachable             machines or storage of a run do not answer now; later they may
        ├── StopAsked               somebody wanted the run to stop before it had begun, or while it waited
        ├── Superseded              this worker was cut off, and others took over from it
        └── DamagedFile             a file of a run folder cannot be read as what it should be

A message says what happened and what to do. A class exists where a caller reacts differently.
Bugs (ValueError, KeyError) are not part of this tree and are caught nowhere.
"""

from curation import errors


class TrainingError(errors.PairloomError):
    """Base of everything training can tell a person in one sentence."""


class RecipeError(TrainingError):
    """An unknown setting, or a value outside its range."""


class UnusableRelease(TrainingError):
    """A release folder that does not open, or whose files differ from its manifest."""


class ModelMissing(TrainingError):
    """A base model that is not there, is gated, or cannot be read."""


class ProbeFailed(TrainingError):
    """The child process that looks at the tokenizer gave no answer.

    Attributes:
        finding: id under which a preflight shows it.
    """

    def __init__(self, message: str, *, finding: str = "tokenizer") -> None:
        super().__init__(message)
        self.finding = finding


class PreflightRefused(TrainingError):
    """Findings of severity E stand in the way of a start."""


class UnknownRun(TrainingError):
    """There is no such run folder."""


class NotResumable(TrainingError):
    """There is no checkpoint to go on from, or what the run rests on has changed."""


class UnusableResult(TrainingError):
    """What a run has left is not whole, or not what it wrote."""


class NotDeletable(TrainingError):
    """A run that is at work, or on which another rests that is at work."""


class NotWaiting(TrainingError):
    """The run waits for nothing any more, so its place in the queue cannot change."""


class LaunchFailed(TrainingError):
    """The supervisor process did not start."""


class LaunchRefused(TrainingError):
    """A launcher that is not there or not installed, or a setting that it does not take."""


class Unreachable(TrainingError):
    """Machines or storage of a run do not answer, so nothing can be said of it at this moment."""


class StopAsked(TrainingError):
    """Somebody wants the run to stop."""


class Superseded(TrainingError):
    """A worker that was cut off, and from which others took over: it may not write any more."""


class DamagedFile(TrainingError):
    """A file of a run folder that cannot be read as what it should be."""
