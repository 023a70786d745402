"""`python -m benchmarks.doubts [--seeds N] [--steps N] [--models FOLDER]`: what finds flipped labels.

Labels of the bundled sample (manner: length and words tell) and of a tiny set of facts (correctness: only who
knows them can tell) are flipped on purpose; one short run of the demo model is trained on what is stored, by
real processes, and an evaluation reads every training pair under base and tuned model. Beside them the two
detectors that need no run. AUROC: chance that a flipped label is more suspected than a right one. Prints,
never gates.
"""

import argparse
import random
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt

from benchmarks import made_releases, short_runs
from curation.suspicion import features, measures, model
from curation.suspicion.model import PLACES, Detector
from curation.workspace import Workspace
from training.evaluating import held_out, rows, start
from training.evaluating.asked import BASE
from training.release_pairs import PreferencePair

SHARES = (0.1, 0.2)
HELD_OUT = 8  # pairs that nothing is trained on: a release has some
Found = dict[str, float]


def main(arguments: argparse.Namespace) -> None:
    sets = {"sample": made_releases.sample(), "facts": made_releases.correctness()}
    print(f"{arguments.steps} steps, mean AUROC of {arguments.seeds} seeds (lowest to highest)")
    for name, pairs in sets.items():
        for share in SHARES:
            train, test = pairs[:-HELD_OUT], pairs[-HELD_OUT:]
            found = [measured(train, test, share, seed, arguments) for seed in range(arguments.seeds)]
            for detector in found[0]:
                values = [one[detector] for one in found]
                print(
                    f"{name:<8}{len(train):>5} pairs {share:>4.0%} flipped  {detector:<22}"
                    f"{mean(values):.3f} ({min(values):.3f} to {max(values):.3f})",
                    flush=True,
                )


def measured(
    pairs: Sequence[PreferencePair],
    test: Sequence[PreferencePair],
    share: float,
    seed: int,
    arguments: argparse.Namespace,
) -> Found:
    """detector → AUROC for one random choice of flipped labels."""
    wrong = np.zeros(len(pairs), dtype=np.bool_)
    wrong[random.Random(seed).sample(range(len(pairs)), round(share * len(pairs)))] = True
    stored = [
        made_releases.flipped(one) if is_wrong else one for one, is_wrong in zip(pairs, wrong, strict=True)
    ]
    scores = {**by_text(stored), **by_model(stored, test, arguments)}
    return {name: measures.auroc(-margins, wrong) or 0.0 for name, margins in scores.items()}


def by_text(stored: Sequence[PreferencePair]) -> Mapping[str, npt.NDArray[np.float64]]:
    """Margins of the stored labels as the detectors of the Quality page see them, out of fold."""
    # Chosen first in every row: the detectors are symmetric, and scikit-learn sees both orders (model.fit).
    seen = features.seen([(one.prompt[-1]["content"], one.chosen, one.rejected) for one in stored])
    folds = np.array([int(one.pair_id[:8], 16) % PLACES for one in stored])
    first = np.ones(len(stored), dtype=np.bool_)
    return {
        f"{detector.value} alone" if detector is Detector.LENGTH else "text model": model.fit(
            detector, seen, folds, first
        ).margins(seen, folds)
        for detector in (Detector.LENGTH, Detector.TEXT)
    }


def by_model(
    stored: Sequence[PreferencePair], test: Sequence[PreferencePair], arguments: argparse.Namespace
) -> Mapping[str, npt.NDArray[np.float64]]:
    """Margins of one short run, and what the base model itself makes of the answers."""
    with tempfile.TemporaryDirectory() as folder:
        space = short_runs.workspace(Path(folder), arguments.models)
        scores = read(space, short_runs.trained(space, stored, test, arguments.steps))
    tuned = held_out.margins(scores, start.TUNED, beta=0.1, split="train")
    base = held_out.of(scores, BASE, "train")
    kept = [one.pair_id for one in stored]
    return {
        "reference, summed": np.array([base[key].chosen - base[key].rejected for key in kept]),
        "reference, per token": np.array(
            [
                base[key].chosen / base[key].chosen_tokens - base[key].rejected / base[key].rejected_tokens
                for key in kept
            ]
        ),
        "one short run": np.array([tuned[key] for key in kept]),
    }


def read(space: Workspace, run: Path) -> list[rows.ScoreRow]:
    evaluation = start.start(run, [], by="benchmark", scored=("train",))
    return rows.scores(short_runs.ended(space.runs / evaluation))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--models", type=Path, help="a folder that holds the demo model already")
    main(parser.parse_args())
