"""The one way to write terms down, so that the same terms always have the same fingerprint.

RFC 8785 (JCS) as far as our data goes: UTF-8 in NFC, sorted keys, no blanks; no floats at all: đồng are integers,
quantities decimal strings.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any


def canonical(data: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed; a float, a date or anything else that is not plain data is a TypeError."""
    return json.dumps(_plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, as 64 lower-case hex digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_name(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError("names are texts")
    return unicodedata.normalize("NFC", key)
