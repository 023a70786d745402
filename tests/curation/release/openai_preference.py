"""What OpenAI and Azure document of a line of a preference fine-tuning file, as a check.

Source: the guides "Direct preference optimization" of OpenAI and of Azure: input.messages holds the
conversation, preferred_output and non_preferred_output each one assistant message with text.
"""

from typing import Any

_ROLES = {"system", "user", "assistant", "developer", "tool"}
_INPUT = {"messages", "tools", "parallel_tool_calls"}


def faults(line: dict[str, Any]) -> list[str]:
    """Everything that would make the service refuse a line; empty where nothing would."""
    found = []
    if set(line) != {"input", "preferred_output", "non_preferred_output"}:
        found.append(f"keys {sorted(line)}")
        return found
    if not set(line["input"]) <= _INPUT or not line["input"].get("messages"):
        found.append("input")
    else:
        found += [f"message {m}" for m in line["input"]["messages"] if not _is_message(m, _ROLES)]
        if line["input"]["messages"][-1]["role"] != "user":
            found.append("the input does not end with the user's turn")
    for side in ("preferred_output", "non_preferred_output"):
        if len(line[side]) != 1 or not _is_message(line[side][0], {"assistant"}):
            found.append(side)
    return found


def _is_message(message: Any, roles: set[str]) -> bool:
    return (
        isinstance(message, dict)
        and set(message) == {"role", "content"}
        and message["role"] in roles
        and isinstance(message["content"], str)
        and message["content"] != ""
    )
