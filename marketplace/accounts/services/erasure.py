"""Being forgotten: asked for with the password, thought over for a week, done by the worker in one transaction."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from marketplace.accounts import queries
from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import ERASED_AT, Erasure, Person
from marketplace.accounts.services.export import subject_of
from marketplace.accounts.services.sessions import end_all
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.events import publish
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.personal_data import PSEUDONYM, forget, hindrances
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused

TIME_TO_THINK = timedelta(days=7)


def ask_for_erasure(person: Person, *, by: Actor) -> Erasure:
    """From a week on nothing of her is known here; until then she takes it back with one click.

    Refused with the first reason while orders run, money is open or an organisation would be left without a head.
    """
    lock(person)
    if queries.erasure_of(person) is not None:
        raise Refused(_l("Your account is to be erased already. You can still take that back."))
    first = next(iter(hindrances(subject_of(person))), None)
    if first is not None:
        raise Refused(first.sentence)
    token = new_token()
    until = clock.now() + TIME_TO_THINK
    wish = Erasure(person_id=person.id, undo_digest=token_digest(token), effective_at=until)
    db.session.add(wish)
    audit.record(audit.subject_of(person), "ask_for_erasure", by=by)
    _tell(person, "accounts/erasure_asked", f"/erasure/{token}", until=clock.local(until).strftime("%d/%m/%Y"))
    return wish


def undo(wish: Erasure, *, by: Actor) -> None:
    """She stays; nothing was changed yet."""
    person = wish.person
    lock(person)
    gone = delete(Erasure).where(Erasure.id == wish.id, Erasure.done_at.is_(None))
    if not db.session.execute(gone.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        raise Refused(_l("This was taken back already, or the account is erased."))
    audit.record(audit.subject_of(person), "undo_erasure", by=by)
    _tell(person, "accounts/erasure_undone", "/me")


def erase(wish: Erasure) -> bool:
    """Forget her now; where something is open after all, her wish ends instead and she reads why (False)."""
    person = wish.person
    lock(person, wish)
    if wish.done_at is not None:
        return False
    subject = subject_of(person)
    if hindrances(subject):
        db.session.delete(wish)
        audit.record(audit.subject_of(person), "stop_erasure", by=SYSTEM)
        _tell(person, "accounts/erasure_stopped", "/me/erasure")
        return False
    forget(subject)
    _empty(person)
    wish.done_at, wish.undo_digest = clock.now(), token_digest(new_token())
    audit.record(audit.subject_of(person), "erase", by=SYSTEM)
    publish(PersonErased(person))
    return True


def _empty(person: Person) -> None:
    person.name, person.phone, person.password_hash = PSEUDONYM, None, ""
    person.email = f"{person.ref.lower()}{ERASED_AT}"
    end_all(person)


def _tell(person: Person, template: str, url: str, **more: str) -> None:
    notify(Recipient("person", person.ref, person.locale), template, name=person.name, url=url, **more)
