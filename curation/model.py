"""The words of the product as values. Imports only the standard library."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each role includes the ones before it."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    LEAD = "lead"

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


class Speaker(StrEnum):
    """Who speaks a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation. `content` is kept to the byte as imported."""

    speaker: Speaker
    content: str


class Verdict(StrEnum):
    """What a person decided. Always which answer won, never which side."""

    ANSWER_1 = "answer_1"
    ANSWER_2 = "answer_2"
    TIE = "tie"
    BOTH_BAD = "both_bad"
    SKIP = "skip"  # not now, or not by me: it may come back
    CANNOT_JUDGE = "cannot_judge"  # final for this person: others are asked, and a reviewer looks

    @property
    def is_preference(self) -> bool:
        """One answer won."""
        return self in (Verdict.ANSWER_1, Verdict.ANSWER_2)

    @property
    def is_vote(self) -> bool:
        """It says something about the answers; a skip says nothing, nor does who cannot judge them."""
        return self not in (Verdict.SKIP, Verdict.CANNOT_JUDGE)

    @property
    def swapped(self) -> "Verdict":
        """The same decision with the two answers' names exchanged."""
        return {Verdict.ANSWER_1: Verdict.ANSWER_2, Verdict.ANSWER_2: Verdict.ANSWER_1}.get(self, self)


class Answer(StrEnum):
    """One of the two answers of a pair, in canonical order."""

    ONE = "answer_1"
    TWO = "answer_2"

    @property
    def other(self) -> "Answer":
        return Answer.TWO if self is Answer.ONE else Answer.ONE


class Arm(StrEnum):
    """Which part of the queue served a pair (rules.md §5)."""

    RANDOM = "random"
    SECOND_VOTE = "second_vote"
    SUSPECTED = "suspected"
    UNCERTAIN = "uncertain"
    GOLD = "gold"
    ADJUDICATION = "adjudication"
    REPEAT = "repeat"
    BATCH = "batch"  # of a slice that a lead wants first


class Provenance(StrEnum):
    """Where a prior winner comes from. A prior is a hypothesis, never a decision."""

    IMPORTED = "imported"
    MODEL = "model"
    NONE = "none"


class State(StrEnum):
    """How far people have come with a pair."""

    UNDECIDED = "undecided"  # no vote in effect
    DECIDED = "decided"  # votes with a majority
    CONTESTED = "contested"  # votes without one
    SETTLED = "settled"  # a reviewer has settled it
    ASIDE = "aside"  # a reviewer has set it aside; in no other state, and not in a list without a state


class Tier(StrEnum):
    """How well the winner of a pair is supported, best first."""

    GOLD = "gold"  # settled by a reviewer or a lead
    AGREE2 = "agree2"  # two or more votes, all equal
    MAJORITY = "majority"  # more than half of three or more votes
    SINGLE = "single"  # one vote
    PRIOR = "prior"  # imported and unseen by people
    CONFLICT = "conflict"  # votes without a majority
    NONE = "none"  # neither a vote nor a prior


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two answers to one prompt, in canonical order (see text.canonical).

    Attributes:
        id: content hash, 32 hexadecimal digits; item keeps apart pairs whose texts are equal.
        context: system message and earlier turns; empty where there are none.
        prompt: the last user turn.
        origin_1, origin_2: model that wrote each answer, "" where unknown; never shown while labelling.
        prior_winner: the imported preference, None where there is none.
        finish_1, finish_2: why each answer ended as the source says, such as "length"; "" where it does not.
    """

    id: str
    source_id: str
    source_row: int
    context: tuple[Message, ...]
    prompt: str
    answer_1: str
    answer_2: str
    origin_1: str
    origin_2: str
    prior_winner: Verdict | None
    prior_provenance: Provenance
    item: str = ""
    finish_1: str = ""
    finish_2: str = ""

    def text_of(self, answer: Answer) -> str:
        return self.answer_1 if answer is Answer.ONE else self.answer_2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One annotator's decision about one pair; append-only.

    Attributes:
        id: made by the client, so that a repeated save changes nothing.
        verdict: None takes back the decision that `supersedes` names.
        left: the answer that stood left on the screen; None for an imported vote, whose sides are not known.
        round: 0 the first time this annotator meets the pair, 1 for a hidden repeat, and so on.
        strength: of a preference: 1 slightly better, 2 better, 3 much better; None where it was not asked.
        rewrite: the better answer in the person's own words.
        flag: why a reviewer should look at the pair.
        seconds_shown, seconds_active: on screen, and with the window focused and the person not idle.
        client_time, server_time: UTC without zone.
        supersedes: id of the annotator's own earlier decision that this one replaces.
        text_seen: which texts of the pair stood on the screen: "" as imported, else the id of a fix's texts;
            None where nobody said.
    """

    id: str
    pair_id: str
    annotator_id: str
    verdict: Verdict | None
    left: Answer | None
    server_time: datetime
    client_time: datetime | None = None
    round: int = 0
    arm: Arm = Arm.RANDOM
    strength: int | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    rewrite: str | None = None
    flag: str | None = None
    guideline_version: int = 0
    seconds_shown: float | None = None
    seconds_active: float | None = None
    supersedes: str | None = None
    text_seen: str | None = None
