"""What signatures are measured by: authorities and registered certificates, changed by four eyes, and their lists."""

from __future__ import annotations

import base64
import binascii
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.accounts import queries as accounts
from marketplace.contracts.models import RegisteredCertificate, RevocationList, RuleChange, TrustRoot
from marketplace.contracts.queries import signing as known
from marketplace.contracts.signatures import revocation
from marketplace.contracts.signatures.identity import Identity, fingerprint_of, identity_of, written
from marketplace.contracts.states.signing import ChangeKind
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, table_of
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

MOST_LIST = 30 * 1024 * 1024
SECONDS = 20
ADD, END = "add", "end"


class NotFetched(Exception):
    """An authority did not hand out its list now."""


# --- what is proposed ---


def root_payload(content: bytes, crl_url: str) -> dict[str, Any]:
    """A new authority from its certificate (DER or PEM); refused where it is none."""
    certificate = read_certificate(content)
    if not certificate.ca:
        raise Refused(_l("This is the certificate of a holder, not of an authority."), field="certificate")
    _check_running(certificate)
    if crl_url and not crl_url.startswith(("http://", "https://")):
        raise Refused(_l("The address of the list begins with http:// or https://."), field="crl_url")
    der = certificate.dump()
    known_already = _root(fingerprint_of(der))
    return {
        "act": ADD,
        "name": known_already.name if known_already else written(certificate.subject),
        "fingerprint": fingerprint_of(der),
        "der": base64.b64encode(der).decode(),
        "crl_url": crl_url,
        "valid_until": certificate.not_valid_after.isoformat(),
    }


def fingerprint_payload(content: bytes, organisation_ref: str) -> dict[str, Any]:
    """A certificate without a tax code, to be bound to an organisation; refused where it may not be."""
    organisation = accounts.organisation_by_ref(organisation_ref)
    if organisation is None:
        raise Refused(_l("There is no organisation with this number."), field="organisation")
    certificate = read_certificate(content)
    identity = identity_of(certificate)
    _check_holder(certificate, identity)
    words = {"holder": identity.name, "issuer": identity.issuer, "fingerprint": identity.fingerprint}
    words["valid_until"] = identity.valid_until.isoformat()
    return {"act": ADD, "organisation": organisation.ref, "name": organisation.name, **words}


def _check_holder(certificate: Any, identity: Identity) -> None:
    if certificate.ca:
        raise Refused(_l("This is the certificate of an authority, not of a holder."), field="certificate")
    if identity.tax_codes:
        sentence = _(
            "This certificate names a tax code (%(code)s): it signs for the organisation of that code only.",
            code=identity.tax_codes[0],
        )
        raise Refused(sentence, field="certificate")
    _check_running(certificate)


def _check_running(certificate: Any) -> None:
    if certificate.not_valid_after < clock.now():
        raise Refused(_l("This certificate has expired."), field="certificate")


def ending_payload(thing: TrustRoot | RegisteredCertificate) -> dict[str, Any]:
    """An authority or a registered certificate shall count no longer."""
    name = thing.name if isinstance(thing, TrustRoot) else thing.organisation.name
    return {"act": END, "fingerprint": thing.fingerprint, "name": name}


def read_certificate(content: bytes) -> Any:
    """A certificate as DER or PEM, or a refusal at its field."""
    from asn1crypto import pem, x509

    try:
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        certificate = x509.Certificate.load(der, strict=True)
        identity_of(certificate)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise Refused(_l("The certificate could not be read."), field="certificate") from error
    return certificate


# --- what two operators have decided ---


def apply(change: RuleChange, *, by: Actor) -> None:
    """Put a change of authorities or registered certificates into force; nothing is ever removed, only ended."""
    acts = {
        (ChangeKind.ROOT, ADD): _add_root,
        (ChangeKind.ROOT, END): _end_root,
        (ChangeKind.FINGERPRINT, ADD): _register,
        (ChangeKind.FINGERPRINT, END): _end_registration,
    }
    acts[change.kind, change.payload["act"]](change.payload)
    subject = audit.Subject("trust", change.payload["fingerprint"][:32])
    audit.record(subject, change.payload["act"], by=by, change=change.ref)


