"""``POST /auth/token``: a bearer token for programs; ``GET /me``: who the token stands for."""

from typing import Any

from services.tasks.domain.scopes import Scope
from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems
from services.tasks.web.auth import SECURITY, actor, public, scoped, session, signed_in
from services.tasks.web.deps import deps
from services.tasks.web.identity import identity_of, short_lived

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


@blueprint.route("/auth/identity", methods=["POST"])
@signed_in
@scoped(*Scope)
@blueprint.response(200, schemas.IdentitySchema)
@blueprint.doc(security=SECURITY)
def lend_identity() -> Any:
    """Give a signed identity, the bearer for the APIs of scoring and notify; it lasts nine minutes.

    They cannot look a token up, because only tasks keeps them, and know no scopes: so it needs
    a token with all of them.
    """
    signed, until = short_lived(identity_of(session()))
    return {"identity": signed, "expires_at": until}


@blueprint.route("/me")
@signed_in
@blueprint.response(200, schemas.OfficerSchema)
@blueprint.doc(security=SECURITY)
def me() -> Any:
    """Tell who calls."""
    return actor()
