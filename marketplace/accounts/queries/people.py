"""People: by address, phone, ref or session, and what is kept of how they sign in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import (
    EmailChange,
    Membership,
    Organisation,
    Person,
    ProvenPhone,
    RecoveryCode,
    SecondFactor,
    SignIn,
    SignInAttempt,
)
from marketplace.core import audit, clock
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.refs import token_digest
from marketplace.web.forms import email_address, phone_number

# a device on which nothing was done for so long is signed out
SIGNED_IN_FOR = timedelta(days=90)


def person_by_email(email: str) -> Person | None:
    """The person with this address."""
    return db.session.scalar(select(Person).where(Person.email == email.lower()))


def person_by_login(text: str) -> Person | None:
    """Whom an e-mail address or a phone number means: who proved it, else the one who gave it, if it is only one."""
    email = email_address(text)
    if email:
        return person_by_email(email)
    phone = phone_number(text)
    owner = person_by_proven_phone(phone or "")
    if owner is not None:
        return owner
    found = db.session.scalars(select(Person).where(Person.phone == phone).limit(2)).all() if phone else []
    return found[0] if len(found) == 1 else None


def person_by_proven_phone(phone: str) -> Person | None:
    """Whoever has read a code at this number."""
    return db.session.scalar(select(Person).join(ProvenPhone).where(ProvenPhone.phone == phone))


def person_by_ref(ref: str) -> Person | None:
    """The person with this ref."""
    return db.session.scalar(select(Person).where(Person.ref == ref))


def names_of(refs: Collection[str]) -> dict[str, str]:
    """How the people with these refs are called."""
    return dict(db.session.execute(select(Person.ref, Person.name).where(Person.ref.in_(refs))).all())


def sign_in_of_session(identity: str, key: str) -> tuple[Person, SignIn] | None:
    """Whose session it is, with her organisations, in one query; nobody's once it was ended, here or elsewhere."""
    ref, _dot, epoch = identity.partition(".")
    whole = joinedload(Person.memberships).joinedload(Membership.organisation)
    asked = select(Person, SignIn).join(SignIn, SignIn.person_id == Person.id).options(whole)
    asked = asked.where(Person.ref == ref, Person.sign_in_epoch == epoch, SignIn.ref == key)
    row = db.session.execute(asked.where(SignIn.seen_at > clock.now() - SIGNED_IN_FOR)).unique().one_or_none()
    return (row[0], row[1]) if row else None


def sign_ins_of(person: Person) -> list[SignIn]:
    """Where a person is signed in, the latest act first."""
    fresh = SignIn.seen_at > clock.now() - SIGNED_IN_FOR
    asked = select(SignIn).where(SignIn.person_id == person.id, fresh).order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    return list(db.session.scalars(asked))


def has_sign_ins_before(moment: datetime) -> bool:
    """Whether a device is kept on which nothing was done since a moment."""
    return db.session.scalar(select(SignIn.id).where(SignIn.seen_at < moment).limit(1)) is not None


def factor_of(person: Person) -> SecondFactor | None:
    """The app that a person has set up, or has begun to."""
    return db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == person.id))


def has_second_factor(person: Person) -> bool:
    """Whether a code is asked for when this person signs in."""
    known = select(SecondFactor.id).where(SecondFactor.person_id == person.id, SecondFactor.confirmed_at.is_not(None))
    return db.session.scalar(known) is not None


def unused_recovery_codes(person: Person) -> int:
    """How many recovery codes are left."""
    left = (RecoveryCode.person_id == person.id) & RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(left)) or 0


def email_change(*, confirm: str = "", refuse: str = "", since: datetime) -> EmailChange | None:
    """The change of an address that a letter's link confirms or refuses, if it was asked for since a moment."""
    asked = select(EmailChange).where(EmailChange.asked_at > since)
    if confirm:
        return db.session.scalar(asked.where(EmailChange.confirm_digest == token_digest(confirm)))
    return db.session.scalar(asked.where(EmailChange.refuse_digest == token_digest(refuse)))


def has_email_changes_before(moment: datetime) -> bool:
    """Whether changes of an address are kept that can no longer be undone."""
    return db.session.scalar(select(EmailChange.id).where(EmailChange.asked_at < moment).limit(1)) is not None


def failed_attempts(keys: Sequence[str], *, since: datetime) -> Counter[str]:
    """How many failed tries to sign in are counted under each key since a moment."""
    counted = select(SignInAttempt.key, func.count()).where(SignInAttempt.key.in_(keys), SignInAttempt.at > since)
    return Counter(dict(db.session.execute(counted.group_by(SignInAttempt.key)).all()))


def has_attempts_before(moment: datetime) -> bool:
    """Whether failed tries from before a moment are still kept."""
    return db.session.scalar(select(SignInAttempt.id).where(SignInAttempt.at < moment).limit(1)) is not None


def audit_rows(whose: Person | Organisation, action: str, since: datetime) -> int:
    """How often something was done with an account or an organisation since a moment."""
    subject = audit.subject_of(whose)
    mine = (AuditEntry.subject_kind == subject.kind) & (AuditEntry.subject_ref == subject.ref)
    asked = select(func.count()).where(mine, AuditEntry.action == action, AuditEntry.at > since)
    return db.session.scalar(asked) or 0
