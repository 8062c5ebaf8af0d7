"""What a person does with her own account."""

from __future__ import annotations

from sqlalchemy import delete, update

from marketplace.accounts import queries
from marketplace.accounts.models import Person, ProvenPhone
from marketplace.accounts.services.sessions import end_all
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import Notice, notify
from marketplace.core.refusals import Refused


def edit(person: Person, *, name: str, phone: str | None, locale: str, by: Actor) -> None:
    """Change how she is called and reached, and the language of her letters."""
    lock(person)
    if phone != person.phone:
        _drop_proof(person)
    changed = [field for field, value in (("name", name), ("phone", phone)) if getattr(person, field) != value]
    person.name, person.phone, person.locale = name, phone, locale
    if changed:
        audit.record(audit.subject_of(person), "edit", by=by, fields=changed)


def _drop_proof(person: Person) -> None:
    """Another number has not been proven yet; whoever has no e-mail proves the new one before she gives up the old."""
    if not person.email:
        raise Refused(
            _l("This number is your way in. Prove the new one on the page \u201cMy phone\u201d first."), field="phone"
        )
    old = delete(ProvenPhone).where(ProvenPhone.person_id == person.id)
    db.session.execute(old.execution_options(synchronize_session=False))


def change_password(person: Person, *, password_hash: str, by: Actor, action: str = "change_password") -> None:
    """Set a new password; every session that was open before has ended, and she is told by letter."""
    lock(person)
    person.password_hash = password_hash
    end_all(person)
    audit.record(audit.subject_of(person), action, by=by)
    notify(Recipient("person", person.ref, person.locale), "accounts/password_changed", name=person.name, url="/me")


def mark_notices_read(actor: Actor) -> None:
    """Everything that she and her current organisation were told so far counts as read."""
    unread = update(Notice).where(queries.told_to(actor), Notice.read_at.is_(None)).values(read_at=clock.now())
    db.session.execute(unread.execution_options(synchronize_session=False))