def _add_root(payload: dict[str, Any]) -> None:
    known_already = _root(payload["fingerprint"])
    if known_already is not None:
        known_already.ended_at, known_already.crl_url = None, payload["crl_url"]
        return
    der = base64.b64decode(payload["der"])
    root = {"fingerprint": payload["fingerprint"], "name": payload["name"], "crl_url": payload["crl_url"]}
    db.session.add(TrustRoot(der=der, **root))
    db.session.flush()


def _end_root(payload: dict[str, Any]) -> None:
    root = _root(payload["fingerprint"])
    if root is not None and root.ended_at is None:
        root.ended_at = clock.now()


def _register(payload: dict[str, Any]) -> None:
    organisation = accounts.organisation_by_ref(payload["organisation"])
    if organisation is None:
        raise Refused(_l("There is no organisation with this number."))
    found = _registration(payload["fingerprint"])
    if found is None:
        words = {"fingerprint": payload["fingerprint"], "issuer": payload["issuer"]}
        db.session.add(RegisteredCertificate(organisation_id=organisation.id, **words))
        db.session.flush()
    else:
        found.ended_at, found.organisation_id = None, organisation.id


def _end_registration(payload: dict[str, Any]) -> None:
    found = _registration(payload["fingerprint"])
    if found is not None and found.ended_at is None:
        found.ended_at = clock.now()


def _root(fingerprint: str) -> TrustRoot | None:
    return db.session.scalar(select(TrustRoot).where(TrustRoot.fingerprint == fingerprint))


def _registration(fingerprint: str) -> RegisteredCertificate | None:
    return db.session.scalar(select(RegisteredCertificate).where(RegisteredCertificate.fingerprint == fingerprint))


# --- lists of revocations ---


def addresses() -> list[str]:
    """Where lists are fetched: what the operators named, and what certificates of held signatures name themselves."""
    named = [root.crl_url for root in known.roots() if root.crl_url]
    return list(dict.fromkeys([*named, *_named_by_held()]))[:50]


def _named_by_held() -> Iterable[str]:
    """The chain of a held signature leads to an authority that we trust, which has signed these addresses."""
    from asn1crypto import x509

    for signature in known.held_signatures():
        for encoded in signature.report.get("certificates", ()):
            certificate = x509.Certificate.load(base64.b64decode(encoded))
            for point in certificate.crl_distribution_points:
                if (point.url or "").startswith(("http://", "https://")):
                    yield str(point.url)


def fetched(address: str) -> bytes:
    """The list that lies at an address now, outside any transaction; NotFetched where there is none."""
    request = urllib.request.Request(address, headers={"User-Agent": "ocop-marketplace"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - http and https only
            content: bytes = answer.read(MOST_LIST + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise NotFetched(type(error).__name__) from error
    if len(content) > MOST_LIST:
        raise NotFetched("too large")
    return content


def take_list(content: bytes, *, by: Actor) -> bool:
    """Keep a list (DER or PEM); False where we hold it. One that an authority we know has not signed is refused.

    An authority may be unknown until its first signature comes in, so each use asks once more who has signed.
    """
    from asn1crypto import pem

    try:
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        listed = revocation.read(der)
    except (revocation.Unreadable, ValueError) as error:
        raise Refused(_l("This is no list of revocations (CRL) that we can read."), field="list") from error
    authorities = known.authorities_named(listed.issuer_key)
    if authorities and not any(revocation.is_signed_by(der, one) for one in authorities):
        raise Refused(_l("This list is not signed by the authority that it names."), field="list")
    row = {
        "issuer_key": listed.issuer_key, "issuer": listed.issuer, "number": listed.number, "der": der,
        "this_update": listed.this_update, "next_update": listed.next_update, "sha256": listed.sha256,
        "fetched_at": clock.now(),
    }  # fmt: skip
    insert = insert_into(table_of(RevocationList)).values(row).on_conflict_do_nothing(index_elements=["sha256"])
    is_new = db.session.execute(insert.returning(table_of(RevocationList).c.id)).first() is not None
    if is_new:
        subject = audit.Subject("revocation_list", listed.sha256[:32])
        audit.record(subject, "take", by=by, issuer_key=listed.issuer_key[:16], number=listed.number)
    return is_new
