"""What can be wrong with a rendered pair, in sentences. Knows no tokenizer: the app process imports it."""

from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong with a rendered pair."""

    NO_ROOM = "no_room"
    IDENTICAL = "identical"
    ANSWER_CUT = "answer_cut"
    NO_END = "no_end"
    SPLIT_PROMPT = "split_prompt"
    DOUBLED_START = "doubled_start"
    DOUBLED_END = "doubled_end"
    MARK_IN_ANSWER = "mark_in_answer"
    MARK_IN_PROMPT = "mark_in_prompt"
    BEYOND_VOCABULARY = "beyond_vocabulary"

    @property
    def excludes(self) -> bool:
        """The pair teaches nothing, so it is left out and counted."""
        return self in (Flaw.NO_ROOM, Flaw.IDENTICAL)

    @property
    def breaks_training(self) -> bool:
        """Not a matter of one pair: tokenizer and model do not fit together."""
        return self is Flaw.BEYOND_VOCABULARY

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Flaw.NO_ROOM: "The prompt alone fills max_length, so nothing of the answers is left.",
    Flaw.IDENTICAL: "Both answers are the same after being cut to max_length.",
    Flaw.ANSWER_CUT: "An answer is longer than max_length and loses its end, with it the mark to stop at.",
    Flaw.NO_END: "The template puts no end mark after an answer, so the model does not learn to stop.",
    Flaw.SPLIT_PROMPT: "The template writes the prompt differently once an answer follows, so training and "
    "use see different prompts.",
    Flaw.DOUBLED_START: "The text begins with two start marks.",
    Flaw.DOUBLED_END: "An answer ends with two end marks, so the model learns to write one and go on.",
    Flaw.MARK_IN_ANSWER: "An answer has a special token of this tokenizer written out in its text, which the "
    "model would learn to produce.",
    Flaw.MARK_IN_PROMPT: "A prompt has a special token of this tokenizer written out in its text, which the "
    "model takes for the end of a turn.",
    Flaw.BEYOND_VOCABULARY: "The tokenizer has more tokens than the model has embeddings. "
    "Use the tokenizer that belongs to the model.",
}
