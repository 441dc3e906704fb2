"""The look and the mechanics that the three webs share: shell, identity, guards, errors."""

from shared.web.app import create_app
from shared.web.config import WebConfig
from shared.web.guards import public, roles, signed_in

__all__ = ["WebConfig", "create_app", "public", "roles", "signed_in"]
