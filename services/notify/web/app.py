"""The web application of notify: common shell, pages, the address that takes receipts."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from services.notify.web.deps import Deps, install
from services.notify.web.pages import blueprint as pages
from services.notify.web.receipts import blueprint as receipts
from shared.web import WebConfig, create_app
from shared.web.plan_label import PlanLabel


def make_app(dependencies: Deps, config: WebConfig, *, texts: Sequence[Path]) -> Flask:
    """Return the application.

    :param texts: catalogues of this service; the shell brings its own.
    """
    app = create_app(
        "services.notify.web",
        config,
        clock=dependencies.clock,
        texts=list(texts),
        plan_label=PlanLabel(dependencies.queries.newest_plan),
    )
    # Signs what is flashed; the receipts' own key is not to be had from it.
    app.secret_key = hashlib.sha256(b"flash|" + dependencies.receipt_secret.encode()).digest()
    install(app, dependencies)
    app.register_blueprint(pages)
    app.register_blueprint(receipts)
    return app
