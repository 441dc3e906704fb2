"""The web application of scoring: common shell, pages, API."""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from services.scoring.web.api import blueprint as api
from services.scoring.web.deps import Deps, install
from services.scoring.web.pages import blueprint as pages
from shared.web import WebConfig, create_app
from shared.web.plan_label import PlanLabel


def make_app(dependencies: Deps, config: WebConfig, *, texts: Sequence[Path]) -> Flask:
    """Return the application.

    :param texts: catalogues of this service; the shell brings its own.
    """
    app = create_app(
        "services.scoring.web",
        config,
        clock=dependencies.clock,
        texts=list(texts),
        plan_label=PlanLabel(dependencies.queries.newest_plan),
    )
    install(app, dependencies)
    app.register_blueprint(pages)
    app.register_blueprint(api)
    return app
