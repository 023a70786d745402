"""What a second run saves that finds the reference's log-probabilities on disk: what it says and what is so.

    python -m benchmarks.reference_saving [--pairs 48] [--rounds 1] [--parameters 1e7]

The same LoRA recipe twice in one workspace, one thread, on a model of random weights and pairs as long as
those of Intel/orca_dpo_pairs. The first run asks the reference about every pair, the second about none. The
run counts by the clock, so its figure is held against the clock's; the processor's time stands beside it.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import made_releases, orca_like, peers, training_speed
from training import metrics, presets, recipe, runs
from training.recipe import DpoRecipe

_KEPT = {"PAIRLOOM_REFERENCE_BYTES": str(1 << 20)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--parameters", type=float, default=1e7, help="weights in the layers, about")
    arguments = parser.parse_args()
    said, true = [], []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            told, taken = _two_runs(Path(folder), arguments)
        said.append(told)
        true.append(taken)
    print(
        f"said {statistics.median(said):.1f} s, true {statistics.median(true):.1f} s (of {len(said)} rounds)"
    )


def _two_runs(folder: Path, arguments: argparse.Namespace) -> tuple[float, float]:
    """Seconds that the second run says it has saved, and those that it has; by the clock."""
    training_speed.make_model(folder / "model", parameters=arguments.parameters)
    (folder / "settings.json").write_text("{}", encoding="utf-8")
    pairs = [made_releases.pair(*three) for three in orca_like.texts(arguments.pairs)]
    release = made_releases.write(folder / "home" / "releases" / "made", train=pairs)
    times = []
    for name in ("first", "second"):
        peers.run_folder(folder, release, _recipe(arguments.pairs // 16))
        times.append(peers.timed("pairloom", sys.executable, folder, _KEPT))
        (folder / "home" / "runs" / "run").rename(folder / "home" / "runs" / name)
    events = metrics.read(folder / "home" / "runs" / "second" / runs.EVENTS)
    told = [row for row in events if row["kind"] == "reference"]
    first, second = times
    apart = max(abs(a - b) for a, b in zip(first.losses, second.losses, strict=True))
    print(
        f"clock {first.loop_wall:.1f} and {second.loop_wall:.1f} s, processor {first.loop_cpu:.1f} and "
        f"{second.loop_cpu:.1f} s: the second took {second.loop_cpu / first.loop_cpu:.0%} of the first; "
        f"losses {apart:.0e} apart"
    )
    return float(told[0]["seconds"]), first.loop_wall - second.loop_wall


def _recipe(steps: int) -> DpoRecipe:
    changes = {
        "tuning": "lora", "precision": "fp32", "warmup_steps": "0", "max_steps": str(steps), "log_every": "1",
        "save_every": "0", "sample_prompts": "0",
    }  # fmt: skip
    return recipe.with_changes(presets.find("orca").recipe, changes)


if __name__ == "__main__":
    main()
