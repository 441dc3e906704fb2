"""The one door to Authlib: an OpenID provider as another way to prove who one is.

Authlib makes and checks state, nonce and PKCE (S256), reads the provider's discovery document and
keys, and verifies the ID token's signature, issuer, audience and time.
"""

import dataclasses
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]
from flask import Flask, Response
from joserfc.errors import JoseError

from services.tasks.config import OidcSettings

_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS = 10


class ProviderError(Exception):
    """The provider refused, could not be reached, or what came back proves nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whom the provider vouches for; ``hint`` is shown to it again at signing out."""

    issuer: str
    subject: str
    hint: str


class Oidc:
    """A provider, as the pages use it."""

    def __init__(self, app: Flask, settings: OidcSettings) -> None:
        self.name = settings.name
        self._issuer = settings.issuer
        self._client: Any = OAuth(app).register(
            "oidc",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=settings.issuer.rstrip("/") + _DISCOVERY,
            client_kwargs={
                "scope": "openid",
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT_SECONDS,
            },
        )

    def begin(self, callback: str) -> Response:
        """Return the redirect to the provider; the browser keeps state, nonce and verifier.

        :raises ProviderError: when the provider cannot be reached.
        """
        try:
            self._check_issuer()
            redirect: Response = self._client.authorize_redirect(callback)
        except (AuthlibBaseError, requests.RequestException, RuntimeError) as error:
            raise ProviderError from error
        return redirect

    def finish(self) -> Proof:
        """Return whom the provider vouches for, from the request that came back from it.

        :raises ProviderError: a state that this browser does not know, a refusal, a bad token.
        """
        try:
            token = self._client.authorize_access_token()
        except (AuthlibBaseError, JoseError, requests.RequestException) as error:
            raise ProviderError from error
        claims = token.get("userinfo") or {}
        if claims.get("iss") != self._issuer or not claims.get("sub"):
            raise ProviderError
        return Proof(issuer=self._issuer, subject=claims["sub"], hint=token["id_token"])

    def sign_out_address(self, hint: str, back: str) -> str | None:
        """Return where one signs out of the provider too; None when it has no such address."""
        try:
            made = self._client.create_logout_url(post_logout_redirect_uri=back, id_token_hint=hint)
        except (AuthlibBaseError, requests.RequestException, RuntimeError):
            return None
        return str(made["url"])

    def _check_issuer(self) -> None:
        if self._client.load_server_metadata().get("issuer") != self._issuer:
            raise ProviderError
