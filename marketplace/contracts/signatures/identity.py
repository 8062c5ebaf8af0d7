"""Whom a certificate names: read from the parts of its subject, never from a text that somebody could write."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.core import tax_codes
from marketplace.core.text import clean

UID = "0.9.2342.19200300.100.1.1"
COMMON_NAME, ORGANISATION = "2.5.4.3", "2.5.4.10"
_NUMBERED = re.compile(r"\s*(MST|CCCD|CMND)\s*:\s*(.+?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a certificate says of its holder; tax codes and personal numbers in the one spelling that we keep."""

    name: str
    organisation: str
    tax_codes: tuple[str, ...]
    personal_numbers: tuple[str, ...]
    issuer: str
    serial: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that may be an organisation's: a household's is its owner's own."""
        return (*self.tax_codes, *self.personal_numbers)


def identity_of(certificate: Any) -> Identity:
    """Read an asn1crypto certificate; names in decomposed letters are put together."""
    uids = [_NUMBERED.fullmatch(unicodedata.normalize("NFKC", uid)) for uid in values_of(certificate.subject, UID)]
    # a number with a sign that nobody sees is none
    plain = [match for match in uids if match and match[2].isprintable()]
    found = [(match[1].upper(), tax_codes.normalised(match[2])) for match in plain]
    return Identity(
        name=_first(certificate.subject, COMMON_NAME),
        organisation=_first(certificate.subject, ORGANISATION),
        tax_codes=tuple(number for kind, number in found if kind == "MST"),
        personal_numbers=tuple(number for kind, number in found if kind != "MST"),
        issuer=written(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        fingerprint=fingerprint_of(certificate.dump()),
        valid_from=certificate.not_valid_before,
        valid_until=certificate.not_valid_after,
    )


def fingerprint_of(der: bytes) -> str:
    """SHA-256 of a certificate's DER, as 64 lower-case hex digits."""
    return hashlib.sha256(der).hexdigest()


def values_of(name: Any, oid: str) -> list[str]:
    """Every value of one kind of part in a name, in order."""
    parts = (pair for part in name.chosen for pair in part)
    return [str(pair["value"].native) for pair in parts if pair["type"].dotted == oid]


def written(name: Any) -> str:
    """A whole name as people read it, at most 300 letters."""
    parts = [str(pair["value"].native) for part in name.chosen for pair in part]
    return clean(", ".join(reversed(parts)))[:300]


def _first(name: Any, oid: str) -> str:
    """In one spelling, without signs that nobody sees: no database keeps a zero, no reader a turned word."""
    return clean(next(iter(values_of(name, oid)), ""))[:200]
