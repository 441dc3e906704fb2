"""gunicorn's own words as JSON lines like all others; each request is logged by the shell."""

import logging
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger


class Logger(GunicornLogger):  # type: ignore[misc]
    """Hands gunicorn's log over to the process's own."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log = logging.getLogger("gunicorn.error")
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.access_log.disabled = True

    def access(self, *_arguments: Any, **_named: Any) -> None:
        """Say nothing: the shell logs each request with its route and correlation id."""
