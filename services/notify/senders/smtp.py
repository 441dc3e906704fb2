"""E-mail by SMTP (RFC 5321): STARTTLS, login, one connection for several messages.

Every try of a delivery carries the same Message-ID, so that a mailbox can drop a second copy.
"""

import contextlib
import email.utils
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notify.config import SmtpSettings
from services.notify.domain.deliveries import Outcome, Step
from services.notify.senders import Outgoing, ProviderUnavailableError, Send
from shared.clock import Clock
from shared.texts import Texts

_TEMPLATES = Path(__file__).parents[1] / "templates"
_SECONDS = 20.0
_OK = 250
_OK_FORWARD = 251
_PERMANENT = 500


class MailSender:
    """Sends e-mail through one server.

    :param clock: the system clock, for the Date header.
    """

    def __init__(self, settings: SmtpSettings, texts: Texts, clock: Clock) -> None:
        self._settings = settings
        self._texts = texts
        self._clock = clock
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
        )
        self._html = environment.get_template("mail.html")

    @contextlib.contextmanager
    def open(self) -> Iterator[Send]:
        """Connect, secure and log in; yield the function that sends one message.

        :raises ProviderUnavailableError: when any of that fails.
        """
        try:
            client = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ProviderUnavailableError(f"{type(error).__name__}: {error}") from error
        try:
            yield lambda outgoing: self._send(client, outgoing)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        client = smtplib.SMTP(
            settings.host, settings.port, local_hostname=settings.domain, timeout=_SECONDS
        )
        try:
            client.ehlo()
            if settings.starttls:
                context = ssl.create_default_context()
                if settings.cafile is not None:
                    context.load_verify_locations(settings.cafile)
                client.starttls(context=context)
                client.ehlo()
            if settings.username is not None:
                client.login(settings.username, settings.password or "")
        except BaseException:
            client.close()
            raise
        return client

    def _send(self, client: smtplib.SMTP, outgoing: Outgoing) -> Outcome:
        content = self.compose(outgoing).as_bytes(policy=SMTP_POLICY)
        try:
            refused = self._envelope(client, outgoing.to)
        except (OSError, smtplib.SMTPException) as error:  # nothing has left yet
            return Outcome(step=Step.TEMPORARY, code=type(error).__name__)
        if refused is not None:
            return refused
        try:
            code, text = client.data(content)
        except smtplib.SMTPDataError as error:
            return _refusal(int(error.smtp_code))
        except (OSError, smtplib.SMTPException) as error:
            # It may have left before the line broke: the answer is lost, not refused.
            return Outcome(step=Step.ANSWER_LOST, code=type(error).__name__)
        if code != _OK:
            return _refusal(code)
        return Outcome(step=Step.ACCEPTED, code=str(code), ref=text.decode("utf-8", "replace"))

    def _envelope(self, client: smtplib.SMTP, to: str) -> Outcome | None:
        sender = email.utils.parseaddr(self._settings.sender)[1]
        code, _ = client.mail(sender)
        if code == _OK:
            code, _ = client.rcpt(to)
        if code in {_OK, _OK_FORWARD}:
            return None
        client.rset()
        return _refusal(code)

    def compose(self, outgoing: Outgoing) -> EmailMessage:
        """Return the message: plain text and the same as HTML."""
        settings, message = self._settings, outgoing.message
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = settings.sender
        mail["To"] = outgoing.to
        mail["Subject"] = message.subject
        mail["Date"] = email.utils.format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{outgoing.delivery_id}@{settings.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail["Content-Language"] = outgoing.locale
        if settings.reply_to:
            mail["Reply-To"] = settings.reply_to
        *said, footer = message.lines
        mail.set_content("\n\n".join([*said, message.link, f"-- \n{footer}"]) + "\n")
        page = self._html.render(
            locale=outgoing.locale,
            subject=message.subject,
            lines=said,
            link=message.link,
            button=self._texts.get("notify.mail.button", outgoing.locale),
            footer=footer,
        )
        mail.add_alternative(page, subtype="html")
        return mail


def _refusal(code: int) -> Outcome:
    """Sort an SMTP reply: 5yz is for good, everything else may pass (RFC 5321 §4.2.1)."""
    step = Step.PERMANENT if code >= _PERMANENT else Step.TEMPORARY
    return Outcome(step=step, code=str(code))
