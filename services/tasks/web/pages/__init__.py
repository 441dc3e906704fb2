"""The pages of tasks: each module brings one blueprint; here they are put on the application."""

from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Flask

from services.tasks.web.deps import Deps
from services.tasks.web.pages import (
    access,
    account,
    acts,
    agencies,
    board,
    clock,
    deputies,
    evidence,
    exports,
    feeds,
    figures,
    invitations,
    my_day,
    oidc,
    overview,
    people,
    plan,
    requests,
    saved,
    signing,
    steering,
    task,
)
from services.tasks.web.pages.problems import tell_domain_errors
from shared.web.assets import asset

_STATIC = Path(__file__).parents[1] / "static"


def register_pages(app: Flask, dependencies: Deps) -> None:
    """Put every page on the application.

    :param dependencies: says which pages exist (the simulated clock's only in development).
    """
    tell_domain_errors(app)
    for blueprint in _blueprints(dependencies):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["page_asset"] = _page_asset


def _blueprints(dependencies: Deps) -> Sequence[Blueprint]:
    """Return the blueprints, those about one thing first, then those that list things."""
    files = Blueprint(
        "tasks", __name__, static_folder=str(_STATIC), static_url_path="/tinh/nhiem-vu"
    )
    found = [
        files,
        signing.blueprint,
        account.blueprint,
        access.blueprint,
        deputies.blueprint,
        people.blueprint,
        invitations.blueprint,
        task.blueprint,
        requests.blueprint,
        steering.blueprint,
        acts.blueprint,
        figures.blueprint,
        evidence.blueprint,
        board.blueprint,
        exports.blueprint,
        saved.blueprint,
        feeds.blueprint,
        my_day.blueprint,
        overview.blueprint,
        plan.blueprint,
        agencies.blueprint,
    ]
    if dependencies.oidc is not None:
        found.append(oidc.blueprint)
    if dependencies.development and dependencies.clock_file is not None:
        found.append(clock.blueprint)
    return found


def _page_asset(name: str) -> str:
    """Return the address of a style or script of these pages, with its fingerprint."""
    return asset(name, "tasks")
