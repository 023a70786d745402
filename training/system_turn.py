"""Templates without a system turn: recognised, and the turn folded into the first user turn."""

from collections.abc import Sequence
from typing import Any

Turn = dict[str, str]  # {"role": …, "content": …}
_MARK = "PairloomSystemTurn"


def is_kept(tokenizer: Any) -> bool:
    """The template takes a system turn and its text appears in what it writes."""
    turns = [{"role": "system", "content": _MARK}, {"role": "user", "content": "?"}]
    try:
        return _MARK in tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except Exception:
        return False  # templates refuse with whatever exception their author chose


def folded(turns: Sequence[Turn]) -> list[Turn]:
    """The system turn's text at the head of the first user turn, an empty line between."""
    if not turns or turns[0]["role"] != "system":
        return list(turns)
    system, first, *rest = turns
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]
