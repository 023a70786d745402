"""What a preflight finds in the text as this tokenizer writes it: lengths, template, marks, vocabulary."""

from collections.abc import Iterator
from dataclasses import dataclass

from training.findings import Finding, Severity
from training.flaws import Flaw
from training.measured import Measured, Touched
from training.recipe import DpoRecipe

_CUT_SHARE = 0.01  # rule V24: max_length should cover 99 % of the pairs
_LEFT_OUT_SHARE = 0.05  # beyond it the run trains on something else than was released (choice)
_MARK_SHARE = (
    0.01  # text about markup holds a mark now and then; more means another model's template (choice)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """From how many pairs on a flaw matters.

    Attributes:
        warns, stops: shares of the pairs beyond which it is a warning and an error; 1.0: never.
        words: said before the number.
        advice: said after it.
    """

    name: str
    words: str
    advice: str
    warns: float = 0.0
    stops: float = 1.0


_RULES = {
    Flaw.NO_ROOM: _Rule(
        name="prompts-too-long", stops=_LEFT_OUT_SHARE,
        words="Pairs whose prompt leaves no room for an answer",
        advice="They are left out, as TRL does without a word. Raise max_length.",
    ),
    Flaw.IDENTICAL: _Rule(
        name="same-after-cut", stops=_LEFT_OUT_SHARE, words="Pairs whose answers are equal once they are cut",
        advice="They are left out. Raise max_length.",
    ),
    Flaw.ANSWER_CUT: _Rule(
        name="pairs-cut", warns=_CUT_SHARE, words="Pairs that lose the end of an answer",
        advice="With it goes the mark to stop at. Raise max_length.",
    ),
    Flaw.NO_END: _Rule(
        name="template-no-end", words="Pairs without an end mark after an answer",
        advice="The model would not learn to stop. Mend the template, or set template to chatml.",
    ),
    Flaw.SPLIT_PROMPT: _Rule(
        name="template-split-prompt", words="Pairs whose prompt is written otherwise once an answer follows",
        advice="Training and use see different prompts. Mend the template, or set template to chatml.",
    ),
    Flaw.DOUBLED_START: _Rule(
        name="template-doubled-start", words="Pairs whose text begins with two start marks",
        advice="The template writes one and the tokenizer adds another. Take one of them out.",
    ),
    Flaw.DOUBLED_END: _Rule(
        name="template-doubled-end", words="Pairs with an answer that ends with two end marks",
        advice="The answer brings one along. Release again with the marks stripped.",
    ),
    Flaw.MARK_IN_ANSWER: _Rule(
        name="marks-in-answers", stops=_MARK_SHARE,
        words="Pairs with a special token of this tokenizer written out in an answer",
        advice="The model would learn to produce it. Release again without them.",
    ),
    Flaw.MARK_IN_PROMPT: _Rule(
        name="marks-in-prompts",
        words="Pairs with a special token of this tokenizer written out in a prompt",
        advice="The model takes it for the end of a turn. Release again without them.",
    ),
    Flaw.BEYOND_VOCABULARY: _Rule(
        name="tokens-beyond-vocabulary", stops=0.0,
        words="Pairs with a token that the model has no embedding for",
        advice="Use the tokenizer that belongs to the model.",
    ),
}  # fmt: skip


def of(measured: Measured, settings: DpoRecipe) -> Iterator[Finding]:
    """Findings about lengths, template and tokenizer; what is in order is information."""
    for flaw, rule in _RULES.items():
        yield _of_flaw(rule, measured.touched(flaw), measured.pairs)
    yield _prompts_cut(measured, settings)
    yield _longest(measured, settings)
    yield from _of_tokens(measured)


def _of_flaw(rule: _Rule, touched: Touched, pairs: int) -> Finding:
    severity, limit = Severity.INFORMATION, rule.warns
    if touched.count > rule.stops * pairs:
        severity, limit = Severity.ERROR, rule.stops
    elif touched.count > rule.warns * pairs:
        severity = Severity.WARNING
    words = f"{rule.words}: {touched.count} of {pairs}."
    return Finding(
        id=rule.name,
        severity=severity,
        value=touched.count,
        threshold=limit * pairs,
        message=f"{words} {rule.advice}" if touched.count else words,
        pairs=touched.first,
    )


def _prompts_cut(measured: Measured, settings: DpoRecipe) -> Finding:
    count = measured.prompts_cut.count
    what = "They lose their oldest turns, then the start of the last turn." if count else ""
    return Finding(
        id="prompts-cut",
        severity=Severity.WARNING if count else Severity.INFORMATION,
        value=count,
        threshold=0,
        message=f"Prompts longer than {settings.max_prompt_length or settings.max_length} tokens: {count} of "
        f"{measured.pairs}. {what}".strip(),
        pairs=measured.prompts_cut.first,
    )


def _longest(measured: Measured, settings: DpoRecipe) -> Finding:
    return Finding(
        id="longest-pair",
        severity=Severity.INFORMATION,
        value=measured.longest,
        threshold=settings.max_length,
        message=f"The longest prompt with its answer has {measured.longest} tokens, the mean is "
        f"{measured.mean:.0f}; max_length is {settings.max_length}.",
    )


def _of_tokens(measured: Measured) -> Iterator[Finding]:
    tokens = measured.tokens
    if measured.with_system:
        kept = "keeps it" if not tokens.folds_system else (
            "refuses or leaves it out, so its text goes to the head of the first user turn"
        )  # fmt: skip
        yield Finding(
            id="template-system",
            severity=Severity.INFORMATION,
            value=measured.with_system,
            message=f"Pairs with a system turn: {measured.with_system}. The model's template {kept}.",
        )
    if tokens.pads_with_end:
        yield Finding(
            id="pad-is-end",
            severity=Severity.INFORMATION,
            message=f"Padding and the end of an answer are one token, {tokens.end}. Here the loss goes by "
            "length and still covers the end; a trainer that leaves padding out by its token would not.",
        )
    if tokens.embedded:
        yield _vocabulary(tokens.known, tokens.embedded)


def _vocabulary(known: int, embedded: int) -> Finding:
    words = f"The tokenizer has {known} tokens, the model {embedded} embeddings."
    too_many = known > embedded
    advice = " No pair uses the ones beyond, but a prompt may. Use the tokenizer that belongs to the model."
    return Finding(
        id="vocabulary",
        severity=Severity.WARNING if too_many else Severity.INFORMATION,
        value=known,
        threshold=embedded,
        message=words + (advice if too_many else ""),
    )
