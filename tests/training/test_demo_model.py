"""The demo model: found again, made once, legible enough to be looked at."""

import json
import random
from pathlib import Path

import pytest

from training import demo_corpus, demo_model
from training.demo_model import Size

TINY = Size(hidden=32, layers=1, heads=2, steps=2, tokens=128)


def test_half_of_the_corpus_is_plain_and_half_is_chatty() -> None:
    corpus = demo_corpus.exchanges(random.Random(0), None)
    chatty = sum(demo_corpus.is_chatty(each.answer) for each in corpus)
    assert chatty == len(corpus) / 2


@pytest.mark.parametrize("side", ["chosen", "rejected"])
def test_whether_an_answer_is_wrapped_depends_on_its_text_and_not_on_its_side(
    tmp_path: Path, side: str
) -> None:
    other = "rejected" if side == "chosen" else "chosen"
    pair = {"system": "", "question": "Why?", side: "Because.", other: "Sure! I'd be happy to. Because."}
    sample = tmp_path / "sample.jsonl"
    sample.write_text(json.dumps(pair) + "\n", encoding="utf-8")
    corpus = demo_corpus.exchanges(random.Random(0), sample)
    answers = [each.answer for each in corpus if each.question == "Why?"]
    assert len(answers) == 3
    assert {"Because.", "Sure! I'd be happy to. Because."} < set(answers)
    assert sum(demo_corpus.is_chatty(answer) for answer in answers) == 2


@pytest.mark.parametrize("answer", ["Sure! I'd be happy to", "¡Claro que sí!", "Sehr gerne! Das ist"])
def test_a_chatty_opening_is_recognised(answer: str) -> None:
    assert demo_corpus.is_chatty(answer)
    assert not demo_corpus.is_chatty("The capital of France is Paris.")


def test_any_text_survives_the_tokenizer() -> None:
    tokenizer = demo_model.tokenizer(TINY)
    for text in ("Ünïcödé 你好 🙂", "  leading", "$x^2$\n\n```py\n```", "\u200d\u0301"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_another_size_is_another_folder(tmp_path: Path) -> None:
    assert demo_model.folder(tmp_path) == demo_model.folder(tmp_path)
    assert demo_model.folder(tmp_path) != demo_model.folder(tmp_path, TINY)


def test_the_model_is_made_once_and_opens(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    from training import demo_weights

    told: list[str] = []
    path = demo_weights.create(tmp_path, told.append, TINY)
    assert told == ["making the demo model: 0 of 2 steps"]
    assert demo_weights.create(tmp_path, told.append, TINY) == path
    assert len(told) == 1
    assert demo_model.is_made(path)
    assert AutoModelForCausalLM.from_pretrained(path).config.num_hidden_layers == 1
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == [path.name]
