"""A forgotten password: a letter with a link that is good for an hour, works once and dies with the password."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from marketplace.accounts import queries
from marketplace.accounts.models import Person
from marketplace.accounts.services.people import change_password
from marketplace.accounts.services.throttling import Attempt, check, count, forgive
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, Recipient
from marketplace.core.database import lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import enqueue, notify
from marketplace.core.refusals import Refused

SEND = "accounts.send_reset"
VALID_FOR = timedelta(hours=1)
LETTERS_AN_HOUR = 3


def ask_for_reset(login: str, *, address: str) -> None:
    """Let the worker see whether there is anybody to write to: what is done here is the same for everyone."""
    attempt = Attempt(f"reset:{login.lower()}", address)
    check(attempt)
    count(attempt)
    enqueue(SEND, login=login)


def send_reset(person: Person) -> None:
    """Send her the link; few letters an hour, so that nobody's mailbox is filled by others."""
    if not person.email:
        return
    contact, template = Recipient("contact", person.email, person.locale), "accounts/reset"
    if queries.letters_since(contact, template, clock.now() - timedelta(hours=1)) < LETTERS_AN_HOUR:
        notify(contact, template, name=person.name, url=f"/new-password/{reset_token(person)}")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="accounts.reset")


def _state_of(person: Person) -> str:
    """Changes with her password and her address: a link that was written before then opens nothing."""
    known = "\0".join((person.ref, person.password_hash, person.email or ""))
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), known.encode(), hashlib.sha256).hexdigest()[:32]


def reset_token(person: Person) -> str:
    """The secret part of the link that lets her choose a new password within the hour."""
    until = int((clock.now() + VALID_FOR).timestamp())
    return str(_signer().dumps([person.ref, until, _state_of(person)]))


def person_of_reset(token: str) -> Person | None:
    """Whose password a link may set now; nobody's once it was used, is old or was not written by us."""
    try:
        ref, until, state = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    person = queries.person_by_ref(ref) if until >= clock.now().timestamp() else None
    return person if person and hmac.compare_digest(_state_of(person), state) else None


def reset_password(person: Person, token: str, *, password_hash: str, address: str) -> None:
    """Set the password that the link's reader chose: every session ends, she is told, and may come in at once."""
    lock(person)
    if person_of_reset(token) is None:
        raise Refused(_l("This link is no longer valid. Please ask for a new one here."))
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    change_password(person, password_hash=password_hash, by=by, action="reset_password")
    forgive(Attempt(person.ref, address), [])
