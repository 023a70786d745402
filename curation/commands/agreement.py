"""`python -m curation agreement`: how far people agree, every statistic. Undefined is null, never 0."""

import argparse
from collections.abc import Mapping

from curation.commands import terminal
from curation.database import Database
from curation.quality import agreement, annotators, bias, coefficients, formats
from curation.quality.agreement import Agreement, Part, Slice
from curation.quality.annotators import Checked
from curation.quality.bias import Bias
from curation.quality.tendencies import Tendency

NAME = "agreement"
HELP = "Say how far people agree."


def configure(_parser: argparse.ArgumentParser) -> None:
    pass


def run(
    database: Database, _arguments: argparse.Namespace, _progress: terminal.Progress
) -> dict[str, object]:
    names = annotators.names(database)
    return as_json(agreement.measured(database), names) | {
        "parts": {by.value: [_part(part) for part in agreement.parts(database, by)] for by in Slice},
        "people": {
            names.get(each.annotator_id, each.annotator_id): _person(each)
            for each in annotators.checked(database)
        },
        "bias": _bias(bias.measured(database)),
        "formats": {sign.name: sign.difference for sign in formats.measured(database)},
    }


def as_json(measured: Agreement, names: Mapping[str, str]) -> dict[str, object]:
    """Every figure under the key that the design names, and a few more."""
    return {
        "pairs": measured.pairs,
        "votes": measured.votes,
        "overlapping_pairs": measured.overlaps,
        "raw_agreement": measured.raw,
        "raw_agreement_decisive": measured.raw_decisive,
        "krippendorff_alpha": measured.alpha,
        "krippendorff_interval": measured.alpha_interval,
        "krippendorff_alpha_strength": measured.strength_alpha,
        "krippendorff_interval_strength": measured.strength_interval,
        "gwet_ac1": measured.ac1,
        "fleiss_kappa": measured.fleiss,
        "cohen_kappa": {
            "|".join(
                sorted((names.get(couple.one, couple.one), names.get(couple.other, couple.other)))
            ): couple.kappa
            for couple in measured.couples
        },
        "majority": {
            "none" if verdict is None else verdict.value: pairs
            for verdict, pairs in measured.majority.items()
        },
        "implied_error": measured.implied_error,
        "in_words": coefficients.error_in_words(measured.raw_decisive),
    }


def _part(part: Part) -> dict[str, object]:
    return {
        "name": part.name,
        "pairs": part.pairs,
        "votes": part.votes,
        "overlapping_pairs": part.overlaps,
        "raw_agreement": part.raw,
        "krippendorff_alpha": part.alpha,
        "krippendorff_interval": part.alpha_interval,
    }


def _person(each: Checked) -> dict[str, object]:
    return {
        "votes": each.votes,
        "agrees_with_others": _share(each.consensus),
        "gold": _share(each.gold),
        "self_consistency": _share(each.consistency.same),
        "same_side_again": _share(each.consistency.same_side),
        "left": _share(each.left),
        "longer": _share(each.longer),
        "too_fast": _share(each.fast),
        "median_seconds": each.median_seconds,
        "drift_since": None if each.drift is None else each.drift.isoformat(),
        "flags": [flag.value for flag in each.flags],
    }


def _bias(found: Bias) -> dict[str, object]:
    return {
        "left": _share(found.left),
        "left_p_value": found.left.p_value,
        "longer": _share(found.longer),
        "length_auroc": found.length_auroc,
    }


def _share(found: Tendency) -> dict[str, object]:
    return {"share": found.share, "n": found.n, "interval": found.interval}
