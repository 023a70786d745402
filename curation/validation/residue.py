"""V09, V10, V11: what a pipeline has left in a text. Pure functions of texts."""

import re

from curation import text

# A special token that no prose and no mark-up has: it counts wherever it stands.
_ANYWHERE = re.compile(
    r"<\|[A-Za-z0-9_▁ -]{2,40}\|>|<｜[^｜<>\n]{2,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|<\|(?:system|user|assistant)\|>|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|</?tool_call>|<(?:bos|eos|pad|unk)>"
    r"|\n\n(?:Human|Assistant): "
    r"|(?:^|\n)### ?(?:Instruction|Response|Human|Assistant|User|System|Input|Output):"
)
# These are also mark-up (<s> strikes through) or subjects of prose ([MASK]): they count at an end only.
_START = re.compile(
    r"\s*(?:</?s>|\[(?:CLS|SEP|PAD|BOS|EOS)\]|(?:Human|Assistant|ASSISTANT|USER|"
    r"<?(?:assistant|user|system)>?) ?: ?|(?:assistant|user|system)\n)"
)
_END = re.compile(
    r"(?:</s>|(?<![^\s.!?])<s>|\[(?:CLS|SEP|PAD|BOS|EOS)\]|\n\s*(?:Human|User|USER|Assistant|ASSISTANT):)\s*$"
)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ECHO_LEAST, _ECHO_MOST = 20, 200


def template_token(content: str) -> str | None:
    """The first chat-template token or role marker in an answer (V09); None where there is none.

    Source: the special tokens and turn markers of the chat templates of Llama 2 and 3, Mistral, Gemma,
    ChatML (Qwen, Phi), DeepSeek, Zephyr, Vicuna, Alpaca and Anthropic's HH text.
    """
    found = _START.match(content) or _ANYWHERE.search(content) or _END.search(content[-40:])
    return None if found is None else found[0].strip()


def token_spans(content: str) -> list[tuple[int, int]]:
    """Every place that `template_token` would name, in order; characters, from and before."""
    tail = max(0, len(content) - 40)
    found = [each.span() for each in _ANYWHERE.finditer(content)]
    start, end = _START.match(content), _END.search(content[-40:])
    found += [start.span()] if start else []
    found += [(tail + end.start(), tail + end.end())] if end else []
    apart: list[tuple[int, int]] = []
    for span in sorted(found):
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def garbled(content: str) -> str | None:
    """What shows that bytes were read in a wrong encoding (V10); None where nothing does.

    Code in fences is left alone: it may hold any bytes on purpose. Source of the test for mojibake:
    Speer (2019), ftfy, badness heuristic.
    """
    if "\ufffd" in content:
        return "a replacement character (U+FFFD)"
    if content.isascii() and content.isprintable():
        return None
    prose = _FENCE.sub(" ", content) if "```" in content else content
    control = _CONTROLS.search(prose)
    if control is not None:
        return f"a control character (U+{ord(control[0]):04X})"
    if prose.isascii():
        return None
    # Loaded here: it takes a quarter of a second, and most processes never ask.
    from ftfy import badness

    return "text read in a wrong encoding" if badness.is_bad(prose) else None


def echoes(prompt: str, answer: str) -> bool:
    """The answer begins with the prompt, 20 characters of it at least (V11)."""
    opening = text.folded(prompt[: 2 * _ECHO_MOST])[:_ECHO_MOST]
    if len(opening) < _ECHO_LEAST:
        return False
    return text.folded(answer[: 4 * _ECHO_MOST]).lstrip("\"'“ ").startswith(opening)
