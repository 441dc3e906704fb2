"""The pages of tasks: each module brings one blueprint; here they are put on the application."""

from collections.abc import Sequence

from flask import Blueprint, Flask

from services.tasks.web.deps import Deps


def register_pages(app: Flask, dependencies: Deps) -> None:
    """Put every page on the application.

    :param dependencies: says which pages exist (the simulated clock's only in development).
    """
    for blueprint in _blueprints(dependencies):
        app.register_blueprint(blueprint)


def _blueprints(dependencies: Deps) -> Sequence[Blueprint]:
    """Return the blueprints, those about one thing first, then those that list things."""
    return []
