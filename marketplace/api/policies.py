"""Who may make tokens and webhooks: everyone her own tokens, managers the webhooks of their organisation."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.api import queries
from marketplace.api.models import Token, Webhook, WebhookMessage
from marketplace.api.queries.webhooks import message_by_ref, webhook_by_ref
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.permissions import Permission, permits, reach
from marketplace.core.refusals import NotSeen

# who reviews and operates acts with a second factor, which no program has
TRADING = {OrganisationKind.PRODUCER, OrganisationKind.BUYER}


@permits(Permission.TOKEN_EDIT)
def may_edit_token(actor: Actor, token: Token) -> bool:
    """Only its own person, signed in herself: no token makes or ends another."""
    return actor.is_signed_in and token.person_id == actor.person_id


@permits(Permission.WEBHOOK_EDIT)
def may_edit_webhooks(actor: Actor, organisation_id: int) -> bool:
    """The managers of a producer or a buying firm, signed in themselves."""
    trades = actor.organisation_kind in TRADING
    return actor.is_signed_in and trades and actor.acts_for(organisation_id, Role.MANAGER)


def token_for(actor: Actor, ref: str) -> Token:
    """The token behind an address, for its person alone."""
    return reach(actor, queries.token_by_ref(ref), Permission.TOKEN_EDIT)


def may_have_tokens_for(organisation: Organisation) -> bool:
    """Whether a program may act for such an organisation."""
    return organisation.kind in TRADING


def own_organisation_id(actor: Actor) -> int:
    """The organisation whose webhooks the actor looks after; nobody else has any (404)."""
    organisation_id = actor.organisation_id
    if organisation_id is None:
        raise NotSeen
    reach(actor, organisation_id, Permission.WEBHOOK_EDIT)
    return organisation_id


def webhook_for(actor: Actor, ref: str) -> Webhook:
    """The address behind a page, for the managers of its organisation."""
    found = webhook_by_ref(ref)
    reach(actor, found and found.organisation_id, Permission.WEBHOOK_EDIT)
    assert found is not None
    return found


def message_for(actor: Actor, ref: str, message: str) -> WebhookMessage:
    """A message to an address that the actor looks after."""
    webhook, found = webhook_for(actor, ref), message_by_ref(message)
    if found is None or found.webhook_id != webhook.id:
        raise NotSeen
    return found
