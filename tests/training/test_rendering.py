"""The exact text: templates, system turns, cuts, and that TRL sees the same tokens."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.conftest import a_pair
from training import demo_model, errors, presets, rendering
from training.choices import Template
from training.flaws import Flaw
from training.rendering import Limits, Renderer

ROOMY = Limits(prompt=1024, total=1536)
THINKING = demo_model.TEMPLATE.replace("assistant\\n' }}{% endif", "assistant\\n<think>' }}{% endif")


@pytest.fixture(scope="module")
def tokenizer_once() -> Any:
    return demo_model.tokenizer()


@pytest.fixture
def tokenizer(tokenizer_once: Any) -> Any:
    """Fresh template and padding for every test; training the tokenizer takes half a second."""
    tokenizer_once.chat_template = demo_model.TEMPLATE
    return tokenizer_once


def a_renderer(tokenizer: Any, **limits: int) -> Renderer:
    return rendering.prepare(tokenizer, Template.OWN, Limits(**{"prompt": 1024, "total": 1536, **limits}))


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def test_the_loss_covers_the_answer_and_its_end_mark_and_nothing_else(tokenizer: Any) -> None:
    renderer = a_renderer(tokenizer)
    one = renderer.rendered([user("Why?")], "Because.", "Why not?")
    covered = [token for token, in_loss in zip(one.chosen.ids, one.chosen.mask, strict=True) if in_loss]
    assert tokenizer.decode(covered) == "Because.<|im_end|>"
    prompt, chosen, rejected = renderer.written(one)
    assert (chosen, rejected) == (prompt + "Because.<|im_end|>", prompt + "Why not?<|im_end|>")
    assert not one.flaws


def test_the_system_turn_is_in_the_text(tokenizer: Any) -> None:
    turns = [{"role": "system", "content": "Be brief."}, user("Why?")]
    renderer = a_renderer(tokenizer)
    one = renderer.rendered(turns, "Because.", "Why not?")
    assert renderer.written(one)[0].startswith("<|im_start|>system\nBe brief.<|im_end|>")


@pytest.mark.parametrize("how", ["refuses", "ignores"])
def test_a_template_that_cannot_take_a_system_turn_gets_it_in_the_first_user_turn(
    tokenizer: Any, how: str
) -> None:
    refusal = "{% if message.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
    loop = "{% for message in messages %}"
    skip = "{% for message in messages if message.role != 'system' %}"
    own = demo_model.TEMPLATE
    tokenizer.chat_template = own.replace(loop, loop + refusal if how == "refuses" else skip)
    renderer = a_renderer(tokenizer)
    one = renderer.rendered(
        [{"role": "system", "content": "Be brief."}, user("Why?")], "Because.", "Why not?"
    )
    assert "<|im_start|>user\nBe brief.\n\nWhy?<|im_end|>" in renderer.written(one)[0]
    assert one.row["prompt"] == [user("Be brief.\n\nWhy?")]


def test_a_base_model_without_template_is_offered_chatml(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    with pytest.raises(errors.RecipeError, match="Set template to chatml"):
        a_renderer(tokenizer)
    chatml = rendering.prepare(tokenizer, Template.CHATML, ROOMY)
    one = chatml.rendered([user("Why?")], "Because.", "Why not?")
    assert chatml.written(one)[0] == "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    assert not one.flaws


def test_too_long_a_talk_loses_its_oldest_turns_and_keeps_its_system_turn(tokenizer: Any) -> None:
    old = [user("Tell me about the sea. " * 20), {"role": "assistant", "content": "It is wet."}]
    turns = [{"role": "system", "content": "Be brief."}, *old, user("Why?")]
    one = a_renderer(tokenizer, prompt=60).rendered(turns, "Because.", "Why not?")
    assert [turn["content"] for turn in one.prompt] == ["Be brief.", "Why?"]
    assert (one.turns_dropped, one.characters_dropped) == (2, 0)


def test_too_long_a_question_loses_its_start_and_its_marks_stay_whole(tokenizer: Any) -> None:
    question = " ".join(f"word{number}" for number in range(200))
    renderer = a_renderer(tokenizer, prompt=60)
    one = renderer.rendered([user(question)], "Because.", "Why not?")
    assert one.prompt_tokens <= 60
    assert question.endswith(one.prompt[0]["content"])
    assert one.characters_dropped == len(question) - len(one.prompt[0]["content"])
    assert renderer.written(one)[0].startswith("<|im_start|>user\n")


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1, max_size=300), longest=st.integers(30, 80))
def test_a_cut_prompt_always_fits_whatever_the_text(tokenizer_once: Any, text: str, longest: int) -> None:
    tokenizer_once.chat_template = demo_model.TEMPLATE
    one = a_renderer(tokenizer_once, prompt=longest).rendered([user(text)], "Yes", "No")
    assert one.prompt_tokens <= longest
    assert text.endswith(one.prompt[0]["content"])


@pytest.mark.parametrize(
    ("template", "limits", "flaw"),
    [
        (demo_model.TEMPLATE, {"total": 10}, Flaw.NO_ROOM),
        (demo_model.TEMPLATE, {"total": 16}, Flaw.ANSWER_CUT),
        (demo_model.TEMPLATE, {"vocabulary": 20}, Flaw.BEYOND_VOCABULARY),
        (demo_model.TEMPLATE.replace("+ '<|im_end|>'", ""), {}, Flaw.NO_END),
        (THINKING, {}, Flaw.SPLIT_PROMPT),
    ],
    ids=["no room", "cut", "vocabulary", "no end", "split prompt"],
)  # fmt: skip
def test_what_is_wrong_with_a_pair_is_named(
    tokenizer: Any, template: str, limits: dict[str, int], flaw: Flaw
) -> None:
    tokenizer.chat_template = template
    one = a_renderer(tokenizer, **limits).rendered([user("Why is it so?")], "Because it is so.", "Why not?")
    assert flaw in one.flaws
    assert flaw.sentence.endswith(".")


def test_sides_that_become_equal_by_the_cut_are_left_out(tokenizer: Any) -> None:
    renderer = a_renderer(tokenizer)
    room = renderer.rendered([user("Why?")], "Because of the sea.", "Because of the moon.").prompt_tokens
    one = a_renderer(tokenizer, total=room + 2).rendered(
        [user("Why?")], "Because of the sea.", "Because of it."
    )
    assert Flaw.IDENTICAL in one.flaws
    assert one.excluded


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")  # peft 0.21 asks for it
def test_trl_trains_on_exactly_these_tokens_and_covers_exactly_these_with_its_loss(
    untrained_model: Path, tmp_path: Path
) -> None:
    import torch
    from datasets import Dataset
    from trl import DPOTrainer

    from training import dpo, recipe

    chosen = recipe.with_changes(
        presets.find("demo").recipe, {"max_length": "40", "max_prompt_length": "30", "max_steps": "10"}
    )
    fitted = dpo.plan(chosen, dpo.machine())
    renderer = rendering.prepare(
        rendering.load(str(untrained_model)), Template.OWN, Limits(prompt=30, total=40)
    )
    system = [{"role": "system", "content": "Be brief."}, user("What is the capital of France, please?")]
    pairs = [a_pair(1), a_pair(2, prompt=system), a_pair(3, prompt=[user("word " * 90)])]
    ours = [renderer.rendered(pair.prompt, pair.chosen, pair.rejected) for pair in pairs]
    plain = DPOTrainer(
        model=dpo.load_model(untrained_model, fitted), processing_class=renderer.tokenizer,
        args=dpo.config(fitted, tmp_path, pairs=3, evaluates=False, resumes=False),
        train_dataset=Dataset.from_list([one.row for one in ours]), peft_config=dpo.adapter(chosen),
    )  # fmt: skip
    batch = plain.data_collator([plain.train_dataset[place] for place in range(3)])
    given = plain.data_collator([one.tokens for one in ours])
    assert all(torch.equal(batch[name], given[name]) for name in given)
    sides = [one.chosen for one in ours] + [one.rejected for one in ours]
    for place, side in enumerate(sides):
        length = int(batch["attention_mask"][place].sum())
        assert tuple(batch["input_ids"][place, :length].tolist()) == side.ids
        assert tuple(batch["completion_mask"][place, :length].tolist()) == side.mask
    assert any(side.cut for side in sides)


def test_special_token_text_inside_an_answer_is_shown_as_the_tokens_it_becomes(tokenizer: Any) -> None:
    one = a_renderer(tokenizer).rendered([user("Why?")], "Stop <|im_end|> here.", "Why not?")
    ends = re.findall(r"<\|im_end\|>", tokenizer.decode(list(one.chosen.ids)))
    assert len(ends) == 3
