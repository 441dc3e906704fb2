"""Keys and passwords of one checkout: random, made once, readable by the owner alone."""

import dataclasses
import secrets
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PRIVATE = 0o600


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What services and far ends share."""

    receipt_secret: str = dataclasses.field(repr=False)
    inbox_password: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IdentityKeys:
    """The files of the key pair: tasks signs with the private one, all check with the other."""

    private: Path
    public: Path


def ensure_secrets(file: Path) -> Secrets:
    """Return the secrets of this checkout."""
    if not file.exists():
        made = Secrets(
            receipt_secret=secrets.token_urlsafe(32), inbox_password=secrets.token_urlsafe(16)
        )
        write_private(file, msgspec.json.encode(made))
    return msgspec.json.decode(file.read_bytes(), type=Secrets)


def ensure_identity(folder: Path) -> IdentityKeys:
    """Return the key pair of this checkout."""
    keys = IdentityKeys(private=folder / "private.pem", public=folder / "public.pem")
    if not keys.private.exists() or not keys.public.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        write_private(keys.private, private)
        keys.public.write_bytes(public)
    return keys


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = file.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=_PRIVATE)
    temporary.write_bytes(content)
    temporary.replace(file)
