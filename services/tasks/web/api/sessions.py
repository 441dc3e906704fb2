"""``POST /auth/token``: a bearer token for programs; ``GET /me``: who the token stands for."""

from typing import Any

from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.auth import SECURITY, actor, public, signed_in
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems
from services.tasks.web.deps import deps

blueprint = handle_problems(new_blueprint("api_sessions", __name__, "Đăng nhập – signing in"))


@blueprint.route("/auth/token", methods=["POST"])
@public
@blueprint.arguments(inputs.SignInSchema)
@blueprint.response(200, schemas.TokenSchema)
def issue_token(given: dict[str, str]) -> Any:
    """Give a token for a name and a password; it lasts twelve hours.

    Five wrong tries make one wait (429 with Retry-After), longer each time.
    """
    sessions = deps().sessions
    token, expires_at = sessions.issue_token(given["username"], given["password"])
    found = sessions.find_token(token)
    return {
        "token": token,
        "expires_at": expires_at,
        "officer": found.actor if found else None,
    }


@blueprint.route("/me")
@signed_in
@blueprint.response(200, schemas.OfficerSchema)
@blueprint.doc(security=SECURITY)
def me() -> Any:
    """Tell who calls."""
    return actor()
