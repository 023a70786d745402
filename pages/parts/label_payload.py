"""One pair as the label screen gets it: sanitised HTML, and what its decision has to name."""

from curation import text
from curation.labelling import queue
from pages.parts.pair_view import markup


def of(task: queue.Task, guideline_version: int) -> dict[str, object]:
    """What the browser needs to show a task; neither models nor anybody's verdict are in it."""
    edges = [markup.edges(answer) for answer in (task.left_text, task.right_text)]
    return {
        "id": task.pair_id,
        "round": task.round,
        "text": task.text_id,
        "left_answer": task.left.value,
        "guideline": guideline_version,
        "supersedes": task.supersedes,
        "context": [
            {"speaker": message.speaker.value, "html": _html(message.content)} for message in task.context
        ],
        "prompt": _html(task.prompt),
        "answers": [_html(task.left_text), _html(task.right_text)],
        "edges": edges,
    }


def _html(raw: str) -> str:
    return markup.render(raw) if text.visible(raw) else '<p class="nothing">Empty.</p>'
