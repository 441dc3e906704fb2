"""Makes the application of one web: shell, texts, identity, errors, headers, measurements."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Blueprint, Flask, Response, g, request
from flask_compress import Compress
from markupsafe import Markup

from shared.clock import LOCAL, BusinessClock
from shared.logs import correlated
from shared.texts import Texts
from shared.web import assets, formats, identity, language, navigation, safety
from shared.web.config import WebConfig
from shared.web.guards import CONFIG
from shared.web.metrics import REQUEST_SECONDS
from shared.web.problems import register_errors

SHELL_TEXTS = Path(__file__).with_name("texts.csv")
THEMES = ("light", "dark")
THEME_COOKIE = "cchc_theme"
CORRELATION_HEADER = "X-Correlation-ID"

_log = logging.getLogger(__name__)


def create_app(
    import_name: str,
    config: WebConfig,
    *,
    clock: BusinessClock,
    texts: Sequence[Path],
    identify: identity.Identify | None = None,
    plan_label: Callable[[], str] | None = None,
) -> Flask:
    """Return an application with the common shell; the caller adds its blueprints.

    It also sets ``secret_key`` when its views flash: what was said is kept in a signed cookie.

    :param import_name: package of the web, whose templates and static files it has.
    :param texts: catalogues of the service; the shell brings its own.
    :param identify: tells who asks; by default the signed identity cookie does.
    :param plan_label: the plan and edition that the top bar names.
    """
    app = Flask(import_name, static_folder=None)
    app.config.update(COMPRESS_ALGORITHM=["gzip"], COMPRESS_LEVEL=5, COMPRESS_MIN_SIZE=1024)
    # On one host with three ports the webs share their cookies: each has a name of its own.
    app.config.update(
        SESSION_COOKIE_NAME=f"cchc_{config.service}_said",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not config.development,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions[CONFIG] = config
    language.install(app, Texts.load([SHELL_TEXTS, *texts]))
    identity.install(
        app, identify or identity.by_signature(config.addresses.identity_public_key_file)
    )
    _follow_requests(app)
    register_errors(app)
    safety.install(app, config)
    assets.install(app)
    formats.install(app)
    Compress(app)
    _register_shell(app)
    _give_templates(app, config, clock, plan_label or (lambda: ""))
    return app


def _register_shell(app: Flask) -> None:
    shell = Blueprint(
        "shell",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/shell",
    )
    app.register_blueprint(shell)


def _give_templates(
    app: Flask, config: WebConfig, clock: BusinessClock, plan_label: Callable[[], str]
) -> None:
    app.jinja_env.globals.update(
        t=language.t,
        language=language.language,
        icon=assets.icon,
        asset=assets.asset,
        csrf_token=safety.csrf_token,
        csrf_field=_csrf_field,
        tasks_home=config.addresses.tasks_url.rstrip("/"),
        development=config.development,
        simulated=clock.simulated,
        clock_now=lambda: clock.now().astimezone(LOCAL),
        plan_label=plan_label,
        theme=_theme,
    )

    @app.context_processor
    def person() -> dict[str, object]:
        me = identity.find()
        return {
            "me": me,
            "navigation": navigation.items(config.addresses, me),
            "here": config.own_base + request.full_path.rstrip("?"),
        }


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(
        safety.CSRF_FIELD, safety.csrf_token()
    )


def _theme() -> str:
    """Return light or dark as chosen, or "" to follow the system."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _follow_requests(app: Flask) -> None:
    """Give each request a correlation id, its time to the metrics, a line to the log."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.correlated = correlated()
        g.correlation_id = g.correlated.__enter__()

    @app.after_request
    def measure(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.began if "began" in g else 0.0
        status = f"{response.status_code // 100}xx"
        REQUEST_SECONDS.labels(request.method, route, status).observe(seconds)
        if "correlation_id" in g:
            response.headers[CORRELATION_HEADER] = g.correlation_id
        if not (request.endpoint or "").endswith("static"):
            _log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": route,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000),
                },
            )
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        scope = g.pop("correlated", None)
        if scope is not None:
            scope.__exit__(None, None, None)
