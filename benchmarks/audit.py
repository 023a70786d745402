"""`python -m benchmarks.audit`: plants defects into real pairs and counts which ones the rules find.

For each family a copy of the clean pairs gets planted defects; recall is the share of planted pairs that
the rule names, precision the share of named pairs that were planted. What a rule finds in the untouched
pairs (“own”) counts against it, also where it is right: real data has defects of its own. So “judged” counts
those as right that have the defect by a definition (audit_truth) or, where a rule has none, by one person's
reading (audit_read). “missed” is what the definition finds in the untouched pairs and the rule does not.
Beside them stand the pilot's figures (20,000 other real pairs, 200 defects a family). The second table is of
pairs, words and a seed that nobody looked at while the rules were written. Prints, never gates.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from benchmarks import audit_families, audit_read, audit_texts, audit_truth, audit_words
from benchmarks.audit_families import Family
from benchmarks.audit_texts import Texts
from benchmarks.audit_words import Words
from curation import text
from curation.database import Database
from curation.intake import prompts
from curation.labelling import pairs
from curation.model import Answer, Pair, Provenance, Verdict
from curation.validation import protected, runner, snapshot
from curation.validation.policy import Policy

NOW = datetime(2026, 11, 22)
_MAXIMUM = 200  # defects of a family
_SHARE = 0.2  # of the clean pairs at most
_ERRORS = ("V01", "V02", "V04", "V09", "V27")  # E rules that look at texts alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Pairs, words and a seed that were either in sight while the rules were written, or not."""

    name: str
    seed: int
    pairs: Sequence[Texts]
    words: Words
    questions: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a rule made of one family.

    Attributes:
        precision: planted pairs among those it names.
        judged_precision: the same where pairs that have the defect of themselves count as right.
        own: named pairs that nobody planted; real: those of them that have the defect of themselves.
        missed: untouched pairs that have the defect by definition and are not named; None without one.
    """

    recall: float
    precision: float
    judged_precision: float
    planted: int
    own: int
    real: int
    missed: int | None


def main() -> None:
    folder = Path(os.environ.get("PAIRLOOM_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    for split in splits(folder):
        show(split)


def splits(folder: Path) -> tuple[Split, ...]:
    """What the rules were written with in sight, and what nobody looked at."""
    return (
        Split(
            name="seen while the rules were written",
            seed=0,
            pairs=audit_texts.seen_pairs(folder),
            words=audit_words.KNOWN,
            questions=prompts.read(folder / "gsm8k" / "train.jsonl"),
        ),
        Split(
            name="held out",
            seed=1,
            pairs=audit_texts.held_out_pairs(folder),
            words=audit_words.OTHER,
            questions=prompts.read(folder / "gsm8k" / "test.jsonl"),
        ),
    )


def show(split: Split) -> None:
    """Audit one split and print it."""
    known: list[pa.Table] = []
    blocked = named(split.pairs, _ERRORS, known, errors=True)
    print(
        f"\n{split.name}: {len(split.pairs)} real pairs, at most {_MAXIMUM} planted defects a family, seed "
        f"{split.seed}; blocked before anything is planted: {len(blocked)} "
        f"({len(blocked) / len(split.pairs):.2%}; limit 0.10 %)"
    )
    print(
        f"{'family':<28}{'rule':<6}{'recall':>7}{'precision':>11}{'judged':>8} {'by':<11}{'own':>4}"
        f"{'real':>6}{'missed':>8}   pilot   (planted)"
    )
    for family in _families(split):
        result = audited(family, split, known)
        pilot = "-" if family.pilot is None else "{:.3f} / {:.2f}".format(*family.pilot)
        by, missed = ("reading", "-") if result.missed is None else ("definition", str(result.missed))
        print(
            f"{family.name:<28}{family.rule:<6}{result.recall:>7.3f}{result.precision:>11.3f}"
            f"{result.judged_precision:>8.3f} {by:<11}{result.own:>4}{result.real:>6}{missed:>8}   {pilot}"
            f"   ({result.planted})"
        )


def _families(split: Split) -> tuple[Family, ...]:
    return (
        *audit_families.families(split.words),
        audit_families.contamination(split.questions),
        audit_families.contamination(split.questions, numbers=True),
    )


def audited(family: Family, split: Split, known: list[pa.Table]) -> Result:
    """Plant one family and count."""
    clean = split.pairs
    chance = random.Random(f"{split.seed} {family.name}")
    wanted = chance.sample(range(len(clean)), min(_MAXIMUM, int(_SHARE * len(clean))))
    rows = list(clean)
    planted: set[int] = set()
    for place in wanted:
        made = family.plant(clean[place], chance)
        if made != clean[place]:
            rows[place] = made
            planted.add(place)
    questions = split.questions if family.rule == "V22" else ()
    found = named(rows, (family.rule,), known, questions, errors=family.errors)
    right, own = len(found & planted), found - planted
    defective = {place for place, row in enumerate(rows) if _has_defect(row, family.rule)} - planted
    real = own & defective
    return Result(
        recall=right / len(planted),
        precision=right / len(found) if found else 0.0,
        judged_precision=(right + len(real)) / len(found) if found else 0.0,
        planted=len(planted),
        own=len(own),
        real=len(real),
        missed=len(defective - found) if family.rule in audit_truth.DEFINED else None,
    )


def _has_defect(row: Texts, rule: str) -> bool:
    definition = audit_truth.DEFINED.get(rule)
    if definition is not None:
        return definition(row)
    return _id(row)[:8] in audit_read.REAL.get(rule, ())


def _id(row: Texts) -> str:
    return text.canonical((), row.prompt, row.chosen, row.rejected)[0]


def named(
    rows: Sequence[Texts],
    rules: Sequence[str],
    known: list[pa.Table],
    questions: Sequence[str] = (),
    *,
    errors: bool = False,
) -> set[int]:
    """Places of the rows that the rules exclude or doubt; with `errors` only those they exclude.

    Args:
        known: facts of texts measured before; filled by the first call, so that most are measured once.
    """
    db = Database.in_memory()
    _take_over(db, known)
    made = [_pair(row, place) for place, row in enumerate(rows)]
    with db.writing() as tx:
        pairs.add(tx, list({pair.id: pair for pair in made}.values()), NOW)
    if questions:
        protected.protect(db, "gsm8k", questions, NOW)
    with snapshot.opened(db) as cursor:
        runner.run(cursor, Policy(source_pairs=len(rows) + 1))  # V13 is slow and is not asked for
        found = {
            pair_id
            for (pair_id,) in cursor.execute(
                """
                SELECT pair_id FROM exclusion WHERE list_contains($rules, rule)
                UNION SELECT pair_id FROM doubt WHERE list_contains($rules, rule) AND NOT $errors
                """,
                {"rules": list(rules), "errors": errors},
            ).fetchall()
        }
        if not known:
            known.append(cursor.sql("SELECT * FROM text_fact").to_arrow_table())
    db.close()
    return {place for place, pair in enumerate(made) if pair.id in found}


def _take_over(db: Database, known: list[pa.Table]) -> None:
    for facts in known:  # noqa: B007 - DuckDB finds it by name
        with db.writing() as tx:
            tx.execute("INSERT INTO text_fact BY NAME SELECT * FROM facts")


def _pair(row: Texts, place: int) -> Pair:
    pair_id, where = text.canonical((), row.prompt, row.chosen, row.rejected)
    first = where is Answer.ONE
    return Pair(
        id=pair_id,
        source_id="audit",
        source_row=place + 1,
        context=(),
        prompt=row.prompt,
        answer_1=row.chosen if first else row.rejected,
        answer_2=row.rejected if first else row.chosen,
        origin_1="",
        origin_2="",
        prior_winner=Verdict.ANSWER_1 if first else Verdict.ANSWER_2,
        prior_provenance=Provenance.IMPORTED,
        item="",
    )


if __name__ == "__main__":
    main()
