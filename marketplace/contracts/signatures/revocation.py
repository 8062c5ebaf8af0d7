"""Whether certificates were revoked, as the lists (CRLs) that we hold prove it; what none proves is unknown."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SKEW = timedelta(minutes=5)


class Known(StrEnum):
    """What the lists say of a chain."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Unreadable(Exception):
    """These bytes are no list of revocations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One list, as its own words describe it."""

    issuer_key: str
    issuer: str
    number: str
    this_update: datetime
    next_update: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a chain, since when it is revoked, and by which lists."""

    known: Known
    revoked_at: datetime | None = None
    lists: tuple[Listed, ...] = ()


def read(der: bytes) -> Listed:
    """What a list says of itself; whoever keeps it asks `is_signed_by` first."""
    return _listed(_loaded(der), der)


def is_signed_by(der: bytes, authority: bytes) -> bool:
    """Whether this authority (certificate, DER) has signed the list."""
    from cryptography import x509

    try:
        issuer = x509.load_der_x509_certificate(authority)
        return _fits(_loaded(der), issuer)
    except (ValueError, Unreadable):
        return False


def issuer_key_of(name_der: bytes) -> str:
    """By which key lists of one authority are found: the hash of its name."""
    return hashlib.sha256(name_der).hexdigest()


def standing_of(chain: Sequence[bytes], lists: Sequence[bytes], *, received_at: datetime, now: datetime) -> Standing:
    """What the lists prove for a chain (DER, holder first, root last): was any of it revoked when the file came in?

    The newest list of each authority counts, unless it was overdue already when the file came in. A revocation counts
    from the moment that the list names; one of after the receipt does not harm.
    """
    from cryptography import x509

    certificates = [x509.load_der_x509_certificate(der) for der in chain]
    found = list(_standings(certificates, lists, received_at, now))
    used = tuple(one for standing in found for one in standing.lists)
    revoked = [standing for standing in found if standing.known is Known.REVOKED]
    if revoked:
        return Standing(Known.REVOKED, min(one.revoked_at for one in revoked if one.revoked_at), used)
    unknown = any(standing.known is Known.UNKNOWN for standing in found)
    return Standing(Known.UNKNOWN if unknown else Known.GOOD, None, used)


def _standings(chain: list[Any], lists: Sequence[bytes], received_at: datetime, now: datetime) -> Iterator[Standing]:
    for certificate, issuer in itertools.pairwise(chain):
        yield _of_one(certificate, issuer, lists, received_at, now)


def _of_one(certificate: Any, issuer: Any, lists: Sequence[bytes], received_at: datetime, now: datetime) -> Standing:
    crl, der = _newest(certificate, issuer, lists, now)
    if crl is None:
        return Standing(Known.UNKNOWN)
    listed = (_listed(crl, der),)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None and entry.revocation_date_utc <= received_at + SKEW:
        return Standing(Known.REVOKED, entry.revocation_date_utc, listed)
    return Standing(Known.GOOD if listed[0].next_update > received_at else Known.UNKNOWN, None, listed)


def _newest(certificate: Any, issuer: Any, lists: Sequence[bytes], now: datetime) -> tuple[Any, bytes]:
    best: tuple[Any, bytes] = (None, b"")
    for der in lists:
        try:
            crl = _loaded(der)
        except Unreadable:
            continue
        counts = crl.last_update_utc <= now + SKEW and _fits(crl, issuer) and _speaks_of(crl, certificate)
        if counts and (best[0] is None or crl.last_update_utc > best[0].last_update_utc):
            best = (crl, der)
    return best


def _fits(crl: Any, issuer: Any) -> bool:
    return bool(crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key()))


def _speaks_of(crl: Any, certificate: Any) -> bool:
    """A whole list of this kind of certificates, or the very part in which this one would stand.

    Lists of changes, of some reasons or of other parts prove nothing by themselves.
    """
    from cryptography import x509

    is_authority = _is_authority(certificate)
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            partial = value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs
            other = value.only_contains_user_certs if is_authority else value.only_contains_ca_certs
            if partial or other or not _is_its_part(value, certificate):
                return False
        elif extension.critical:
            return False
    return True


def _is_its_part(part: Any, certificate: Any) -> bool:
    """A list of a named part speaks only of certificates that say they stand in that part."""
    from cryptography import x509

    if part.full_name is None and part.relative_name is None:
        return True
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    if part.relative_name is not None:
        return any(one.relative_name == part.relative_name for one in points)
    return any(name in part.full_name for one in points for name in one.full_name or ())


def _is_authority(certificate: Any) -> bool:
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def _loaded(der: bytes) -> Any:
    from cryptography import x509

    try:
        crl = x509.load_der_x509_crl(der)
        if crl.next_update_utc is None:
            raise Unreadable
        _ = crl.extensions
    except ValueError as error:
        raise Unreadable from error
    return crl


def _listed(crl: Any, der: bytes) -> Listed:
    from cryptography import x509

    try:
        number = str(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    except x509.ExtensionNotFound:
        number = ""
    return Listed(
        issuer_key=issuer_key_of(crl.issuer.public_bytes()),
        issuer=", ".join(str(part.value) for part in reversed(list(crl.issuer)))[:300],
        number=number[:80],
        this_update=crl.last_update_utc,
        next_update=crl.next_update_utc,
        sha256=hashlib.sha256(der).hexdigest(),
    )
