"""Routes of the label screen that decide nothing: how a person likes the screen."""

from starlette.requests import Request
from starlette.routing import Route

from curation.labelling import preferences
from pages.parts import routes_label, session


def routes() -> list[Route]:
    """What app.py mounts."""
    return [Route("/api/label/preferences", routes_label.endpoint(_prefer), methods=["POST"])]


def _prefer(_request: Request, bearer: routes_label.Bearer, body: object) -> dict[str, object]:
    preferences.keep(session.database(), bearer.annotator_id, body, now=session.now())
    return {}
