"""The demo model's name, place and tokenizer: all that can be had without torch.

A tiny Llama with a ChatML template, made on this machine from `demo_corpus` so that everything runs
offline. Its folder is named after a hash of what it is made from, so a changed corpus makes a new one.
`demo_weights` makes the weights.
"""

import hashlib
import importlib.resources
import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training import demo_corpus

NAME = "demo"
PAD, START, END = "<|pad|>", "<|im_start|>", "<|im_end|>"
# No newline after the last turn: the answer must end with its end mark, or the model never learns to stop.
TEMPLATE = (
    "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\n<|im_start|>assistant\\n' }}{% endif %}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Shape and schooling of the demo model.

    Attributes:
        vocabulary: tokens.
        hidden: width of a layer; layers, heads: their number.
        context: longest sequence it can read, in tokens.
        steps, tokens: schooling; each step reads exchanges of so many tokens in all.
    """

    vocabulary: int = 2048
    hidden: int = 128
    layers: int = 2
    heads: int = 4
    context: int = 2048
    steps: int = 450
    tokens: int = 1024
    seed: int = 0


def folder(models: Path, size: Size | None = None) -> Path:
    """Where the demo model of this corpus and size lies, or will lie, under the workspace's models."""
    size = size or Size()
    made_from = json.dumps([asdict(size), TEMPLATE, texts(size)], ensure_ascii=False)
    return models / f"{NAME}-{hashlib.blake2b(made_from.encode(), digest_size=6).hexdigest()}"


def is_made(path: Path) -> bool:
    """The folder holds a whole model; it is renamed into place, so a part of one is never seen."""
    return (path / "config.json").is_file()


def texts(size: Size) -> list[str]:
    """The corpus as the model reads it."""
    rng = random.Random(size.seed)
    return [_text(each) for each in demo_corpus.exchanges(rng, _sample())]


def tokenizer(size: Size | None = None) -> Any:
    """A byte-level BPE tokenizer trained on the corpus: any text survives it, emoji and Chinese included.

    Returns:
        transformers.PreTrainedTokenizerFast. Takes about half a second; loads no torch.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    size = size or Size()
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(texts(size), trainers.BpeTrainer(
        vocab_size=size.vocabulary, special_tokens=[PAD, START, END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    ))  # fmt: skip
    fast = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token=END, pad_token=PAD, model_max_length=size.context,
        additional_special_tokens=[START],
    )  # fmt: skip
    fast.chat_template = TEMPLATE
    return fast


def _text(one: demo_corpus.Exchange) -> str:
    turns = [("system", one.system)] if one.system else []
    turns += [("user", one.question), ("assistant", one.answer)]
    return "\n".join(f"{START}{role}\n{content}{END}" for role, content in turns)


def _sample() -> Path | None:
    """The bundled pairs, where they are; the corpus stands without them."""
    path = Path(str(importlib.resources.files("curation.intake"))) / "sample.jsonl"
    return path if path.is_file() else None
