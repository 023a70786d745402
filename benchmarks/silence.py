"""What plain TRL does with bad inputs, and what our checks say about them: the table of docs/preflight.md.

Each input of tests/training/bad_inputs.py goes to `trl.DPOTrainer` as its documentation shows it, with a tiny
random model, for three steps. Written down is whether it went through in silence, warned or refused, and what
became of the first pair.

    python -m benchmarks.silence [--write]
"""

import argparse
import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.training import bad_inputs
from tests.training.bad_inputs import BadInput
from training import demo_model
from training.findings import Finding, Severity

TABLE = Path(__file__).parents[1] / "docs" / "preflight.md"
BEGIN, END = "<!-- written by python -m benchmarks.silence --write -->", "<!-- end -->"
_WORDS = {Severity.ERROR: "stops the start", Severity.WARNING: "warning", Severity.INFORMATION: "said"}
_SOUND = BadInput(name="sound", wrong="Nothing", finding="release")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What plain TRL did.

    Attributes:
        said: warnings, each its first sentence; those of a sound input left out.
        refusal: the first line of the exception; "" where it trained.
        kept: pairs it trained on.
        covered: what the loss covers of the first pair's chosen answer.
    """

    said: tuple[str, ...]
    refusal: str
    kept: int
    covered: str

    def words(self, given: int) -> str:
        if self.refusal:
            return f"fails: {self.refusal}"
        dropped = f"drops {given - self.kept} of {given} pairs, " if self.kept < given else ""
        how = f"warns ({self.said[0]})" if self.said else "silent"
        return f"{how}: {dropped}trains; the loss covers `{self.covered}`"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="write the table into docs/preflight.md")
    arguments = asked.parse_args()
    lines = ["| input | plain TRL | Pairloom |", "|---|---|---|"]
    silent = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        usual = trained(_SOUND, folder / "sound", frozenset()).said
        for case in bad_inputs.CASES:
            outcome = trained(case, folder / case.name, frozenset(usual))
            silent += not outcome.refusal and not outcome.said
            found = bad_inputs.findings(case, folder / f"{case.name}-release", demo_model.tokenizer())[
                case.finding
            ]
            given = len(case.rows(bad_inputs.sound()))
            lines.append(f"| {case.wrong} | {_cell(outcome.words(given))} | {ours(found)} |")
            print(lines[-1], flush=True)
    print(f"{len(bad_inputs.CASES)} inputs, {silent} of them trained on in silence")
    if arguments.write:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        TABLE.write_text(f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}", encoding="utf-8")


def ours(finding: Finding) -> str:
    """What our checks say, as a cell of the table."""
    return _cell(f"{_WORDS[finding.severity]}: {finding.message}")


def trained(case: BadInput, folder: Path, usual: frozenset[str]) -> Outcome:
    """Three steps of plain TRL."""
    import torch
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import DPOConfig, DPOTrainer

    tokenizer = bad_inputs.prepare_tokenizer(demo_model.tokenizer(), case)
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=case.embeddings or len(tokenizer), hidden_size=16, intermediate_size=32,
            num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
    model.save_pretrained(folder)  # full training reloads its reference from here
    model = LlamaForCausalLM.from_pretrained(folder)
    words = {name: value for name, value in case.words.items() if name != "max_prompt_length"}
    refusal, kept, covered = "", 0, ""
    # Without progress bars the trainer prints its figures.
    with _listening() as said, contextlib.redirect_stdout(io.StringIO()):
        try:
            args = DPOConfig(
                output_dir=str(folder), max_steps=3, per_device_train_batch_size=4, report_to="none",
                use_cpu=True, bf16=False, save_strategy="no", disable_tqdm=True, logging_steps=1, **words,
            )  # fmt: skip
            trainer = DPOTrainer(
                model=model, args=args, processing_class=tokenizer,
                train_dataset=Dataset.from_list(case.rows(bad_inputs.sound())),
            )  # fmt: skip
            trainer.train()
            kept = len(trainer.train_dataset)
            covered = _covered(trainer, tokenizer)
        except Exception as error:
            first = (str(error).strip().splitlines() or ["no message"])[0]
            refusal = f"{type(error).__name__}: {first.split(',')[0]}"
    fresh = tuple(one for one in dict.fromkeys(said) if one not in usual)
    return Outcome(said=fresh, refusal=refusal, kept=kept, covered=covered)


def _covered(trainer: Any, tokenizer: Any) -> str:
    batch = trainer.data_collator([trainer.train_dataset[0]])
    ids, mask = batch["input_ids"][0], batch["completion_mask"][0].bool()
    text = str(tokenizer.decode(ids[mask].tolist()))
    return text if len(text) <= 60 else f"{text[:30]} … {text[-25:]}"


@contextlib.contextmanager
def _listening() -> Iterator[list[str]]:
    """Collects what a person at a terminal would be warned of."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage().removeprefix("[RANK 0] ").split(". ")[0].split(",")[0])

    ear = Ear(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("trl", "transformers", "datasets", "peft")]
    for logger in loggers:
        logger.addHandler(ear)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    said += [str(one.message).split(". ")[0] for one in caught]
    for logger in loggers:
        logger.removeHandler(ear)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    main()
