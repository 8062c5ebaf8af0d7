"""Agreements as something to talk about: the two sides, once the first version was sent, and nobody else."""

from __future__ import annotations

from flask import url_for

from marketplace.contracts.policies import agreement_for, side_of
from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import NotSeen
from marketplace.messages import subjects
from marketplace.messages.subjects import About, Party, Subject


def about_agreement(actor: Actor, ref: str) -> About | None:
    """The paper with this ref: the buyer asks, the seller answers, and either may begin."""
    try:
        agreement = agreement_for(actor, ref)
    except NotSeen:
        return None
    if side_of(actor, agreement) is None or agreement.last_version == 0:
        return None
    return About(
        ref=agreement.ref,
        title=f"{agreement.ref} · {agreement.title}",
        url=url_for("contracts.show", ref=agreement.ref),
        organisation_id=agreement.seller_id,
        organisation_name=agreement.seller.name,
        note=str(agreement.state.label),
        asker=Party(organisation_id=agreement.buyer_id),
        asker_name=agreement.buyer.name,
    )


subjects.offer("agreement", Subject(_l("Message about an agreement"), about_agreement))
