"""The families of defects: what plants each, which rule should find it, and what the pilot reached.

The rules were written with these generators and the pairs of audit_texts in sight: recall here is that of
tuned families (docs/log.md).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.audit_texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of defect, the rule that should find it, and what the pilot reached (recall, precision)."""

    name: str
    rule: str
    plant: Callable[[Texts, random.Random], Texts]
    pilot: tuple[float, float] | None


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
