"""The REST API of tasks under ``/api/v1``: OpenAPI at ``/api/openapi.json``, page ``/api/docs``."""

from flask import Flask

from services.tasks.web import auth
from services.tasks.web.api import docs
from services.tasks.web.api.assignments import blueprint as assignments
from services.tasks.web.api.blueprints import Api
from services.tasks.web.api.coordination import blueprint as coordination
from services.tasks.web.api.measurements import blueprint as measurements
from services.tasks.web.api.plans import blueprint as plans
from services.tasks.web.api.requests import blueprint as requests
from services.tasks.web.api.sessions import blueprint as sessions
from services.tasks.web.api.together import blueprint as together

PREFIX = "/api/v1"


def register_api(app: Flask) -> None:
    """Add the API to the application that holds the dependencies."""
    app.config.update(
        API_TITLE="CCHC – nhiệm vụ (tasks)",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app, auth.SECURITY_SCHEMES)
    for blueprint in (sessions, plans, assignments, together, measurements, requests, coordination):
        api.add(blueprint, PREFIX)
    docs.publish(app, api)
