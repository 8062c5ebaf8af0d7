"""Who sees a file that was sent in, and who gives mandates; the ways from a URL to them."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.accounts.policies import own_organisation
from marketplace.contracts.models import Agreement, Document, Mandate, SignedUpload
from marketplace.contracts.policies.agreements import agreement_for, side_of
from marketplace.contracts.queries import signing as known
from marketplace.contracts.states.agreements import Side
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.permissions import Permission, permits, reach
from marketplace.core.refusals import NotSeen

TRADING = (OrganisationKind.PRODUCER, OrganisationKind.BUYER)


@permits(Permission.UPLOAD_SEE)
def may_see_upload(actor: Actor, upload: SignedUpload) -> bool:
    """The people of the side that sent it: what was refused is nobody else's business."""
    return side_of(actor, upload.document.agreement) is upload.side


@permits(Permission.MANDATE_EDIT)
def may_edit_mandates(actor: Actor, organisation: Organisation) -> bool:
    """Whoever runs the organisation."""
    return actor.acts_for(organisation.id, Role.MANAGER)


def paper_to_sign(actor: Actor, ref: str, permission: Permission | None = None) -> tuple[Agreement, Document, Side]:
    """The paper, its PDF and the actor's side; 404 for whoever stands on none, or where nothing is issued."""
    agreement = agreement_for(actor, ref, permission)
    side, document = side_of(actor, agreement), known.live_document(agreement)
    if side is None or document is None:
        raise NotSeen
    return agreement, document, side


def upload_for(actor: Actor, ref: str, upload_ref: str) -> SignedUpload:
    """One file that was sent in for a paper."""
    agreement = agreement_for(actor, ref)
    return reach(actor, known.upload_of(agreement, upload_ref[:32]), Permission.UPLOAD_SEE)


def own_trading(actor: Actor, permission: Permission | None = None) -> Organisation:
    """The producer or buying organisation that the actor acts for now; others sign nothing here."""
    own = own_organisation(actor)
    if own.kind not in TRADING:
        raise NotSeen
    return reach(actor, own, Permission.ORGANISATION_SEE, permission)


def mandate_for(actor: Actor, ref: str, permission: Permission | None = None) -> Mandate:
    """One mandate of the actor's own organisation."""
    own = own_trading(actor, permission)
    found = known.mandate_of(own, ref[:32])
    if found is None:
        raise NotSeen
    return found
