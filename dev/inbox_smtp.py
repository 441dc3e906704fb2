"""The mail end: a real SMTP listener with STARTTLS (self-signed) and login."""

import datetime as dt
import email
import email.policy
import hmac
import ipaddress
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dev.inbox_store import Arrived, InboxStore
from shared.clock import SystemClock
from shared.ids import new_id

_HOST = "127.0.0.1"
_VALID = dt.timedelta(days=3650)

# Given the recipient and the raw message, says the SMTP reply; tests refuse with it.
Reply = Callable[[str, bytes], str]


def take(_to: str, _content: bytes) -> str:
    """Accept every message."""
    return f"250 OK queued as {new_id()}"


class MailEnd:
    """Listens on loopback; a message needs STARTTLS and a login before it is taken."""

    def __init__(
        self,
        store: InboxStore,
        *,
        port: int,
        username: str,
        password: str,
        certificate: Path,
        reply: Reply = take,
    ) -> None:
        self._store = store
        self._login = (username.encode(), password.encode())
        self._reply = reply
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key_file(certificate))
        self._controller = Controller(
            self,
            hostname=_HOST,
            port=port,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            ident="inbox",
        )

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        good = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(bytes(data.login), self._login[0])
            and hmac.compare_digest(bytes(data.password), self._login[1])
        )
        return AuthResult(success=good, handled=good)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        """Keep one message and answer."""
        recipient = ", ".join(envelope.rcpt_tos)
        reply = self._reply(recipient, envelope.content)
        if reply.startswith("250"):
            self._store.put(arrived(envelope.content, recipient))
        return reply


def arrived(content: bytes, recipient: str) -> Arrived:
    """Return a raw e-mail as the inbox shows it."""
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    plain, html = _part(parsed, "plain"), _part(parsed, "html")
    return Arrived(
        id=new_id(),
        channel="email",
        at=SystemClock().now().isoformat(),
        sender=str(parsed["From"]),
        to=recipient,
        subject=str(parsed["Subject"]),
        text=plain,
        html=html,
        message_id=str(parsed["Message-ID"]).strip(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""


def key_file(certificate: Path) -> Path:
    """Return where the certificate's private key lies."""
    return certificate.with_suffix(".key")


def ensure_certificate(certificate: Path) -> None:
    """Make a self-signed certificate for loopback unless there is one; kept over restarts."""
    if certificate.exists() and key_file(certificate).exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inbox")])
    now = SystemClock().now()
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(_HOST))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    secret = key_file(certificate)
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
