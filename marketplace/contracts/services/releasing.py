"""Publishing: each step of a contract's life that the public may learn of becomes one release, which never changes."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from marketplace.contracts.models import Agreement, Release
from marketplace.contracts.queries.releases import release_of
from marketplace.contracts.states.agreements import AgreementAction
from marketplace.core.database import db

# nothing is published of a text that is negotiated, reviewed or not yet signed
TAGS: dict[AgreementAction, list[str]] = {
    AgreementAction.ACTIVATE: ["contract"],
    AgreementAction.AMEND: ["contractAmendment"],
    AgreementAction.COMPLETE: ["contractTermination"],
    AgreementAction.TERMINATE: ["contractTermination"],
    AgreementAction.EXPIRE: ["contractTermination"],
}
DELIVERY = ["implementationUpdate"]
FIRST_DELIVERY = ["implementation"]


def publish(agreement: Agreement, tags: list[str]) -> Release:
    """Write down one release of a locked contract; what of it is shown follows from the sides' consent when read."""
    db.session.flush()
    number = _last_number(agreement) + 1
    written = json.dumps(release_of(agreement, tags, number), ensure_ascii=False, sort_keys=True)
    release = Release(agreement_id=agreement.id, number=number, tags=tags, release=written)
    db.session.add(release)
    db.session.flush()
    return release


def after(agreement: Agreement, action: AgreementAction) -> None:
    """A contract has taken a step: publish it if the public may learn of such steps."""
    if agreement.is_contract and action in TAGS:
        publish(agreement, TAGS[action])


def delivered(agreement: Agreement) -> None:
    """A call-off was received: the first such release begins the implementation, later ones update it."""
    publish(agreement, DELIVERY if _has_deliveries(agreement) else FIRST_DELIVERY)


def _has_deliveries(agreement: Agreement) -> bool:
    rows = db.session.scalars(select(Release.tags).where(Release.agreement_id == agreement.id))
    return any(tags == FIRST_DELIVERY for tags in rows)


def _last_number(agreement: Agreement) -> int:
    last = select(func.max(Release.number)).where(Release.agreement_id == agreement.id)
    return db.session.scalar(last) or 0
