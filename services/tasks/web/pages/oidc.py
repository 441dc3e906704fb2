"""Signing in by an OpenID provider, and linking it: on the account page or by an invitation.

A form leads on by a page of its own, because the security policy of forms (form-action) holds for
every redirect that follows one.
"""

from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, flash, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import DomainError, InvalidError
from services.tasks.web import identity
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.oidc import Oidc, Proof, ProviderError
from services.tasks.web.pages.account import PAGE as ACCOUNT
from services.tasks.web.pages.places import safe_place
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.signing import opened_from
from shared.mongo import Document
from shared.web import public, signed_in
from shared.web.identity import find
from shared.web.language import t

blueprint = Blueprint("oidc", __name__)
BEGIN = "/dang-nhap/ngoai"
# What the browser is on the way to, in the signed cookie: a place, or something to link.
_WAY = "oidc_way"
_PURPOSE = "oidc_purpose"


@blueprint.get(BEGIN)
@public
def begin() -> ResponseReturnValue:
    """Go to the provider. Only ``viec=1``, the address that a form gave, keeps what to link."""
    purpose = session.pop(_PURPOSE, None)
    place = {"place": safe_place(request.args.get("tiep"))}
    session[_WAY] = purpose if purpose and request.args.get("viec") == "1" else place
    try:
        return _provider().begin(_callback())
    except ProviderError:
        return _failed("people.oidc.unreachable", HTTPStatus.BAD_GATEWAY)


@blueprint.get(f"{BEGIN}/ve")
@public
def back() -> ResponseReturnValue:
    """Take what the provider vouches for; state, nonce and verifier guard this one look."""
    way = cast("dict[str, Any]", session.pop(_WAY, None) or {"place": "/"})
    try:
        proof = _provider().finish()
    except ProviderError:
        return _failed("people.oidc.failed", HTTPStatus.BAD_REQUEST)
    try:
        if "officer" in way:
            return _link(way["officer"], proof)
        if "invitation" in way:
            officer = deps().subjects.link_invited(way["invitation"], proof.issuer, proof.subject)
            return _sign_in(officer, proof, "/")
    except DomainError as error:
        return _page(words(error)), HTTPStatus.CONFLICT
    found = deps().subjects.find(proof.issuer, proof.subject)
    if found is None:
        return _failed("people.oidc.unlinked", HTTPStatus.FORBIDDEN)
    return _sign_in(found, proof, safe_place(way["place"]))


@blueprint.post(f"{ACCOUNT}/lien-ket-ngoai")
@signed_in
def link() -> ResponseReturnValue:
    """Begin to link the provider with my account."""
    session[_PURPOSE] = {"officer": actor().officer_id}
    return _onward()


@blueprint.post(f"{ACCOUNT}/lien-ket-ngoai/bo")
@signed_in
def unlink() -> ResponseReturnValue:
    """Unlink the provider from my account."""
    try:
        deps().subjects.unlink(actor())
        flash(t("people.oidc.undone"))
    except InvalidError as error:
        flash(words(error), "error")
    return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)


@blueprint.post("/moi/<token>/ngoai")
@public
def link_invited(token: str) -> ResponseReturnValue:
    """Begin the first sign-in by the provider instead of a password."""
    deps().invitations.find(token)
    session[_PURPOSE] = {"invitation": token}
    return _onward()


def _link(officer_id: str, proof: Proof) -> ResponseReturnValue:
    person = find()
    if person is None or person.officer_id != officer_id:
        return _failed("people.oidc.failed", HTTPStatus.BAD_REQUEST)
    deps().subjects.link(actor(), proof.issuer, proof.subject)
    flash(t("people.oidc.done", provider=_provider().name))
    return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)


def _sign_in(officer: Document, proof: Proof, place: str) -> ResponseReturnValue:
    token = deps().sessions.open(officer, opened_from=opened_from(), hint=proof.hint)
    response = make_response(redirect(place, HTTPStatus.SEE_OTHER))
    identity.remember(response, token)
    return response


def _onward() -> ResponseReturnValue:
    return render_template("people/onward.html", to=f"{BEGIN}?viec=1", name=_provider().name)


def _failed(key: str, status: HTTPStatus) -> ResponseReturnValue:
    return _page(t(key, provider=_provider().name)), status


def _page(sentence: str) -> str:
    return render_template("people/oidc_failed.html", sentence=sentence)


def _callback() -> str:
    addresses = deps().addresses
    base = addresses.tasks_url if addresses and addresses.tasks_url else request.host_url
    return f"{base.rstrip('/')}{BEGIN}/ve"


def _provider() -> Oidc:
    found = deps().oidc
    if found is None:
        raise LookupError("these pages exist with a provider alone")
    return found
