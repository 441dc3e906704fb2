"""What comes from outside: receipts of the gateway, and a person who sends again."""

from services.notify import metrics
from services.notify.domain.deliveries import Delivery, Step
from services.notify.usecases.context import Context, change


class NoSuchDeliveryError(Exception):
    """There is no delivery with that id."""


class CannotResendError(Exception):
    """The copy has not failed, or its reminder has become useless."""


def take_receipt(context: Context, delivery_id: str, kind: int) -> None:
    """Keep a receipt and move the delivery if that is news; repeats change nothing.

    :param kind: Kannel's type: 1, 2, 4, 8 or 16.
    :raises NoSuchDeliveryError: when we never sent such a message.
    :raises ValueError: when the kind is none of Kannel's.
    """
    changed = change(
        context, delivery_id, lambda current: current.receipted(kind, context.system.now())
    )
    if changed is None:
        raise NoSuchDeliveryError(delivery_id)
    before, after = changed
    metrics.RECEIPTS.labels("repeated" if after is before else "taken").inc()


def resend(context: Context, delivery_id: str, by: str) -> Delivery:
    """Queue a failed copy again because a person asked for it.

    :param by: the officer id.
    :raises NoSuchDeliveryError: when there is no such copy.
    :raises CannotResendError: when it has not failed or its reminder is useless by now.
    """
    now, business_now = context.system.now(), context.business.now()

    def act(current: Delivery) -> Delivery:
        if not current.can(Step.RESEND) or business_now > current.expires_at:
            raise CannotResendError(current.state.value)
        return current.resent(by, now)

    changed = change(context, delivery_id, act)
    if changed is None:
        raise NoSuchDeliveryError(delivery_id)
    return changed[1]
