"""A change of an e-mail address: the new one confirms by a link, the old one is told and can refuse or undo it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import queries
from marketplace.accounts.models import EmailChange, Person
from marketplace.accounts.services.passwords import NOBODY
from marketplace.accounts.services.sessions import end_all
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, ActorKind, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused

CONFIRM_WITHIN = timedelta(days=1)
UNDO_WITHIN = timedelta(days=3)
CHANGES_AN_HOUR = 3
TAKEN = _l("This address cannot be used for your account.")
GONE = _l("This link is no longer valid.")


def ask_for_email(person: Person, email: str, *, by: Actor) -> None:
    """Ask the new address to confirm and tell the old one; nothing changes yet. A taken address is answered alike."""
    lock(person)
    if email == person.email:
        raise Refused(_l("This is your address already."), field="email")
    _check_pace(person)
    open_ones = delete(EmailChange).where(EmailChange.person_id == person.id, EmailChange.confirmed_at.is_(None))
    db.session.execute(open_ones.execution_options(synchronize_session=False))
    confirm, refuse = new_token(), new_token()
    db.session.add(
        EmailChange(
            person_id=person.id,
            old_email=person.email,
            email=email,
            confirm_digest=token_digest(confirm),
            refuse_digest=token_digest(refuse),
        )
    )
    audit.record(audit.subject_of(person), "ask_for_email", by=by)
    _tell_new(person, email, confirm)
    _tell_old(person, "accounts/email_asked", f"/email/refused/{refuse}")


def _check_pace(person: Person) -> None:
    since = clock.now() - timedelta(hours=1)
    if queries.audit_rows(person, "ask_for_email", since) >= CHANGES_AN_HOUR:
        raise Refused(_l("You have asked for this several times. Please try again in an hour."), field="email")


def _tell_new(person: Person, email: str, token: str) -> None:
    known = queries.person_by_email(email)
    contact = Recipient("contact", email, known.locale if known else person.locale)
    template = "accounts/email_taken" if known else "accounts/email_confirm"
    if queries.letters_since(contact, template, clock.now() - timedelta(hours=1)) < CHANGES_AN_HOUR:
        notify(contact, template, url="/sign-in" if known else f"/email/confirmed/{token}")


def _tell_old(person: Person, template: str, url: str = "/me") -> None:
    if person.email:
        notify(Recipient("contact", person.email, person.locale), template, name=person.name, url=url)


def change_to_confirm(token: str) -> EmailChange | None:
    """The change that the new address may still confirm."""
    found = queries.email_change(confirm=token, since=clock.now() - CONFIRM_WITHIN)
    return found if found and found.confirmed_at is None else None


def change_to_refuse(token: str) -> EmailChange | None:
    """The change that the old address may still refuse or undo."""
    return queries.email_change(refuse=token, since=undo_limit())


def undo_limit() -> datetime:
    """What was asked for before this moment can no longer be undone."""
    return clock.now() - UNDO_WITHIN


def confirm_email(change: EmailChange) -> None:
    """The new address is hers from now on; the old one is told, and may undo it for three days."""
    lock(change, change.person)
    person = change.person
    if change.confirmed_at is not None or person.email != change.old_email:
        raise Refused(GONE)
    _tell_old(person, "accounts/email_changed")
    _set_email(person, change.email)
    change.confirmed_at = clock.now()
    audit.record(audit.subject_of(person), "change_email", by=_herself(person))


def refuse_email(change: EmailChange) -> bool:
    """The old address says no: what was asked for is dropped, what was done is undone and locks whoever did it out.

    Answers whether something had to be undone: then the password is one that nobody knows, and every session ended.
    """
    lock(change, change.person)
    person, undone = change.person, change.confirmed_at is not None
    if undone:
        _set_email(person, change.old_email)
        person.password_hash = NOBODY
        end_all(person)
    audit.record(audit.subject_of(person), "undo_email" if undone else "refuse_email", by=_herself(person))
    db.session.delete(change)
    return undone


def _set_email(person: Person, email: str | None) -> None:
    person.email = email
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused(TAKEN) from None


def _herself(person: Person) -> Actor:
    return Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)


def forget_email_changes(moment: datetime) -> None:
    """Changes from before a moment are forgotten."""
    old = delete(EmailChange).where(EmailChange.asked_at < moment)
    db.session.execute(old.execution_options(synchronize_session=False))
