"""A recipe made for one release: from its number of pairs, their lengths, and what its checks measured."""

from dataclasses import replace
from pathlib import Path

from training import release_folder, release_pairs, release_suggestions
from training.presets import Preset, find
from training.release_pairs import PreferencePair
from training.release_suggestions import Suggestion

_BASE = "orca"
_LEAST_STEPS = 30  # choice: fewer steps never leave the warm-up and show no curve
_STEPS_PAIRS = (16, 8, 4)  # pairs a step, the seed's first
_FEW, _FEW_BETA = 1000, 0.3  # choice: so few pairs are learned by heart; a stronger pull keeps the model near
_TOKEN_CHARACTERS = 3.0  # English needs about 4, code and other languages fewer; a guess that cuts too little
_COVERED = 0.99
_STEP = 64
_SHORTEST, _LONGEST = 256, 4096
_LOOKED_AT = 5000


def derive(release: Path) -> Preset:
    """The preset for a release; its reasons name every setting that is not the seed's.

    What the release measured itself (noise, bias, lengths by the tokenizer) comes before what is guessed
    here from sizes.

    Raises:
        UnusableRelease: it cannot be read.
    """
    train = release_folder.load(release).train
    reasons = {each.key: each for each in _by_size(train)}
    measured = release_suggestions.read(release)
    if "max_length" not in {each.key for each in measured}:
        reasons |= {each.key: each for each in _by_length(release_pairs.read(release, "train", _LOOKED_AT))}
    reasons |= {each.key: each for each in measured}
    reasons |= {each.key: each for each in _consequences(reasons)}
    made = release_suggestions.applied(find(_BASE), tuple(reasons.values()))
    return replace(
        made,
        key=f"release-{made.key}",
        name=f"Made for {release.name}",
        source=f"the release {release.name}",
        notes="From the sizes of this release and its checks; everything else is the Orca notebook's.",
        reasons=tuple(f"{each.key} = {each.value}: {each.why}." for each in reasons.values()),
    )


def _by_size(train: int) -> tuple[Suggestion, ...]:
    a_step = next((size for size in _STEPS_PAIRS if train // size >= _LEAST_STEPS), _STEPS_PAIRS[-1])
    steps = -(-train // a_step)
    found = [
        Suggestion(key="max_steps", value="0", why=f"one pass over {train:,} pairs, {steps:,} steps"),
        Suggestion(key="warmup_steps", value="0.1", why="a tenth of the run, as Zephyr has it"),
    ]
    if a_step != _STEPS_PAIRS[0]:
        why = f"{a_step} pairs a step, so that {train:,} pairs give {steps} steps"
        found.append(Suggestion(key="accumulation", value=str(a_step // 4), why=why))
    if train < _FEW:
        why = f"{train:,} pairs are soon learned by heart; a stronger pull keeps the model near its start"
        found.append(Suggestion(key="beta", value=str(_FEW_BETA), why=why))
    return tuple(found)


def _by_length(pairs: list[PreferencePair]) -> tuple[Suggestion, ...]:
    if not pairs:
        return ()
    prompts = [sum(len(turn["content"]) for turn in pair.prompt) for pair in pairs]
    whole = [
        asked + max(len(pair.chosen), len(pair.rejected)) for asked, pair in zip(prompts, pairs, strict=True)
    ]
    total, asked = _tokens(whole), _tokens(prompts)
    why = (
        f"99 % of the pairs should fit, at {_TOKEN_CHARACTERS:g} characters a token; the check counts exactly"
    )
    return (
        Suggestion(key="max_length", value=str(total), why=why),
        Suggestion(
            key="max_prompt_length", value=str(min(asked, total - _STEP)), why="the same of the prompts"
        ),
    )


def _tokens(lengths: list[int]) -> int:
    """Tokens that cover 99 % of these texts, in steps of 64."""
    covering = sorted(lengths)[min(len(lengths) - 1, int(_COVERED * len(lengths)))]
    tokens = -(-int(covering / _TOKEN_CHARACTERS) // _STEP) * _STEP + _STEP  # one step for the template
    return min(max(tokens, _SHORTEST), _LONGEST)


def _consequences(reasons: dict[str, Suggestion]) -> tuple[Suggestion, ...]:
    """Settings that others ask for."""
    found = []
    losses = reasons.get("loss_types")
    if losses is not None and "sigmoid_norm" in losses.value:
        why = "the loss divides by length, so that beta counts per token (Tülu 3)"
        found.append(Suggestion(key="beta", value="5.0", why=why))
    total, asked = reasons.get("max_length"), reasons.get("max_prompt_length")
    if total is not None and asked is None:
        half = max(64, int(total.value) * 2 // 3)
        why = "two thirds of the length, so that an answer has room"
        found.append(Suggestion(key="max_prompt_length", value=str(half), why=why))
    return tuple(found)
