"""A finished evaluation's answers, two by two, in the words of curation."""

from pathlib import Path

from curation.comparison.offered import Offered
from curation.model import Message, Speaker
from training import metrics
from training.evaluating import contents


def of(folder: Path) -> list[Offered]:
    """What annotators will judge.

    Raises:
        DamagedFile: the comparison file cannot be read.
    """
    return [
        Offered(
            prompt_number=row["number"],
            turns=tuple(
                Message(speaker=Speaker(turn["role"]), content=turn["content"]) for turn in row["prompt"]
            ),
            answers=(row["answer_1"], row["answer_2"]),
            models=(row["model_1"], row["model_2"]),
        )
        for row in metrics.read(folder / contents.COMPARISON)
    ]
