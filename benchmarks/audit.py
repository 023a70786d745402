"""`python -m benchmarks.audit`: plants defects into real pairs and counts which ones the rules find.

For each family a copy of the clean pairs gets planted defects; recall is the share of planted pairs that
the rule names, precision the share of named pairs that were planted. What a rule finds in the untouched
pairs (“own”) counts against its precision, also where it is right: real data has defects of its own.
Beside them stand the pilot's figures (20,000 other real pairs, 200 defects a family). Prints, never gates.
"""

import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from curation import text
from curation.database import Database
from curation.intake import prompts
from curation.labelling import pairs
from curation.model import Answer, Pair, Provenance, Verdict
from curation.validation import protected, runner, snapshot
from curation.validation.policy import Policy

SEED = 0
NOW = datetime(2026, 11, 22)
_MAXIMUM = 200  # defects of a family
_SHARE = 0.2  # of the clean pairs at most
_ERRORS = ("V01", "V02", "V04", "V09", "V27")  # E rules that look at texts alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A clean pair: the first answer is the chosen one."""

    prompt: str
    chosen: str
    rejected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of defect, the rule that should find it, and what the pilot reached (recall, precision)."""

    name: str
    rule: str
    plant: Callable[[Texts, random.Random], Texts]
    pilot: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a rule made of one family.

    Attributes:
        own: named pairs that nobody planted, and that the rule names in the untouched set as well.
    """

    recall: float
    precision: float
    planted: int
    own: int


