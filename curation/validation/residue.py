"""V09, V10, V11: what a pipeline has left in a text. Pure functions of texts."""

import re

from curation import text

# A special token that no prose and no mark-up has: it counts wherever it stands.
_ANYWHERE = re.compile(
    r"<\|[A-Za-z0-9_▁ -]{2,40}\|>|<｜[^｜<>\n]{2,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|<\|(?:system|user|assistant)\|>|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|</?tool_(?:call|response)>|<(?:bos|eos|pad|unk)>|\[\|(?:system|user|assistant|endofturn)\|\]"
    r"|<(?:extra_id_|reserved_|unused)\d{1,4}>|<0x[0-9A-F]{2}>|\[gMASK\]|GPT4 Correct (?:User|Assistant):"
    r"|\n\n(?:Human|Assistant): "
    r"|(?:^|\n)### ?(?:Instruction|Response|Human|Assistant|User|System|Input|Output):"
)
# These are also mark-up (<s> strikes through) or subjects of prose ([MASK]): they count at an end only.
_START = re.compile(
    r"\s*(?:</?s>|\[(?:CLS|SEP|PAD|BOS|EOS)\]|(?:Human|Assistant|ASSISTANT|USER|"
    r"<?(?:assistant|user|system)>?|<(?:human|bot)>) ?: ?|(?:assistant|user|system)\n)"
)
_END = re.compile(
    r"(?:</s>|(?<![^\s.!?])<s>|\[(?:CLS|SEP|PAD|BOS|EOS)\]|\n\s*(?:Human|User|USER|Assistant|ASSISTANT):)\s*$"
)
# What single bytes beyond ASCII become when they are read as Windows-1252.
_BYTES_MISREAD = re.compile("[\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]+")
# ftfy takes an accented letter and a closing quote for two bytes, also where that letter ends a quoted word.
_QUOTED = re.compile(r"“([^\W_][\w '’-]{0,60})”")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ECHO_LEAST, _ECHO_MOST = 20, 200
_QUOTES = "\"'“”‘’«» "
_WORD = re.compile(r"\S+")


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
    return _apart(found)


def garbled(content: str) -> str | None:
    """What shows that bytes were read in a wrong encoding (V10); None where nothing does.

    A control character in a code fence may stand there on purpose. Source of the test for mojibake: Speer
    (2019), ftfy, badness heuristic.
    """
    if "\ufffd" in content:
        return "a replacement character (U+FFFD)"
    if content.isascii() and content.isprintable():
        return None
    prose = _FENCE.sub(" ", content) if "```" in content else content
    control = _CONTROLS.search(prose)
    if control is not None:
        return f"a control character (U+{ord(control[0]):04X})"
    if content.isascii():
        return None
    # Loaded here: it takes a quarter of a second, and most processes never ask.
    from ftfy import badness

    return "text read in a wrong encoding" if badness.is_bad(_plainly_quoted(content)) else None


def garbled_spans(content: str) -> list[tuple[int, int]]:
    """Every place that `garbled` would name, in order; characters, from and before."""
    if garbled(content) is None:
        return []
    from ftfy import badness

    prose = _FENCE.sub(lambda fence: " " * len(fence[0]), content)
    found = [each.span() for each in re.finditer("\ufffd+", content)]
    found += [each.span() for each in _CONTROLS.finditer(prose)]
    for each in badness.BADNESS_RE.finditer(_plainly_quoted(content)):
        start = next(place for place in range(*each.span()) if not content[place].isascii())
        rest = _BYTES_MISREAD.match(content, each.end())
        found.append((start, each.end() if rest is None else rest.end()))
    return _apart(found)


def _plainly_quoted(content: str) -> str:
    """The same text, sign for sign, with straight quotes around words that stand in curly ones."""
    return _QUOTED.sub(r'"\1"', content) if "“" in content else content


def echoes(prompt: str, answer: str) -> bool:
    """The answer begins with the prompt, 20 characters of it at least (V11).

    Letter case counts: a title that an answer sets in capitals is its heading, and no echo.
    """
    opening = _said(prompt[: 2 * _ECHO_MOST])[:_ECHO_MOST]
    return len(opening) >= _ECHO_LEAST and _said(answer[: 4 * _ECHO_MOST]).startswith(opening)


def echo_end(prompt: str, answer: str) -> int:
    """How many characters the echo at the beginning of an answer takes; 0 where there is none.

    Where the answer goes on otherwise before the prompt ends, it is what both share.
    """
    if not echoes(prompt, answer):
        return 0
    wanted = _said(prompt)
    words = list(_WORD.finditer(answer[: 4 * len(prompt) + 40]))
    said = [text.visible(word[0]) for word in words]
    said[0] = said[0].lstrip(_QUOTES)
    shared = 0
    for given, asked in zip(said, wanted.split(), strict=False):
        if given != asked and not (shared == len(wanted.split()) - 1 and given.startswith(asked)):
            break
        shared += 1
    end = words[shared - 1].end() if shared else 0
    closing = answer[end : end + 1]
    return end + 1 if closing and closing in "\"”’'" else end


def _said(content: str) -> str:
    return " ".join(text.visible(content).split()).lstrip(_QUOTES)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(spans):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
