"""OCOP certificates: recorded, revoked; a product shows the star of the one in force, until it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Certificate, Product
from marketplace.catalogue.states import CertificateBasis
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock, locked
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

VALID_YEARS = 3


def add_certificate(
    product: Product, *, star: int, number: str, issued_by: str, issued_on: date, basis: CertificateBasis, by: Actor
) -> Certificate:
    """Record a certificate, valid 36 months from its issue."""
    lock(product)
    if star not in {3, 4, 5}:
        raise Refused(_l("A certificate is for three, four or five stars."), field="star")
    if issued_on > clock.today():
        raise Refused(_l("The day of issue cannot be in the future."), field="issued_on")
    certificate = Certificate(star=star, number=number, issued_by=issued_by, issued_on=issued_on, basis=basis)
    certificate.valid_until = _end(issued_on)
    product.certificates.append(certificate)
    db.session.flush()
    audit.record(audit.subject_of(product), "certify", by=by, star=star, until=certificate.valid_until)
    _refresh_star(product)
    return certificate


def declare_certificate(
    product: Product, *, star: int, number: str, issued_by: str, issued_on: date, by: Actor
) -> None:
    """The producer says that her product is certified; it is shown once somebody has compared it with the paper."""
    lock(product)
    if _end(issued_on) < clock.today():
        raise Refused(_l("A certificate is valid for 36 months: this one has ended."), field="issued_on")
    if any(one.number == number and one.refused_on is None and one.revoked_on is None for one in product.certificates):
        raise Refused(_l("This certificate has been entered already."), field="number")
    basis = CertificateBasis.DECLARED
    made = add_certificate(
        product, star=star, number=number, issued_by=issued_by, issued_on=issued_on, basis=basis, by=by
    )
    made.declared_at = clock.now()


def take_back_certificate(certificate: Certificate, *, by: Actor) -> None:
    """The producer takes back what she declared, as long as nobody has looked at it."""
    product = certificate.product
    lock(product, certificate)
    _only_waiting(certificate)
    product.certificates.remove(certificate)
    db.session.delete(certificate)
    audit.record(audit.subject_of(product), "certificate.take_back", by=by, star=certificate.star)


def verify_certificate(certificate: Certificate, *, note: str, by: Actor) -> None:
    """Somebody has compared what was declared with the official list: the star is shown from now on."""
    product = certificate.product
    lock(product, certificate)
    _only_waiting(certificate)
    certificate.basis, certificate.judgement = CertificateBasis.VERIFIED, note
    audit.record(audit.subject_of(product), "certificate.verify", by=by, star=certificate.star, letters=len(note))
    _refresh_star(product)


def refuse_certificate(certificate: Certificate, *, reason: str, by: Actor) -> None:
    """What was declared does not agree with the papers: it is never shown, and its producer reads why."""
    product = certificate.product
    lock(product, certificate)
    _only_waiting(certificate)
    certificate.refused_on, certificate.judgement = clock.today(), reason
    audit.record(audit.subject_of(product), "certificate.refuse", by=by, star=certificate.star, letters=len(reason))


def _only_waiting(certificate: Certificate) -> None:
    if not certificate.is_waiting:
        raise Refused(_l("Somebody has decided on this certificate already."))


def revoke_certificate(certificate: Certificate, *, on: date, by: Actor) -> None:
    """Take a certificate back from a day on; its star disappears from the market at once."""
    product = certificate.product
    lock(product, certificate)
    certificate.revoked_on = on
    audit.record(audit.subject_of(product), "revoke", by=by, star=certificate.star)
    _refresh_star(product)


def end_stars(product_ids: Iterable[int]) -> None:
    """Write down the star that products still have, where lists should show one that has ended."""
    products = locked(Product, product_ids)
    with_certificates = select(Product).where(Product.id.in_([product.id for product in products]))
    db.session.scalars(with_certificates.options(selectinload(Product.certificates))).all()
    for product in products:
        _refresh_star(product)


def _end(issued_on: date) -> date:
    """The same day three years later; the last of February where that has no such day."""
    year = issued_on.year + VALID_YEARS
    leap_day = (issued_on.month, issued_on.day) == (2, 29)
    return date(year, 2, 28) if leap_day else issued_on.replace(year=year)


def _refresh_star(product: Product) -> None:
    """The star that lists show: that of the certificate in force that was issued last."""
    in_force = [certificate for certificate in product.certificates if certificate.is_in_force]
    best = max(in_force, key=lambda certificate: (certificate.issued_on, certificate.star), default=None)
    product.star = best.star if best else None
    product.star_until = best.valid_until if best else None
    product.star_is_illustrative = bool(best and best.basis is CertificateBasis.ILLUSTRATIVE)
