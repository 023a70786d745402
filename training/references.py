"""The reference's log-probabilities of pairs: known from an earlier run, else computed once. Needs torch.

TRL asks the reference about every pair at every step and at every evaluation, though its answer never
changes. Here a pair is asked about once: a later epoch, the next evaluation and the next run read the answer.
Nothing is computed that TRL would not compute, and what is computed is computed the way TRL does.
"""

import hashlib
import logging
import statistics
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import broadcast_object_list, gather_object
from torch.utils.data import DataLoader
from trl.trainer import dpo_trainer

from training import reference_store, scoring
from training.evaluation import Likelihoods
from training.journal import Journal
from training.reference_store import Key, Rows
from training.rendering import Rendered

log = logging.getLogger(__name__)
_KEYS = "pair_keys"
_TIMED = range(2, 10)  # batches whose time is taken; the first ones warm up
_ALONE = b"alone"  # read by ourselves, one answer at a time: other last digits than padded beside the other


class References:
    """What is known of the reference in one run, and what the run has added."""

    def __init__(self, place: Path | None, key: Key) -> None:
        """place: see reference_store.folder; None keeps nothing beyond the run."""
        self._place = place
        self._key = key
        found = reference_store.read(place, key) if place else reference_store.Known()
        self.problem = found.problem
        self.seconds = found.seconds  # that a pair takes
        self.served = 0  # pairs that an earlier run had asked about
        self._old = found.rows
        self._new: dict[bytes, torch.Tensor] = {}  # (2,) each, where it was computed: a GPU is not waited for
        self._used: set[bytes] = set()

    def agree(self) -> None:
        """Take what the first process has read: a file may have grown between two looks at it."""
        told = [self._old]
        broadcast_object_list(told)
        self._old = told[0]

    def get(self, key: bytes) -> torch.Tensor | None:
        """As peek, and counts what an earlier run has saved."""
        if key in self._old and key not in self._new and key not in self._used:
            self._used.add(key)  # a second look at a pair is saved by this run, not by an earlier one
            self.served += 1
        return self.peek(key)

    def peek(self, key: bytes) -> torch.Tensor | None:
        """Log-probabilities of the chosen and the rejected answer, (2,) nats; None where nobody has asked."""
        if key in self._new:
            return self._new[key]
        return torch.tensor(self._old[key]) if key in self._old else None

    def put(self, keys: Sequence[bytes], answers: torch.Tensor) -> None:
        """Remember; answers (pairs, 2)."""
        self._new |= dict(zip(keys, answers.float().unbind(), strict=True))

    def covers(self, pairs: Sequence[Rendered], most: int) -> bool:
        """An earlier run has asked about every one of these pairs, in the way the trainer asks."""
        return all(key_of(pair, most) in self._old for pair in pairs)

    def keep(self) -> None:
        """Write down what is new."""
        if self._place and self._new and reference_store.limit():
            answers = torch.stack([one.cpu() for one in self._new.values()]).tolist()
            rows: Rows = {
                key: (chosen, rejected) for key, (chosen, rejected) in zip(self._new, answers, strict=True)
            }
            reference_store.add(self._place, self._key, rows, seconds=self.seconds)

    @property
    def saved(self) -> float | None:
        """Seconds that asking again would have taken; None where nobody has measured it."""
        return None if self.seconds is None else self.served * self.seconds

    @property
    def sentence(self) -> str | None:
        """What earlier runs have saved; None where nothing."""
        if not self.served:
            return None
        taken = "" if self.saved is None else f", which saved about {self.saved:.1f} s"
        return f"What the reference thinks of {self.served:,} pairs was known from an earlier run{taken}."


def close(known: References, journal: Journal) -> None:
    """Write down what is new and say what was saved; a full disk must not fail a run that has trained."""
    try:
        known.keep()
        if known.sentence:
            journal.event("reference", known.sentence, pairs=known.served, seconds=known.saved)
    except OSError:
        log.exception("what the reference thinks of the pairs could not be kept")


def key_of(pair: Rendered, most: int, *, alone: bool = False) -> bytes:
    """The digest that a pair goes by."""
    shared = pair.prompt_tokens
    prompt, chosen, rejected = pair.chosen.ids[:shared], pair.chosen.ids[shared:], pair.rejected.ids[shared:]
    return _digest(prompt, chosen, rejected, most, _ALONE if alone else b"")


def likelihoods(
    model: Any, pairs: Sequence[Rendered], known: References | None, most: int
) -> list[Likelihoods]:
    """scoring.likelihoods of the untrained model, for pairs that no earlier run has read alone.

    Args:
        most: tokens of a sequence.
    """
    if known is None:
        return scoring.likelihoods(model, pairs)
    keys = [key_of(pair, most, alone=True) for pair in pairs]
    missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if known.peek(key) is None}
    read = scoring.likelihoods(model, list(missing.values()))
    if read:
        known.put(list(missing), torch.tensor([(one.chosen, one.rejected) for one in read]))
    return [_likelihoods(pair, known.peek(key)) for key, pair in zip(keys, pairs, strict=True)]


