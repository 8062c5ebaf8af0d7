"""Keys for people without an account: an address that carries one proves that its holder was sent it."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app


def key_of(ref: str) -> str:
    """The key that opens one thing, made from this site's secret."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"link:{ref}".encode(), hashlib.sha256).hexdigest()[:32]


def opens(ref: str, key: str) -> bool:
    """Whether a key is the one of this thing."""
    return hmac.compare_digest(key_of(ref).encode(), key.encode())
