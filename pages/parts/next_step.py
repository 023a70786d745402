"""What to do next, from how far the project is. Plain numbers in, one step out."""

from collections.abc import Mapping
from dataclasses import dataclass

from curation.model import Role, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One suggestion: a sentence, and the page where it is done."""

    sentence: str
    page: str
    label: str
    icon: str


def step(role: Role, tiers: Mapping[Tier, int], *, releases: int, runs: int) -> Step:
    """The next step of this person.

    Args:
        tiers: how many pairs stand on which support.
        releases, runs: how many there are.
    """
    pairs, judged = sum(tiers.values()), sum(tiers[tier] for tier in _JUDGED)
    label = Step(sentence="", page="label.py", label="Label", icon="compare")
    if not role.includes(Role.LEAD):
        return _with(label, "There are pairs waiting for you." if pairs else "There are no pairs yet.")
    if not pairs:
        return Step(
            sentence="Bring in pairs: your own file, a set of the Hub, or the bundled sample.",
            page="import_data.py", label="Import pairs", icon="upload_file",
        )  # fmt: skip
    if tiers[Tier.CONFLICT]:
        contested = _pairs(tiers[Tier.CONFLICT])
        return Step(
            sentence=f"The votes on {contested} have no majority. Read them and settle.",
            page="review.py", label="Review", icon="gavel",
        )  # fmt: skip
    if not judged:
        return _with(label, "An imported preference is a hypothesis. Judge the first pairs, blind.")
    if not releases:
        return Step(
            sentence=f"People have judged {_pairs(judged)}. Check the data and make the first release.",
            page="release.py", label="Release", icon="verified",
        )  # fmt: skip
    if not runs:
        return Step(
            sentence="There is a release and no run yet. Train the demo model to see the whole loop.",
            page="train.py", label="Train", icon="model_training",
        )  # fmt: skip
    unseen = tiers[Tier.PRIOR] + tiers[Tier.NONE]
    if unseen:
        return _with(label, f"Nobody has judged {_pairs(unseen)} yet.")
    return Step(
        sentence="Every pair has been judged. Release the newest state and train on it.",
        page="release.py", label="Release", icon="verified",
    )  # fmt: skip


_JUDGED = (Tier.GOLD, Tier.AGREE2, Tier.MAJORITY, Tier.SINGLE, Tier.CONFLICT)


def _with(base: Step, sentence: str) -> Step:
    return Step(sentence=sentence, page=base.page, label=base.label, icon=base.icon)


def _pairs(number: int) -> str:
    return "1 pair" if number == 1 else f"{number:,} pairs"
