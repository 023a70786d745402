"""`python -m curation agreement`: how far people agree, every statistic. Undefined is null, never 0."""

import argparse
from collections.abc import Mapping

from curation.commands import terminal
from curation.database import Database
from curation.quality import agreement, annotators, coefficients
from curation.quality.agreement import Agreement

NAME = "agreement"
HELP = "Say how far people agree."


def configure(_parser: argparse.ArgumentParser) -> None:
    pass


def run(
    database: Database, _arguments: argparse.Namespace, _progress: terminal.Progress
) -> dict[str, object]:
    return as_json(agreement.measured(database), annotators.names(database))


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
