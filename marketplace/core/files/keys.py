"""Names in a store: `<sha256>/<name>`, spread over 256 parts; a name that is none holds nothing and leads nowhere."""

from __future__ import annotations

import re

_KEY = re.compile(r"[0-9a-f]{64}/[a-z0-9-]{1,40}(\.[a-z0-9]{1,8})?")


class Missing(Exception):
    """The store holds nothing under this key."""


def place_of(key: str) -> str:
    """Where a key's bytes lie below the store's root, or Missing for what is no key."""
    if not _KEY.fullmatch(key):
        raise Missing(key)
    return f"{key[:2]}/{key}"
