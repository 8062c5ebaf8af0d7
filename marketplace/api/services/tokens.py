"""Making and revoking tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from marketplace.accounts.models import Organisation, Person
from marketplace.api import queries
from marketplace.api.models import Token
from marketplace.api.queries.tokens import MOST_TOKENS
from marketplace.api.states import Scope
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref, token_digest
from marketplace.core.refusals import Refused

# by this a token that was published by mistake can be found
PREFIX = "ocop_"


def make(
    person: Person, organisation: Organisation | None, *, name: str, scopes: Sequence[Scope], days: int, by: Actor
) -> tuple[Token, str]:
    """Give a program a way to act for a person, for so many days; the secret is handed out this once. She is told."""
    lock(person)
    if queries.most_tokens_reached(person.id):
        raise Refused(_("You have %(most)s tokens already. Revoke one first.", most=MOST_TOKENS))
    if not scopes:
        raise Refused(_("Please tick at least one right."), field="scopes")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        ref=next_ref("token"),
        person_id=person.id,
        organisation_id=organisation.id if organisation else None,
        name=name,
        hint=secret[:10],
        digest=token_digest(secret),
        scopes=[scope.value for scope in scopes],
        expires_at=clock.now() + timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()
    audit.record(audit.subject_of(token), "make", by=by, person=person.ref, scopes=token.scopes, days=days)
    notify(Recipient("person", person.ref, person.locale), "api/token_made", name=name, url="/me/tokens")
    return token, secret


def revoke(token: Token, *, by: Actor) -> None:
    """The token opens nothing any more, at once; revoking it again changes nothing."""
    lock(token)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(audit.subject_of(token), "revoke", by=by)
