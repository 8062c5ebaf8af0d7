"""Who asks: a program with a token acts for one person, with her rights of this moment; cookies never count here."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from flask import g, request
from flask_limiter.util import get_remote_address
from sqlalchemy import update

from marketplace.accounts.states import OrganisationState
from marketplace.api import queries
from marketplace.api.models import Token
from marketplace.api.problems import REALM, Problem
from marketplace.api.states import Scope
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.web.requests import actor, actor_source

API = "api"
NOBODY = Actor(kind=ActorKind.GUEST, ref="")
USE_NOTED_EVERY = timedelta(minutes=10)
_BEARER = re.compile(r"bearer +([\x21-\x7e]{1,200}) *", re.IGNORECASE)
_INVALID = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}


def asking_program() -> Actor | None:
    """The actor of a request to the API: its token's person, or nobody; the session of a browser is not looked at."""
    if request.blueprint != API:
        return None
    token = token_of_request()
    return _actor_of(token) if token else NOBODY


def token_of_request() -> Token | None:
    """The token that came with this request; a wrong one is refused, not overlooked."""
    if "token" not in g:
        header = request.headers.get("Authorization", "")
        g.token = _found(header) if header else None
    known: Token | None = g.token
    return known


def _found(header: str) -> Token:
    sent = _BEARER.fullmatch(header)
    token = queries.token_by_secret(sent[1]) if sent else None
    if token is None:
        raise Problem(401, _("This token is not known."), headers=_INVALID)
    if not token.is_alive:
        raise Problem(401, _("This token has expired or was revoked. Make a new one at /me/tokens."), headers=_INVALID)
    return token


def _actor_of(token: Token) -> Actor:
    person, organisation = token.person, token.organisation
    known = {"ref": token.ref, "person_id": person.id, "display_name": person.name, "until": token.expires_at}
    if organisation is None:
        return Actor(kind=ActorKind.TOKEN, **known)  # type: ignore[arg-type]  # the values are named a line above
    roles = frozenset(one.role for one in person.memberships if one.organisation_id == organisation.id)
    if not roles:
        raise Problem(401, _("The owner of this token no longer belongs to the organisation."), headers=_INVALID)
    return Actor(
        kind=ActorKind.TOKEN,
        **known,  # type: ignore[arg-type]  # the same
        organisation_id=organisation.id,
        organisation_ref=organisation.ref,
        organisation_kind=organisation.kind,
        organisation_name=organisation.name,
        organisation_verified=organisation.state is OrganisationState.VERIFIED,
        roles=roles,
    )


def require_scope(scope: Scope) -> None:
    """Go on only with a token (401) that was made for this (403)."""
    token = token_of_request()
    if token is None:
        raise Problem(401)
    actor()
    if scope not in token.rights:
        detail = _("This token was made without the right “%(scope)s”.", scope=scope.value)
        challenge = f'{REALM}, error="insufficient_scope", scope="{scope.value}"'
        raise Problem(403, detail, headers={"WWW-Authenticate": challenge})


def caller() -> str:
    """Whose requests are counted together: those of one token, else those of one address."""
    header = request.headers.get("Authorization", "")
    return hashlib.sha256(header.encode()).hexdigest()[:32] if header else get_remote_address()


def note_use() -> None:
    """When a token was used last, to ten minutes: its owner finds by it one that somebody else uses.

    Also a GET leaves this trace, beside its own transaction, as sign-ins are counted.
    """
    token: Token | None = g.pop("token", None)
    if token is None or (token.last_used_at and token.last_used_at > clock.now() - USE_NOTED_EVERY):
        return
    noted = update(Token).where(Token.id == token.id).values(last_used_at=clock.now())
    db.session.rollback()
    with db.engine.connect().execution_options(write=True) as apart, apart.begin():
        apart.execute(noted)


def register() -> None:
    """Ask for a token before any cookie is looked at."""
    actor_source(asking_program, first=True)
