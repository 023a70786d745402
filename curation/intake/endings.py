"""Why an answer ended ("stop", "length"), where that stands beside the answer and in no column of its own."""

from collections.abc import Mapping

_KEYS = ("finish_reason", "stop_reason")  # of OpenAI and vLLM, and of Anthropic
_SHORT = 100  # characters: longer is no reason


def beside(answer: object) -> str:
    """What the answer's object, or the last message of its list, says; "" where it says nothing."""
    last = answer[-1] if isinstance(answer, list) and answer else answer
    if not isinstance(last, Mapping):
        return ""
    said = next((last[key] for key in _KEYS if key in last), None)
    return said if isinstance(said, str) and len(said) < _SHORT and "\0" not in said else ""
