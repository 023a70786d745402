"""Inputs that go wrong: rows, tokenizer, model or recipe. `benchmarks.silence` gives each to plain TRL and
writes down what happens; `test_silence` gives each to our checks and holds the two tables side by side."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from training import (
    demo_model,
    devices,
    errors,
    presets,
    probe,
    recipe_findings,
    release_findings,
    release_pairs,
    rendering,
    text_findings,
)
from training.findings import Finding, Severity
from training.recipe import DpoRecipe
from training.rendering import Limits

Row = dict[str, Any]
_RECIPE = presets.find("demo").recipe
_LOOP = "{% for message in messages %}"
_REFUSES = (
    _LOOP + "{% if message.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
)
_THINKING = demo_model.TEMPLATE.replace("assistant\\n' }}{% endif", "assistant\\n<think>' }}{% endif")
_IGNORES = "{% for message in messages if message.role != 'system' %}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInput:
    """One thing that is wrong.

    Attributes:
        wrong: in words.
        finding: id of the finding that says so.
        rows: what the training split becomes, from eight sound rows.
        template: the chat template in place of the demo model's; None: no template.
        words: changed settings, for our recipe and, under TRL's names, for DPOConfig.
        embeddings: of the model; None: as many as the tokenizer has tokens.
        pads_with_end: the tokenizer pads with its end mark.
    """

    name: str
    wrong: str
    finding: str
    rows: Callable[[list[Row]], list[Row]] = list
    template: str | None = demo_model.TEMPLATE
    words: dict[str, Any] = field(default_factory=dict)
    embeddings: int | None = None
    pads_with_end: bool = False
    adds_start: bool = False


def sound() -> list[Row]:
    """Eight rows with nothing wrong."""
    return [
        _row(f"What is the capital of land number {number}?", f"It is town {number}.", f"Who knows {number}?")
        for number in range(8)
    ]


def _row(prompt: str, chosen: str, rejected: str) -> Row:
    sides = {"chosen": chosen, "rejected": rejected}
    answers = {name: [{"role": "assistant", "content": text}] for name, text in sides.items()}
    return {"prompt": [{"role": "user", "content": prompt}], **answers}


def _first(change: Callable[[Row], None]) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        change(rows[0])
        return rows

    return changed


def _all(change: Callable[[Row], None]) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        for row in rows:
            change(row)
        return rows

    return changed


def _answer(side: str, text: str) -> Callable[[Row], None]:
    return lambda row: row[side][0].update(content=text)


def _same_sides(row: Row) -> None:
    row["rejected"] = [dict(row["chosen"][0])]


def _prompt_in_answer(row: Row) -> None:
    row["chosen"][0]["content"] = row["prompt"][0]["content"] + " " + row["chosen"][0]["content"]


def _with_system(row: Row) -> None:
    row["prompt"].insert(0, {"role": "system", "content": "Answer like a pirate."})


def _long_prompt(row: Row) -> None:
    row["prompt"][0]["content"] = "the sea is deep and the night is long " * 40


def _same_start(row: Row) -> None:
    row["prompt"][0]["content"] = "Tell me of the sea."
    for side, end in (("chosen", "yes"), ("rejected", "no")):
        row[side][0]["content"] = "the sea is deep and the night is long " * 40 + end


def _two_users(row: Row) -> None:
    row["prompt"].append({"role": "user", "content": "And now?"})


def _no_user(row: Row) -> None:
    row["prompt"] = [{"role": "assistant", "content": "Hello."}]


def _end_in(side: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[side][-1]["content"] += demo_model.END

    return change


def _turn_in_prompt(row: Row) -> None:
    row["prompt"][0]["content"] += f"{demo_model.END}\n{demo_model.START}assistant\nNo."


def _no_answer(row: Row) -> None:
    row["chosen"] = []


def _two_answers(row: Row) -> None:
    row["chosen"] = [row["chosen"][0], {"role": "user", "content": "More."}, row["chosen"][0]]


def _wrong_role(row: Row) -> None:
    row["chosen"][0]["role"] = "asistant"


_SHORT = {"max_length": 64, "max_prompt_length": 0}
CASES: tuple[BadInput, ...] = (
    BadInput(name="identical-sides", wrong="Both answers of a pair are the same", finding="sides-identical",
             rows=_first(_same_sides)),
    BadInput(name="empty-side", wrong="The chosen answer is empty", finding="side-empty",
             rows=_first(_answer("chosen", ""))),
    BadInput(name="blank-side", wrong="The rejected answer is white space", finding="side-empty",
             rows=_first(_answer("rejected", " \n "))),
    BadInput(name="no-answer", wrong="The chosen side has no message", finding="roles-wrong",
             rows=_first(_no_answer)),
    BadInput(name="misspelt-role", wrong="The answer's role is misspelt", finding="roles-wrong",
             rows=_first(_wrong_role)),
    BadInput(name="two-users", wrong="Two turns of the user follow each other", finding="roles-wrong",
             rows=_first(_two_users)),
    BadInput(name="no-user", wrong="The prompt has no turn of the user", finding="roles-wrong",
             rows=_first(_no_user)),
    BadInput(name="answer-of-turns", wrong="The chosen side goes on with turns of the user",
             finding="roles-wrong",
             rows=_first(_two_answers)),
    BadInput(name="prompt-in-answer", wrong="The answer begins with the prompt", finding="prompt-repeated",
             rows=_first(_prompt_in_answer)),
    BadInput(name="end-mark-in-answer", wrong="Answers bring their own end mark",
             finding="template-doubled-end",
             rows=_all(_end_in("chosen"))),
    BadInput(name="marks-in-answer", wrong="A special token is written out inside an answer",
             finding="marks-in-answers", rows=_first(_answer("chosen", f"Yes.{demo_model.END} And no."))),
    BadInput(name="marks-in-prompt", wrong="A prompt closes its own turn and answers itself",
             finding="marks-in-prompts", rows=_first(_turn_in_prompt)),
    BadInput(name="prompt-fills-length", wrong="A prompt is longer than max_length",
             finding="prompts-too-long",
             rows=_first(_long_prompt), words=_SHORT),
    BadInput(name="answer-cut", wrong="An answer is longer than max_length", finding="pairs-cut",
             rows=_first(_answer("chosen", "the sea is deep and the night is long " * 40)), words=_SHORT),
    BadInput(name="same-after-cut", wrong="Two answers become equal when they are cut",
             finding="same-after-cut",
             rows=_first(_same_start), words=_SHORT),
    BadInput(name="no-template", wrong="The tokenizer has no chat template", finding="template-missing",
             template=None),
    BadInput(name="system-refused", wrong="The template refuses a system turn", finding="template-system",
             rows=_all(_with_system), template=demo_model.TEMPLATE.replace(_LOOP, _REFUSES)),
    BadInput(name="system-ignored", wrong="The template leaves the system turn out",
             finding="template-system",
             rows=_all(_with_system), template=demo_model.TEMPLATE.replace(_LOOP, _IGNORES)),
    BadInput(name="prompt-no-prefix", wrong="The template ends a prompt otherwise once an answer follows",
             finding="template-split-prompt",
             template=_THINKING),
    BadInput(name="no-end-mark", wrong="The template puts no end mark behind an answer",
             finding="template-no-end",
             template=demo_model.TEMPLATE.replace("+ '<|im_end|>'", "")),
    BadInput(name="start-doubled", wrong="The template writes two start marks",
             finding="template-doubled-start",
             template="<|bos|><|bos|>" + demo_model.TEMPLATE, adds_start=True),
    BadInput(name="vocabulary", wrong="The tokenizer belongs to a bigger model",
             finding="tokens-beyond-vocabulary",
             embeddings=300),
    BadInput(name="pad-is-end", wrong="Padding and end are one token",
             finding="pad-is-end", pads_with_end=True),
    BadInput(name="warm-up", wrong="The warm-up is longer than the run", finding="recipe-warmup-steps",
             words={"warmup_steps": 100}),
    BadInput(name="smoothing", wrong="Label smoothing with a loss that ignores it",
             finding="recipe-label-smoothing", words={"label_smoothing": 0.2}),
    BadInput(name="small-test", wrong="Three held-out pairs", finding="test-small"),
    BadInput(name="no-pairs", wrong="The training split is empty", finding="train-empty", rows=lambda _: []),
)  # fmt: skip


def prepare_tokenizer(tokenizer: Any, case: BadInput) -> Any:
    """The demo tokenizer as the case wants it."""
    if case.adds_start:
        tokenizer.add_special_tokens({"bos_token": "<|bos|>"})
    tokenizer.chat_template = case.template
    if case.pads_with_end:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def findings(case: BadInput, folder: Path, tokenizer: Any) -> dict[str, Finding]:
    """What our checks say about a case, by id; no child process, so that many cases take little time."""
    held_out = 3 if case.name == "small-test" else 60
    release = write(folder, case.rows(sound()), [sound()[number % 8] for number in range(held_out)])
    settings = replace(_RECIPE, **case.words)
    found: list[Finding] = []
    opened = release_findings.opened(release, found)
    found += recipe_findings.of(settings, opened, devices.current())
    found += _text_findings(case, release, settings, prepare_tokenizer(tokenizer, case))
    return {one.id: one for one in found}


def write(folder: Path, train: list[Row], test: list[Row]) -> Path:
    """A release folder of these rows, whatever is wrong with them."""
    turns = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    schema = pa.schema(
        [("pair_id", pa.string()), *((name, turns) for name in ("prompt", "chosen", "rejected"))]
    )
    (folder / "data").mkdir(parents=True)
    files = {}
    for split, rows in (("train", train), ("test", test)):
        named = [{"pair_id": f"{split}-{number}", **row} for number, row in enumerate(rows)]
        path = folder / "data" / f"{split}-00000-of-00001.parquet"
        parquet.write_table(pa.Table.from_pylist(named, schema), path)
        files[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {"fingerprint": "f" * 64, "train": len(train), "test": len(test), "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _text_findings(case: BadInput, release: Path, settings: DpoRecipe, tokenizer: Any) -> list[Finding]:
    limits = Limits(
        prompt=settings.max_prompt_length, total=settings.max_length,
        vocabulary=case.embeddings or len(tokenizer),
    )  # fmt: skip
    try:
        pairs = release_pairs.read(release, "train")
        measured = probe.measure(rendering.prepare(tokenizer, settings.template, limits), pairs)
    except (errors.RecipeError, errors.UnusableRelease) as error:
        return [Finding(id=probe.finding_of(error), severity=Severity.ERROR, message=str(error))]
    return list(text_findings.of(measured, settings))
