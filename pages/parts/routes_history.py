"""Routes of the label screen that look back: a person's decisions, and the plain text of a pair."""

from starlette.requests import Request
from starlette.routing import Route

from curation.labelling import queue
from pages.parts import label_past, routes_label, session


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route("/api/label/past", routes_label.endpoint(_past), methods=["GET"]),
        Route("/api/label/text/{pair_id}", routes_label.endpoint(_text), methods=["GET"]),
    ]


def _past(_request: Request, bearer: routes_label.Bearer, _body: object) -> dict[str, object]:
    return label_past.listed(session.database(), bearer.annotator_id)


def _text(request: Request, bearer: routes_label.Bearer, _body: object) -> dict[str, object]:
    """Fetched when somebody begins to rewrite: every pair would otherwise travel twice."""
    task = queue.task_of(session.database(), bearer.annotator_id, str(request.path_params["pair_id"]))
    return {"answers": [task.left_text, task.right_text]}
