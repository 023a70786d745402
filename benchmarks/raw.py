"""`python -m benchmarks.raw [--steps N] [--models FOLDER]`: trained on a raw import, or on curated pairs.

Two cases with the same recipe and real short runs. "orca": the first 100 rows of Intel/orca_dpo_pairs, whose
rejected answers all begin with a blank; curated means trimmed. "sample": the bundled pairs as such an import
would have them, a quarter of the labels wrong and a blank before each rejected answer; curated means right
labels, trimmed. Each run is held against the same held-out rows in several forms. Prints, never gates.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import labelled, made_releases, short_runs
from training.evaluating import held_out, rows, start
from training.release_pairs import PreferencePair

HELD_OUT = 20
WRONG = 0.25

Form = Callable[[PreferencePair], PreferencePair]


def main(arguments: argparse.Namespace) -> None:
    print(f"{arguments.steps} steps; accuracy on {HELD_OUT} held-out rows in each form")
    for case, (raw, curated) in {"sample": of_sample(), "orca": of_orca()}.items():
        if raw:
            for name, train in {"raw import": raw[:-HELD_OUT], "curated": curated[:-HELD_OUT]}.items():
                found = accuracies(train, forms(raw[-HELD_OUT:], curated[-HELD_OUT:]), arguments)
                told = ", ".join(f"{form} {value:.2f}" for form, value in found.items())
                print(f"{case:<8}trained on {name:<12}{told}", flush=True)


def forms(
    raw: Sequence[PreferencePair], curated: Sequence[PreferencePair]
) -> Mapping[str, Sequence[PreferencePair]]:
    """The same held-out rows as imported, as curated, and with the blank on the other side."""
    return {
        "as imported": raw,
        "as curated": curated,
        "blank before chosen": [replace(one, chosen=f" {one.chosen}") for one in curated],
    }


def of_sample() -> tuple[list[PreferencePair], list[PreferencePair]]:
    curated = made_releases.sample()
    random.Random(1).shuffle(curated)
    wrong = set(random.Random(2).sample(range(len(curated)), round(WRONG * len(curated))))
    raw = [
        blank_before_rejected(made_releases.flipped(one) if place in wrong else one)
        for place, one in enumerate(curated)
    ]
    return raw, curated


def of_orca() -> tuple[list[PreferencePair], list[PreferencePair]]:
    """Nothing where the public file is absent."""
    path = labelled.folder() / "orca_first100" / "orca_rlhf_first100.current_names.jsonl"
    if not path.is_file():
        return [], []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    raw = [
        made_releases.pair(row["question"], row["chosen"], row["rejected"], system=row["system"])
        for row in found
    ]
    return raw, [replace(one, chosen=one.chosen.strip(), rejected=one.rejected.strip()) for one in raw]


def blank_before_rejected(one: PreferencePair) -> PreferencePair:
    return replace(one, rejected=f" {one.rejected}")


def accuracies(
    train: Sequence[PreferencePair],
    tests: Mapping[str, Sequence[PreferencePair]],
    arguments: argparse.Namespace,
) -> Mapping[str, float]:
    """form → reward accuracy of one run, measured by an evaluation of the product."""
    together = [replace(one, pair_id=f"{form}:{one.pair_id}") for form, test in tests.items() for one in test]
    with tempfile.TemporaryDirectory() as folder:
        space = short_runs.workspace(Path(folder), arguments.models)
        run = short_runs.trained(space, train, together, arguments.steps)
        evaluation = short_runs.ended(space.runs / start.start(run, [], by="benchmark"))
        found = held_out.margins(rows.scores(evaluation), start.TUNED, beta=0.1, split="test")
    return {form: _share([value for key, value in found.items() if key.startswith(form)]) for form in tests}


def _share(margins: Sequence[float]) -> float:
    return sum(value > 0 for value in margins) / len(margins)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--models", type=Path, help="a folder that holds the demo model already")
    main(parser.parse_args())
