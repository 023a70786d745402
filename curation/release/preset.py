"""What a release suggests for training on it: settings of the recipe, each with the finding behind it.

The names are those of training.recipe, which curation does not know; a test holds the two together.
"""

from dataclasses import dataclass

from curation.release.gate import Examination

_NOISE_LEAST, _NOISE_CAP = 0.10, 0.30  # below, smoothing costs more than it mends; above, no loss mends it
_NEAR_SHARE = 0.02
_SFT_WEIGHT = 0.2
_STEP = 64  # tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One setting; value as the command line takes it after `--set key=`."""

    key: str
    value: str
    why: str


def suggested(examination: Examination) -> tuple[Suggestion, ...]:
    """The settings that the measured noise, bias and lengths ask for (rules.md §6, 9)."""
    return (*_losses(examination), *_lengths(examination))


def _losses(examination: Examination) -> tuple[Suggestion, ...]:
    error = examination.agreement.implied_error
    noisy = error is not None and error >= _NOISE_LEAST
    near = next((each for each in examination.validation.of_rule("V05")), None)
    loss, why = "sigmoid", []
    if noisy:
        loss = "robust"
        why.append(f"about {error:.0%} of the labels are probably wrong (Chowdhury et al. 2024)")
    elif examination.validation.of_rule("V15"):
        loss = "sigmoid_norm"
        why.append("length tells the winner (V15), and this loss divides by it")
    losses, weights = [loss], ["1.0"]
    if near is not None and near.share > _NEAR_SHARE:
        losses.append("sft")
        weights.append(str(_SFT_WEIGHT))
        why.append(
            f"{near.share:.0%} of the pairs have nearly equal answers (V05), whose likelihood would fall"
        )
    if losses == ["sigmoid"]:
        return ()
    found = [Suggestion(key="loss_types", value=",".join(losses), why="; ".join(why))]
    if len(losses) > 1:
        found.append(
            Suggestion(key="loss_weights", value=",".join(weights), why="the preference counts most")
        )
    if noisy and error is not None:
        share = min(error, _NOISE_CAP)
        held = f", held to {_NOISE_CAP:.0%}" if error > _NOISE_CAP else ""
        measured = f"the measured share of wrong labels{held}"
        found.append(Suggestion(key="label_smoothing", value=f"{share:.3f}", why=measured))
    return tuple(found)


def _lengths(examination: Examination) -> tuple[Suggestion, ...]:
    covering = next(
        (each.value for each in examination.validation.of_rule("V24") if each.value is not None), None
    )
    if covering is None:
        return ()
    tokens = -(-int(covering) // _STEP) * _STEP
    coverage = examination.policy.length_coverage
    return (
        Suggestion(
            key="max_length", value=str(tokens), why=f"{coverage:.0%} of the rows then fit whole (V24)"
        ),
    )
