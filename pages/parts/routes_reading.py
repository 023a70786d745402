"""Routes of the label screen that decide nothing: how a person likes the screen, and the guidelines."""

from starlette.requests import Request
from starlette.routing import Route

from curation.errors import InvalidInput
from curation.labelling import guidelines, preferences
from pages.parts import routes_label, session, word_difference
from pages.parts.pair_view import markup


def routes() -> list[Route]:
    """What app.py mounts."""
    return [
        Route("/api/label/preferences", routes_label.endpoint(_prefer), methods=["POST"]),
        Route("/api/label/guidelines", routes_label.endpoint(_guidelines), methods=["GET"]),
    ]


def _prefer(_request: Request, bearer: routes_label.Bearer, body: object) -> dict[str, object]:
    preferences.keep(session.database(), bearer.annotator_id, body, now=session.now())
    return {}


def _guidelines(request: Request, _bearer: routes_label.Bearer, _body: object) -> dict[str, object]:
    """The version in effect, and what is new in it since the one this person has seen."""
    asked = request.query_params.get("seen", "")
    if not asked.isdecimal() or len(asked) > 9:
        raise InvalidInput("seen must be the number of a version.")
    database, seen = session.database(), int(asked)
    now = guidelines.current(database)
    before = guidelines.of_version(database, seen) if seen < now.version else now
    return {
        "version": now.version,
        "changed": None if now.changed is None else f"{now.changed.isoformat()}Z",
        "html": markup.render(now.markdown),
        "difference": word_difference.merged(before.markdown, now.markdown) if before is not now else None,
    }
