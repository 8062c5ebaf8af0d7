"""What agreements know of a person: what she sent, accepted and signed for an organisation.

These acts are the organisation's evidence and the law keeps them with its books; an erased person stands in them by
her ref only, so nothing is forgotten here, and drafts belong to the organisation.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Acceptance, Document, Signature, TermsVersion
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import Section, Subject, exports

LABELS = {"agreement": _l("Agreement"), "act": _l("What you did"), "version": _l("Version"), "at": _l("When")}


@exports("agreements")
def agreements(subject: Subject) -> Section:
    """Versions that she sent and accepted, and papers that she signed, each for her organisation."""
    records = [*_sent(subject.person_id), *_accepted(subject.person_id), *_signed(subject.person_id)]
    return Section(_l("Agreements that you worked on"), LABELS, sorted(records, key=lambda one: str(one["at"])))


def _sent(person_id: int) -> list[dict[str, Any]]:
    asked = select(TermsVersion).where(TermsVersion.person_id == person_id).options(joinedload(TermsVersion.agreement))
    return [_row(one.agreement.ref, _l("sent"), one.number, one.sent_at) for one in db.session.scalars(asked)]


def _accepted(person_id: int) -> list[dict[str, Any]]:
    whole = joinedload(Acceptance.version).joinedload(TermsVersion.agreement)
    asked = select(Acceptance).where(Acceptance.person_id == person_id).options(whole)
    found = db.session.scalars(asked)
    return [_row(one.version.agreement.ref, _l("accepted"), one.version.number, one.at) for one in found]


def _signed(person_id: int) -> list[dict[str, Any]]:
    whole = joinedload(Signature.document).options(joinedload(Document.agreement), joinedload(Document.version))
    asked = select(Signature).where(Signature.person_id == person_id).options(whole)
    return [
        _row(one.document.agreement.ref, _l("signed"), one.document.version.number, one.received_at)
        for one in db.session.scalars(asked)
    ]


def _row(ref: str, act: Any, version: int, at: Any) -> dict[str, Any]:
    return {"agreement": ref, "act": str(act), "version": version, "at": clock.local(at)}
