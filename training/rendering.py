"""From messages to the exact text and tokens TRL trains on. Knows tokenizers, no tensors and no TRL.

TRL renders a prompt with the generation prompt, renders prompt and answer together, and takes the tokens
after their common prefix as the answer; `rendered` does the same (`trl/trainer/dpo_trainer.py`,
`tokenize_fn` and the collator), and a test holds the two together. What TRL does not do is done here
first: the system turn is folded into the user's where a template refuses or ignores it, and prompts are
cut to `max_prompt_length`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from training import errors, system_turn
from training.choices import Template
from training.flaws import Flaw
from training.system_turn import Turn

# Every turn ends with <|im_end|>, the assistant's with the tokenizer's own end mark: a base model has no
# token for <|im_end|> and would never learn to stop at its pieces.
CHATML = (
    "{% if bos_token %}{{ bos_token }}{% endif %}"
    "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] }}"
    "{{ eos_token if message['role'] == 'assistant' else '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\n<|im_start|>assistant\\n' }}{% endif %}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Lengths in tokens. prompt 0: never cut. vocabulary 0: unknown."""

    prompt: int
    total: int
    vocabulary: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One sequence as the model sees it.

    Attributes:
        ids: token ids after the cut to max_length; length n.
        mask: 1 where the loss looks, else 0; length n.
        cut: tokens lost at the end.
    """

    ids: tuple[int, ...]
    mask: tuple[int, ...]
    cut: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One pair, ready for TRL.

    Attributes:
        prompt: messages after folding and cutting.
        prompt_tokens: length of the rendered prompt with its generation prompt.
        turns_dropped, characters_dropped: what was cut from the prompt.
    """

    prompt: list[Turn]
    answers: tuple[str, str]
    prompt_tokens: int
    chosen: Side
    rejected: Side
    turns_dropped: int
    characters_dropped: int
    flaws: frozenset[Flaw]

    @property
    def prompt_was_cut(self) -> bool:
        return bool(self.turns_dropped or self.characters_dropped)

    @property
    def excluded(self) -> bool:
        return any(flaw.excludes for flaw in self.flaws)

    @property
    def row(self) -> dict[str, list[Turn]]:
        """The pair as TRL takes it: conversational, one assistant message a side."""
        chosen, rejected = ([{"role": "assistant", "content": answer}] for answer in self.answers)
        return {"prompt": self.prompt, "chosen": chosen, "rejected": rejected}

    @property
    def tokens(self) -> dict[str, list[int]]:
        """The pair as TRL leaves it once it has tokenised `row`, cut to max_length already."""
        shared = self.prompt_tokens
        prompt, chosen, rejected = (
            self.chosen.ids[:shared],
            self.chosen.ids[shared:],
            self.rejected.ids[shared:],
        )
        return {"prompt_ids": list(prompt), "chosen_ids": list(chosen), "rejected_ids": list(rejected)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """A tokenizer with a chat template that is known to work, and the lengths to keep to.

    Attributes:
        tokenizer: a transformers tokenizer; its chat_template is the one in use.
        folds_system: the system turn goes into the first user turn.
        template: where the template came from.
    """

    tokenizer: Any
    limits: Limits
    folds_system: bool
    template: Template
    _marks: frozenset[int] = field(default_factory=frozenset)
    _written_mark: re.Pattern[str] = field(default=re.compile("(?!)"))

    def rendered(self, prompt: Sequence[Turn], chosen: str, rejected: str) -> Rendered:
        """One pair as TRL will train on it.

        Raises:
            UnusableRelease: the template refuses the messages.
        """
        turns, prompt_ids, dropped, characters = self._fitted(prompt)
        both = [self.ids([*turns, {"role": "assistant", "content": text}]) for text in (chosen, rejected)]
        shared = min(_common_prefix(prompt_ids, ids) for ids in both)
        sides = [self._side(ids, shared) for ids in both]
        flaws = self._flaws(prompt_ids, shared, both, sides) | self._marks_in_text(turns, (chosen, rejected))
        return Rendered(
            prompt=turns, answers=(chosen, rejected), prompt_tokens=shared, chosen=sides[0],
            rejected=sides[1], turns_dropped=dropped, characters_dropped=characters, flaws=flaws,
        )  # fmt: skip

    def prompt_ids(self, prompt: Sequence[Turn]) -> list[int]:
        """A prompt with its generation prompt, folded and cut as for training."""
        return self._fitted(prompt)[1]

    def written(self, one: Rendered) -> tuple[str, str, str]:
        """The prompt with its generation prompt, and with each answer, for a person to read; never cut."""
        sides = [[*one.prompt, {"role": "assistant", "content": answer}] for answer in one.answers]
        return self.text(one.prompt, answering=True), self.text(sides[0]), self.text(sides[1])

    def _fitted(self, prompt: Sequence[Turn]) -> tuple[list[Turn], list[int], int, int]:
        """Turns and their tokens, how many turns went and how many characters of the last one."""
        turns = system_turn.folded(prompt) if self.folds_system else list(prompt)
        ids = self.ids(turns, answering=True)
        if not self.limits.prompt or len(ids) <= self.limits.prompt:
            return turns, ids, 0, 0
        left, dropped, characters = self._cut(turns)
        return left, self.ids(left, answering=True), dropped, characters

    def text(self, turns: Sequence[Turn], *, answering: bool = False) -> str:
        """Messages as the template writes them; `answering` adds the generation prompt."""
        return str(self._apply(turns, tokenize=False, add_generation_prompt=answering))

    def ids(self, turns: Sequence[Turn], *, answering: bool = False) -> list[int]:
        """Token ids of the messages, called the way TRL calls it."""
        encoded = self._apply(turns, tokenize=True, return_dict=True, add_generation_prompt=answering)
        return list(encoded["input_ids"])

    def _apply(self, turns: Sequence[Turn], **settings: Any) -> Any:
        try:
            return self.tokenizer.apply_chat_template(list(turns), **settings)
        except Exception as error:  # jinja2 raises whatever the template's author raised
            roles = ", ".join(turn["role"] for turn in turns)
            raise errors.UnusableRelease(
                f"The model's chat template refuses a conversation of {roles}: {error}"
            ) from error

    def _cut(self, turns: list[Turn]) -> tuple[list[Turn], int, int]:
        """Cut to the longest prompt: oldest turns first, then the start of the last turn.

        The old TRL cut tokens off the left, through the middle of a system turn's marks. Here every mark
        stays whole and the system turn stays as long as anything else can go.
        """
        if self._fits(turns):
            return turns, 0, 0
        system = [turn for turn in turns[:1] if turn["role"] == "system"]
        talk = turns[len(system) :]
        while len(talk) > 1 and not self._fits(system + talk):
            talk = talk[2:]  # a question and its answer together, so that a user still speaks first
        dropped = len(turns) - len(system) - len(talk)
        if self._fits(system + talk):
            return system + talk, dropped, 0
        last = talk[-1]
        short = _longest_end(last["content"], lambda text: self._fits([*system, {**last, "content": text}]))
        if not short and system:
            return (*self._cut(talk)[:1], dropped + 1, len(last["content"]))
        return [*system, {**last, "content": short}], dropped, len(last["content"]) - len(short)

    def _fits(self, turns: list[Turn]) -> bool:
        return not self.limits.prompt or len(self.ids(turns, answering=True)) <= self.limits.prompt

    def _side(self, ids: list[int], shared: int) -> Side:
        kept = ids[: self.limits.total]
        mask = tuple(int(place >= shared) for place in range(len(kept)))
        return Side(ids=tuple(kept), mask=mask, cut=len(ids) - len(kept))

    def _flaws(
        self, prompt_ids: list[int], shared: int, both: list[list[int]], sides: list[Side]
    ) -> frozenset[Flaw]:
        tests = {
            Flaw.NO_ROOM: shared >= self.limits.total,
            Flaw.IDENTICAL: sides[0].ids == sides[1].ids,
            Flaw.ANSWER_CUT: any(side.cut for side in sides),
            Flaw.NO_END: not all(self._ends(ids[shared:]) for ids in both),
            Flaw.SPLIT_PROMPT: shared < len(prompt_ids),
            Flaw.DOUBLED_START: self._starts_twice(prompt_ids),
            Flaw.DOUBLED_END: any(self._ends_twice(ids[shared:]) for ids in both),
            Flaw.BEYOND_VOCABULARY: bool(self.limits.vocabulary)
            and max(max(ids, default=0) for ids in both) >= self.limits.vocabulary,
        }
        return frozenset(flaw for flaw, is_there in tests.items() if is_there)

    def _ends(self, answer_ids: list[int]) -> bool:
        """The answer's last visible token is a special one (Qwen and others put a newline behind it)."""
        for token in reversed(answer_ids):
            if token in self._marks:
                return True
            if self._is_visible(token):
                return False
        return False

    def _marks_in_text(self, turns: Sequence[Turn], answers: Sequence[str]) -> frozenset[Flaw]:
        """The tokenizer's own marks, written out in what people or models wrote."""
        places = {Flaw.MARK_IN_ANSWER: answers, Flaw.MARK_IN_PROMPT: [turn["content"] for turn in turns]}
        return frozenset(flaw for flaw, texts in places.items() if any(map(self._written_mark.search, texts)))

    def _ends_twice(self, answer_ids: list[int]) -> bool:
        seen = [token for token in answer_ids[-4:] if token in self._marks or self._is_visible(token)]
        return len(seen) > 1 and seen[-1] == seen[-2] and seen[-1] in self._marks

    def _is_visible(self, token: int) -> bool:
        return bool(self.tokenizer.decode([token]).strip())

    def _starts_twice(self, ids: list[int]) -> bool:
        start = self.tokenizer.bos_token_id
        return start is not None and ids[:2] == [start, start]


def load(path: str, revision: str | None = None) -> Any:
    """The tokenizer of a folder or a Hub name.

    Raises:
        ModelMissing: there is none, or it is gated, or it cannot be read.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(path, revision=revision)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise errors.ModelMissing(f"The tokenizer of {path} cannot be loaded: {first}") from error


def prepare(tokenizer: Any, template: Template, limits: Limits) -> Renderer:
    """Choose the chat template, try it with and without a system turn, and say how to use it.

    The tokenizer's chat_template is set, so that TRL and everyone who loads the result use the same one.

    Raises:
        RecipeError: the model has no template of its own, or no end mark for ChatML to use.
    """
    if template is Template.CHATML:
        if not tokenizer.eos_token:
            raise errors.RecipeError(
                "This tokenizer has no end mark, so ChatML cannot say where an answer ends."
            )
        tokenizer.chat_template = CHATML
    elif not tokenizer.chat_template:
        raise errors.RecipeError(
            "This model has no chat template of its own: it is a base model. Set template to chatml."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    added = {token: about.content for token, about in tokenizer.added_tokens_decoder.items() if about.special}
    written = sorted({*tokenizer.all_special_tokens, *added.values()}, key=len, reverse=True)
    return Renderer(
        tokenizer=tokenizer, limits=limits, folds_system=not system_turn.is_kept(tokenizer),
        template=template,
        _marks=frozenset({*tokenizer.all_special_ids, *added}),
        _written_mark=re.compile("|".join(map(re.escape, written)) or "(?!)"),
    )  # fmt: skip


def _common_prefix(ids: Sequence[int], others: Sequence[int]) -> int:
    length = 0
    for token, other in zip(ids, others, strict=False):
        if token != other:
            break
        length += 1
    return length


def _longest_end(text: str, fits: Callable[[str], bool]) -> str:
    """The longest end of a text that fits, by halving; "" where even the last character does not."""
    low, high = 0, len(text)  # an end of `low` characters fits, one of `high` does not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[-middle:]) else (low, middle)
    return text[-low:] if low else ""
