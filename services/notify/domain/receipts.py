"""Receipt addresses: signed, so that only who was given one can speak of a delivery."""

import hashlib
import hmac


def sign(secret: str, delivery_id: str) -> str:
    """Return the HMAC-SHA-256 of a delivery id, in hexadecimal."""
    return hmac.new(secret.encode(), delivery_id.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, delivery_id: str, signature: str) -> bool:
    """Tell whether the signature is ours, in constant time."""
    return hmac.compare_digest(sign(secret, delivery_id).encode(), signature.encode())


def address(base: str, secret: str, delivery_id: str) -> str:
    """Return the address that the gateway calls; it writes the kind of receipt for ``%d``."""
    return f"{base}?id={delivery_id}&sig={sign(secret, delivery_id)}&type=%d"
