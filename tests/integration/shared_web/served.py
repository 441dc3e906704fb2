"""``python -m tests.integration.shared_web.served <port>``: a web with one slow page."""

import sys

from flask import Flask

from shared.lifecycle import Stop
from shared.web.server import serve


def factory() -> Flask:
    app = Flask(__name__)

    @app.get("/quick")
    def quick() -> str:
        return "quick"

    @app.get("/slow")
    def slow() -> str:
        print("slow began", flush=True)  # noqa: T201 - the test waits for this word
        Stop().wait(3)
        return "slow"

    return app


if __name__ == "__main__":
    serve(
        factory,
        "127.0.0.1",
        int(sys.argv[1]),
        on_worker_start=lambda: print("worker began", flush=True),  # noqa: T201 - the same
        on_worker_stop=lambda: print("worker ended", flush=True),  # noqa: T201 - the same
    )
