"""The files of an evaluation: prompts in, answers and likelihoods out, one JSON object a line.

A row is appended once its answer is complete; whoever goes on after a kill keeps every whole row and makes
only the missing ones.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training import errors, metrics
from training.evaluating.contents import ANSWERS, PROMPTS, SCORES
from training.evaluation import Likelihoods

Turn = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A conversation to be answered.

    Attributes:
        number: its place, from 0.
        origin: held-out, regression, or the name of the file it came from.
        turns: system and earlier turns, the user's last.
    """

    number: int
    origin: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One answer.

    Attributes:
        adapters: names of the adapters that were active, read from the model itself after it had answered;
            empty where none was, as for the base model.
        tokens: of the answer, the end mark among them.
        ended: the model ended it; False where it was cut at the longest length.
    """

    contestant: str
    number: int
    text: str
    tokens: int
    ended: bool
    adapters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """A released pair's likelihoods under one contestant, in nats summed over the answer's tokens."""

    contestant: str
    split: str
    pair_id: str
    likelihoods: Likelihoods


def write_prompts(folder: Path, prompts: Sequence[Prompt]) -> None:
    """Make prompts.jsonl."""
    metrics.write(folder / PROMPTS, [{**asdict(one), "turns": list(one.turns)} for one in prompts])


def prompts(folder: Path) -> list[Prompt]:
    """prompts.jsonl in order."""
    rows = metrics.read(folder / PROMPTS)
    return [Prompt(number=row["number"], origin=row["origin"], turns=tuple(row["turns"])) for row in rows]


def answers(folder: Path) -> list[AnswerRow]:
    """answers.jsonl, as far as it goes."""
    return [
        AnswerRow(**{**row, "adapters": tuple(row["adapters"])}) for row in metrics.read(folder / ANSWERS)
    ]


def scores(folder: Path) -> list[ScoreRow]:
    """scores.jsonl, as far as it goes."""
    return [
        ScoreRow(**{**row, "likelihoods": Likelihoods(**row["likelihoods"])})
        for row in metrics.read(folder / SCORES)
    ]


def append(path: Path, rows: Iterable[AnswerRow | ScoreRow]) -> None:
    """Add whole rows with one write, so that at most the last line is ever torn."""
    lines = "".join(json.dumps(asdict(row), ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)


def parse_prompts(text: str, *, origin: str, first: int = 0) -> list[Prompt]:
    """Prompts of a file: JSON lines with `prompt` (text or messages) or `messages`, or plain text by line.

    Raises:
        UnusableRelease: a line is neither, or holds no user turn at its end.
    """
    found: list[Prompt] = []
    for line, raw in enumerate(text.splitlines(), 1):
        if raw.strip():
            turns = _turns(raw.strip(), f"Line {line} of {origin}")
            found.append(Prompt(number=first + len(found), origin=origin, turns=turns))
    if not found:
        raise errors.UnusableRelease(f"{origin} holds no prompt. Write one a line.")
    return found


def comparisons(
    folder: Path, contestants: Sequence[str], models: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    """Every two contestants' answers to every prompt, as rows that the intake takes.

    Which answer is answer_1 carries no meaning: the store orders answers by their text, the screen by chance.

    Args:
        models: contestant → a name that means the same model in every evaluation of the project.
    """
    wrote = {(row.contestant, row.number): row for row in answers(folder)}
    for prompt in prompts(folder):
        for place, first in enumerate(contestants):
            for second in contestants[place + 1 :]:
                one, other = wrote.get((first, prompt.number)), wrote.get((second, prompt.number))
                if one and other:
                    yield {
                        "prompt": list(prompt.turns),
                        "answer_1": one.text,
                        "answer_2": other.text,
                        "model_1": models[first],
                        "model_2": models[second],
                        "number": prompt.number,
                    }


def _turns(raw: str, where: str) -> tuple[Turn, ...]:
    if not raw.startswith("{"):
        return ({"role": "user", "content": raw},)
    try:
        row = json.loads(raw)
        said = row.get("messages", row.get("prompt"))
        given = [{"role": "user", "content": said}] if isinstance(said, str) else said
        turns = tuple({"role": str(turn["role"]), "content": str(turn["content"])} for turn in given)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise errors.UnusableRelease(
            f"{where} is no prompt. Write text, or a JSON object with prompt or messages."
        ) from None
    if not turns or turns[-1]["role"] != "user":
        raise errors.UnusableRelease(
            f"{where} does not end with a user's turn, so there is nothing to answer."
        )
    return turns