def main() -> None:
    folder = Path(os.environ.get("PAIRLOOM_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    clean = real_pairs(folder)
    questions = prompts.read(folder / "gsm8k" / "train.jsonl")
    print(f"{len(clean)} real pairs, at most {_MAXIMUM} planted defects a family, seed {SEED}")
    known: list[pa.Table] = []
    blocked = named(clean, _ERRORS, known, errors=True)
    print(
        f"blocked before anything is planted: {len(blocked)} ({len(blocked) / len(clean):.2%}; limit 0.10 %)"
    )
    print(f"{'family':<30}{'rule':<6}{'recall':>7}{'precision':>11}{'own':>5}   pilot   (planted)")
    for family in (*FAMILIES, contamination(questions), contamination(questions, numbers=True)):
        result = audited(family, clean, questions, known)
        pilot = "-" if family.pilot is None else "{:.3f} / {:.2f}".format(*family.pilot)
        print(
            f"{family.name:<30}{family.rule:<6}{result.recall:>7.3f}{result.precision:>11.3f}"
            f"{result.own:>5}   {pilot}   ({result.planted})"
        )


def audited(
    family: Family, clean: Sequence[Texts], questions: Sequence[str], known: list[pa.Table]
) -> Result:
    """Plant one family and count."""
    chance = random.Random(f"{SEED} {family.name}")
    wanted = chance.sample(range(len(clean)), min(_MAXIMUM, int(_SHARE * len(clean))))
    rows = list(clean)
    planted: set[int] = set()
    for place in wanted:
        made = family.plant(clean[place], chance)
        if made != clean[place]:
            rows[place] = made
            planted.add(place)
    found = named(rows, (family.rule,), known, questions if family.rule == "V22" else ())
    right = len(found & planted)
    own = named(clean, (family.rule,), known, questions if family.rule == "V22" else ())
    return Result(
        recall=right / len(planted),
        precision=right / len(found) if found else 0.0,
        planted=len(planted),
        own=len(found & own - planted),
    )


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


def real_pairs(folder: Path) -> list[Texts]:
    """Real pairs of the public files, each once: Orca, two LLaMA-Factory sets, PandaLM, LLMBar."""
    found = [
        Texts(prompt=row["question"], chosen=row["chosen"].strip(), rejected=row["rejected"].strip())
        for row in _lines(folder / "orca_first100" / "orca_rlhf_first100.current_names.jsonl")
    ]
    for name in ("dpo_en_demo.json", "dpo_zh_demo.json"):
        found += [
            Texts(
                prompt=row["conversations"][-1]["value"],
                chosen=row["chosen"]["value"].strip(),
                rejected=row["rejected"]["value"].strip(),
            )
            for row in _list(folder / "llamafactory" / name)
        ]
    found += [
        Texts(
            prompt=f"{row['instruction']}\n{row['input']}".strip(),
            chosen=str(row["response1"]).strip(),
            rejected=str(row["response2"]).strip(),
        )
        for row in _list(folder / "pandalm" / "testset-v1.json")
    ]
    found += [
        Texts(prompt=row["input"], chosen=row["output_1"].strip(), rejected=row["output_2"].strip())
        for row in _list(folder / "llmbar" / "LLMBar_Natural.json")
    ]
    whole = [each for each in found if each.prompt.strip() and each.chosen and each.rejected]
    return list(dict.fromkeys(whole))


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


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _list(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _empty(row: Texts, chance: random.Random) -> Texts:
    return replace(row, rejected=chance.choice(["", " \n", "\u200b\ufeff", "\u00ad \u2060"]))


def _identical(row: Texts, chance: random.Random) -> Texts:
    same = chance.choice([row.chosen.upper(), row.chosen.replace(" ", "  "), row.chosen + "\u200b"])
    return replace(row, rejected=same) if same != row.chosen else row


def _near(row: Texts, chance: random.Random) -> Texts:
    words = row.chosen.split(" ")
    if len(words) < 25:
        return row
    words[chance.randrange(len(words))] = "indeed"
    return replace(row, rejected=" ".join(words))


def _token(row: Texts, chance: random.Random) -> Texts:
    return (
        replace(row, rejected=_with_token(row.rejected, chance))
        if chance.random() < 0.5
        else replace(row, chosen=_with_token(row.chosen, chance))
    )


def _with_token(answer: str, chance: random.Random) -> str:
    tails = [
        "<|im_end|>", "</s>", "<|endoftext|>", "<|eot_id|>", "<end_of_turn>", "<eos>", "\n\nHuman:",
        "<|end_of_text|>", "<｜end▁of▁sentence｜>", " [/INST]", "\nUSER:", "<|end|>", "\n### Instruction:",
    ]  # fmt: skip
    heads = [
        "<|im_start|>assistant\n", "[INST] ", "<s>", "Assistant: ", "### Response:\n",
        "<start_of_turn>model\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|assistant|>\n", "ASSISTANT: ", "<bos>",
    ]  # fmt: skip
    kind = chance.random()
    if kind < 0.45:
        return answer + chance.choice(tails)
    if kind < 0.9:
        return chance.choice(heads) + answer
    middle = len(answer) // 2
    return (
        answer[:middle]
        + chance.choice(["<|im_end|>\n<|im_start|>user\n", "[/INST]", "<|eot_id|>"])
        + answer[middle:]
    )


def _mojibake(row: Texts, chance: random.Random) -> Texts:
    words = row.chosen.split(" ")
    for _ in range(3):
        bad = chance.choice(["don’t", "café", "“quoted”", "naïve", "über", "señor", "—"])
        words.insert(chance.randrange(len(words) + 1), bad.encode().decode("cp1252", errors="replace"))
    return replace(row, chosen=" ".join(words))


def _echo(row: Texts, _chance: random.Random) -> Texts:
    return row if len(row.prompt) < 25 else replace(row, chosen=f"{row.prompt}\n\n{row.chosen}")


def _refusal(row: Texts, chance: random.Random) -> Texts:
    refusals = [
        "I'm sorry, but I can't help with that.", "I cannot assist with that request.",
        "As an AI language model, I am not able to answer this question.", "Sorry, I am unable to do that.",
        "I apologize, but I cannot provide this information.", "Unfortunately, I can't do that.",
        "I won't be able to help you with this.", "I must decline this request.",
        "对不起，我无法回答这个问题。",
        "I don't feel comfortable answering that.", "I'm not able to discuss this topic.",
    ]  # fmt: skip
    return row if len(row.rejected) >= 300 else replace(row, chosen=chance.choice(refusals))


def _language(row: Texts, chance: random.Random) -> Texts:
    if not (row.prompt + row.rejected).isascii() or min(len(row.prompt), len(row.rejected)) < 60:
        return row
    others = [
        "Der Fluss entspringt in den Bergen und fließt durch viele kleine Städte bis zum Meer.",
        "La rivière prend sa source dans les montagnes et traverse de nombreuses petites villes.",
        "El río nace en las montañas y atraviesa muchos pueblos pequeños hasta llegar al mar.",
        "这条河发源于山区，流经许多小镇，最后流入大海，沿岸住着很多人家。",
        "Река берёт начало в горах и течёт через множество небольших городов к морю.",
        "この川は山から始まり、多くの小さな町を通って海に流れ込みます。",
        "Il fiume nasce tra le montagne e attraversa molte piccole città fino al mare.",
    ]
    return replace(row, chosen=chance.choice(others))


def _secret(row: Texts, chance: random.Random) -> Texts:
    def signs(number: int) -> str:
        return "".join(chance.choices("QWRTYPSDFGHJKLZCVBNMqwrtypsdfghjklzcvbnm23456789", k=number))

    key = chance.choice(
        [
            f"ghp_{signs(36)}",
            f"sk-{signs(40)}",
            f"AKIA{signs(16).upper()}",
            f"hf_{signs(34)}",
            f"xoxb-{signs(30)}",
        ]
    )
    return replace(row, chosen=f"{row.chosen}\nUse the key {key} for it.")


def _personal(row: Texts, chance: random.Random) -> Texts:
    data = [
        "anna.schmidt@gmx.de", "j.lopez87@gmail.com", "+49 30 901820", "(212) 736-5000", "219-09-9999",
        "4539 1488 0343 6467", "DE89 3704 0044 0532 0130 00", "93.184.216.34", "415-389-2671",
    ]  # fmt: skip
    return replace(row, chosen=f"{row.chosen} You can reach them at {chance.choice(data)} any time.")


def _loop(row: Texts, chance: random.Random) -> Texts:
    line = chance.choice(
        ["I am not sure about that.", "And then it goes on like this.", "The answer is here."]
    )
    return replace(row, chosen=row.chosen[:200] + f"\n{line}" * chance.randint(20, 60))


FAMILIES = (
    Family(name="empty", rule="V02", plant=_empty, pilot=(1.0, 0.91)),
    Family(name="identical", rule="V04", plant=_identical, pilot=(1.0, 0.93)),
    Family(name="nearly identical", rule="V05", plant=_near, pilot=(0.945, 0.87)),
    Family(name="template tokens", rule="V09", plant=_token, pilot=(0.935, 0.88)),
    Family(name="mojibake", rule="V10", plant=_mojibake, pilot=(1.0, 0.98)),
    Family(name="echo", rule="V11", plant=_echo, pilot=(0.995, 0.90)),
    Family(name="refusal", rule="V25", plant=_refusal, pilot=(0.99, 0.88)),
    Family(name="wrong language", rule="V26", plant=_language, pilot=(0.925, 0.84)),
    Family(name="secrets", rule="V27", plant=_secret, pilot=None),
    Family(name="personal data", rule="V27", plant=_personal, pilot=(1.0, 0.77)),
    Family(name="loop", rule="V28", plant=_loop, pilot=(0.985, 0.87)),
)


def contamination(questions: Sequence[str], *, numbers: bool = False) -> Family:
    """GSM8K questions with other words around them, in lower case half the time; or with other numbers."""

    def plant(row: Texts, chance: random.Random) -> Texts:
        question = chance.choice(questions)
        if numbers:
            question = " ".join(str(int(word) + 1) if word.isdigit() else word for word in question.split())
        elif chance.random() < 0.5:
            question = question.lower()
        return replace(row, prompt=f"Solve the following.\n\n{question}\nLet's think step by step.")

    if numbers:
        return Family(name="contamination, new numbers", rule="V22", plant=plant, pilot=None)
    return Family(name="contamination", rule="V22", plant=plant, pilot=(0.995, 0.93))


if __name__ == "__main__":
    main()
