"""The families of defects: what plants each, which rule should find it, and what the pilot reached."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.audit_texts import Texts
from benchmarks.audit_words import Words

_CODE = re.compile(r"^ *(?:def|return|from|import) ", re.MULTILINE)
Plant = Callable[[Texts, random.Random], Texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of defect, the rule that should find it, and what the pilot reached (recall, precision).

    Attributes:
        errors: only rows that the rule keeps out count as found, not those it doubts.
    """

    name: str
    rule: str
    plant: Plant
    pilot: tuple[float, float] | None
    errors: bool = False


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


def _token(words: Words) -> Plant:
    def with_token(answer: str, chance: random.Random) -> str:
        kind = chance.random()
        if kind < 0.45:
            return answer + chance.choice(words.token_tails)
        if kind < 0.9:
            return chance.choice(words.token_heads) + answer
        middle = len(answer) // 2
        return answer[:middle] + chance.choice(words.token_middles) + answer[middle:]

    def plant(row: Texts, chance: random.Random) -> Texts:
        if chance.random() < 0.5:
            return replace(row, rejected=with_token(row.rejected, chance))
        return replace(row, chosen=with_token(row.chosen, chance))

    return plant


def _mojibake(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        said = row.chosen.split(" ")
        for _ in range(3):
            bad = chance.choice(words.garbled).encode().decode("cp1252", errors="replace")
            said.insert(chance.randrange(len(said) + 1), bad)
        return replace(row, chosen=" ".join(said))

    return plant


def _echo(row: Texts, _chance: random.Random) -> Texts:
    return row if len(row.prompt) < 25 else replace(row, chosen=f"{row.prompt}\n\n{row.chosen}")


def _refusal(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        return row if len(row.rejected) >= 300 else replace(row, chosen=chance.choice(words.refusals))

    return plant


def _language(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        if not (row.prompt + row.rejected).isascii() or min(len(row.prompt), len(row.rejected)) < 60:
            return row
        if _CODE.search(row.prompt + row.rejected):  # a program is in no language that an answer could leave
            return row
        return replace(row, chosen=chance.choice(words.languages))

    return plant


def _secret(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        head, count = chance.choice(words.secrets)
        signs = "".join(chance.choices("QWRTYPSDFGHJKLZCVBNMqwrtypsdfghjklzcvbnm23456789", k=count))
        key = head + (signs.upper() if head in ("AKIA", "ASIA") else signs)
        return replace(row, chosen=f"{row.chosen}\nUse the key {key} for it.")

    return plant


def _personal(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        told = f"You can reach them at {chance.choice(words.personal)} any time."
        return replace(row, chosen=f"{row.chosen} {told}")

    return plant


def _loop(words: Words) -> Plant:
    def plant(row: Texts, chance: random.Random) -> Texts:
        line = chance.choice(words.loops)
        return replace(row, chosen=row.chosen[:200] + f"\n{line}" * chance.randint(20, 60))

    return plant


def families(words: Words) -> tuple[Family, ...]:
    """All families that need no protected prompts, made of these words."""
    return (
        Family(name="empty", rule="V02", plant=_empty, pilot=(1.0, 0.91)),
        Family(name="identical", rule="V04", plant=_identical, pilot=(1.0, 0.93)),
        Family(name="nearly identical", rule="V05", plant=_near, pilot=(0.945, 0.87)),
        Family(name="template tokens", rule="V09", plant=_token(words), pilot=(0.935, 0.88)),
        Family(name="mojibake", rule="V10", plant=_mojibake(words), pilot=(1.0, 0.98)),
        Family(name="echo", rule="V11", plant=_echo, pilot=(0.995, 0.90)),
        Family(name="refusal", rule="V25", plant=_refusal(words), pilot=(0.99, 0.88)),
        Family(name="wrong language", rule="V26", plant=_language(words), pilot=(0.925, 0.84)),
        Family(name="secrets", rule="V27", plant=_secret(words), pilot=None, errors=True),
        Family(name="personal data", rule="V27", plant=_personal(words), pilot=(1.0, 0.77)),
        Family(name="loop", rule="V28", plant=_loop(words), pilot=(0.985, 0.87)),
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
