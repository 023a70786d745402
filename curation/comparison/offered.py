"""What an evaluation hands over for judgement, as values. Knows no database, so training may make them."""

from dataclasses import dataclass

from curation.model import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Two models' answers to one prompt, as an evaluation wrote them.

    Attributes:
        prompt_number: the same for all answers to one prompt.
        turns: the conversation up to the user's last turn.
        answers, models: (one, other), in the same order; the order means nothing.
    """

    prompt_number: int
    turns: tuple[Message, ...]
    answers: tuple[str, str]
    models: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the answers come from: an evaluation, its run and the fingerprint of the run's release."""

    evaluation: str
    run: str
    release: str
