"""SMS by the gateway's HTTP form (Kannel's sendsms), in GSM-7, with a signed receipt address.

Answers seen on Kannel 1.4.5: 202 "0: Accepted" and 202 "3: Queued for later delivery" both mean
taken; 400 a field is wrong; 403 wrong login; 503 for now.
"""

import contextlib
from collections.abc import Iterator

import requests

from services.notify.config import SmsSettings
from services.notify.domain import receipts
from services.notify.domain.deliveries import Outcome, Step
from services.notify.senders import Outgoing, Send

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 20.0
_TAKEN = 202
_WRONG_FIELD = 400
_ALL_RECEIPTS = 31
_REF_LENGTH = 80


class SmsSender:
    """Sends SMS through one gateway.

    :param secret: signs the address at which the gateway reports what became of a message.
    """

    def __init__(self, settings: SmsSettings, secret: str) -> None:
        self._settings = settings
        self._secret = secret

    @contextlib.contextmanager
    def open(self) -> Iterator[Send]:
        """Yield the function that sends one message; the connection is made with the first."""
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine is not meant for the gateway
            yield lambda outgoing: self._send(session, outgoing)

    def _send(self, session: requests.Session, outgoing: Outgoing) -> Outcome:
        settings = self._settings
        fields: dict[str, str | int] = {
            "username": settings.username,
            "password": settings.password,
            "from": settings.sender,
            "to": outgoing.to,
            "text": outgoing.message.lines[0],
            "coding": 0,
            "dlr-mask": _ALL_RECEIPTS,
            "dlr-url": receipts.address(settings.receipt_url, self._secret, outgoing.delivery_id),
        }
        try:
            answer = session.get(
                settings.url,
                params=fields,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            # The address with the password is part of the error's text: only its name is kept.
            lost = not _before_sending(error)
            return Outcome(
                step=Step.ANSWER_LOST if lost else Step.TEMPORARY, code=type(error).__name__
            )
        return _outcome(answer)


def _before_sending(error: requests.exceptions.RequestException) -> bool:
    """Tell whether the failure came before the request left: nobody listened, or no name."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    return isinstance(error, requests.exceptions.ConnectionError) and (
        "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    )


def _outcome(answer: requests.Response) -> Outcome:
    code = str(answer.status_code)
    if answer.status_code == _TAKEN:
        return Outcome(step=Step.ACCEPTED, code=code, ref=answer.text.strip()[:_REF_LENGTH])
    # A wrong login (403) is ours to mend, not the message's fault: it is tried again.
    step = Step.PERMANENT if answer.status_code == _WRONG_FIELD else Step.TEMPORARY
    return Outcome(step=step, code=code)