class Keyed:
    """A collator whose batches also say which pairs they hold."""

    def __init__(self, collator: Any, most: int) -> None:
        self._collator = collator
        self._most = most

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = self._collator(rows)
        batch[_KEYS] = [self.key(row) for row in rows]
        return batch

    def key(self, row: Mapping[str, Any]) -> bytes:
        """The digest that a row of the trainer goes by, as key_of."""
        return _digest(row["prompt_ids"], row["chosen_ids"], row["rejected_ids"], self._most)


class Remembering:
    """A DPOTrainer that asks the reference about a pair once. Without `references` it does as TRL does."""

    accelerator: Any
    args: Any
    data_collator: Any
    is_deepspeed_enabled: bool
    is_fsdp_enabled: bool
    model: Any
    ref_model: Any

    def __init__(self, *args: Any, references: References | None = None, **settings: Any) -> None:
        self._given = references  # before TRL's constructor, which may ask about every pair
        self._asked = 0
        self._seconds: list[float] = []  # a pair
        if references is not None:
            references.agree()
        with self._without_a_hash():
            super().__init__(*args, **settings)
        if self.references is not None:
            self.data_collator = Keyed(self.data_collator, self.args.max_length)
            self.precompute_ref_logps = True  # TRL looks for the answers in the batch

    @property
    def references(self) -> References | None:
        """None where a model is spread over processes: all of them must ask, or none."""
        return None if self.is_fsdp_enabled or self.is_deepspeed_enabled else self._given

    @contextmanager
    def _without_a_hash(self) -> Iterator[None]:
        """TRL names its file of answers by a hash of all weights, which takes minutes; ours does not."""
        hashed = dpo_trainer.hash_module
        dpo_trainer.hash_module = lambda model: hashed(model) if self.references is None else ""
        try:
            yield
        finally:
            dpo_trainer.hash_module = hashed

    def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:  # noqa: FBT001
        if self.references is not None:
            inputs = self._answered(self.references, inputs)
        return super()._compute_loss(model, inputs, return_outputs)  # type: ignore[misc]

    def _precompute_ref_logps(self, dataset: Any, name: str, batch_size: int) -> Any:
        if self.references is None:
            return super()._precompute_ref_logps(dataset, name, batch_size)  # type: ignore[misc]
        collator = Keyed(self.data_collator, self.args.max_length)
        missing = [
            place for place, row in enumerate(dataset)
            if self.references.get(collator.key(row)) is None
        ]  # fmt: skip
        if missing:
            loader = DataLoader(dataset.select(missing), batch_size=batch_size, collate_fn=collator)
            with _no_chance_taken():  # a loader draws a seed
                found = [self._ask(self.references, batch) for batch in self.accelerator.prepare(loader)]
            for keys, answers in gather_object([(keys, answers.cpu()) for keys, answers in found]):
                self.references.put(keys, answers)
        return dataset

    def _answered(self, references: References, batch: dict[str, Any]) -> dict[str, Any]:
        device = batch["input_ids"].device
        known = [references.get(key) for key in batch[_KEYS]]
        answers = [one.to(device, non_blocking=True) for one in known if one is not None]
        if len(answers) < len(known):
            if self.ref_model is None and not hasattr(self.model, "peft_config"):
                raise RuntimeError("There is no reference to ask: the model itself is learning.")
            keys, asked = self._ask(references, batch)
            references.put(keys, asked)
            answers = list(asked.unbind())
        chosen, rejected = torch.stack(answers).unbind(1)  # (pairs,) each
        rest = {name: value for name, value in batch.items() if name != _KEYS}
        return {**rest, "ref_chosen_logps": chosen, "ref_rejected_logps": rejected}

    def _ask(self, references: References, batch: Mapping[str, Any]) -> tuple[list[bytes], torch.Tensor]:
        """The keys of a batch and what the reference answers, (pairs, 2) nats."""
        began = time.perf_counter()
        inputs = {name: value for name, value in batch.items() if name != _KEYS}
        with _no_chance_taken():
            both = self.compute_ref_log_probs(self.ref_model or self.model, inputs)  # type: ignore[attr-defined]
        answers = torch.stack(both, dim=1)
        self._asked += 1
        if self._asked in _TIMED:
            answers.sum().item()  # a GPU has computed it by now
            self._seconds.append((time.perf_counter() - began) / len(answers))
            references.seconds = statistics.median(self._seconds)
        return list(batch[_KEYS]), answers


def _no_chance_taken() -> AbstractContextManager[None]:
    """Random numbers drawn inside are not missing afterwards.

    A run's dropout must not depend on what earlier runs have asked already.
    """
    gpus = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    return torch.random.fork_rng(devices=gpus)


def _likelihoods(pair: Rendered, answers: Any) -> Likelihoods:
    chosen, rejected = answers.tolist()
    return scoring.counted(pair, chosen, rejected)


def _digest(
    prompt: Sequence[int], chosen: Sequence[int], rejected: Sequence[int], most: int, manner: bytes = b""
) -> bytes:
    """16 bytes over the tokens as the model reads them, both answers, in a given manner."""
    made = hashlib.blake2b(manner, digest_size=16)
    room = max(0, most - len(prompt))
    for tokens in (prompt[:most], chosen[:room], rejected[:room]):
        made.update(len(tokens).to_bytes(4, "little"))
        made.update(array("q", tokens).tobytes())
    return made.digest()
