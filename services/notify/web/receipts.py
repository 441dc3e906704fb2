"""Receipts of the SMS gateway: public, because the gateway has no account; signed instead."""

from http import HTTPStatus

from flask import Blueprint, request

from services.notify import metrics
from services.notify.domain.receipts import is_signed
from services.notify.usecases.acts import NoSuchDeliveryError
from services.notify.web.deps import deps
from shared.web import public

blueprint = Blueprint("receipts", __name__)
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}

Answer = tuple[str, HTTPStatus, dict[str, str]]


@blueprint.get("/receipts")
@public
def take() -> Answer:
    """Take one receipt; any order and repeats are fine and answered alike.

    403 for a wrong signature, 404 for a message that we never sent, 400 for an unknown kind.
    """
    delivery_id, kind = request.args.get("id", ""), request.args.get("type", "")
    if not is_signed(deps().receipt_secret, delivery_id, request.args.get("sig", "")):
        return _refused(HTTPStatus.FORBIDDEN)
    try:
        deps().take_receipt(delivery_id, int(kind))
    except NoSuchDeliveryError:
        return _refused(HTTPStatus.NOT_FOUND)
    except ValueError:
        return _refused(HTTPStatus.BAD_REQUEST)
    return "ok", HTTPStatus.OK, _TEXT


def _refused(status: HTTPStatus) -> Answer:
    metrics.RECEIPTS.labels("refused").inc()
    return status.phrase, status, _TEXT
