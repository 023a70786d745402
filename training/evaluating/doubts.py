"""The margins of an evaluation's training pairs, in the words of curation."""

from pathlib import Path

from curation.suspicion.margin import Margin
from training import evaluation, recipe, release_pairs, runs
from training.evaluating import held_out, rows
from training.evaluating.asked import BASE


def margins(folder: Path) -> list[Margin]:
    """What the first tuned model of an evaluation makes of the pairs it was trained on; empty where unread.

    Raises:
        DamagedFile, UnusableRelease: a file cannot be read.
    """
    request = runs.read_request(folder)
    if request.evaluation is None or "train" not in request.evaluation.scored:
        return []
    tuned = next(one.name for one in request.evaluation.contestants if one.name != BASE)
    beta = recipe.from_dict(request.recipe).beta
    scores = rows.scores(folder)
    found = held_out.margins(scores, tuned, beta=beta, split="train")
    base = held_out.of(scores, BASE, "train")
    return [
        Margin(
            pair_id=pair.pair_id,
            chosen=pair.chosen,
            margin=found[pair.pair_id],
            reference=evaluation.per_token(base[pair.pair_id]),
        )
        for pair in release_pairs.read(request.release, "train")
        if pair.pair_id in found
    ]
