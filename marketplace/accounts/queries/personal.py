"""What a person has chosen, proven, asked to be handed out and asked to be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import DataExport, Erasure, NoticeChoice, Person, PhoneCode, ProvenPhone
from marketplace.core.database import db
from marketplace.core.outbox.topics import Choices, Topic, Way


def proven_phone(person: Person) -> str:
    """The number that this person has proven, or nothing."""
    return db.session.scalar(select(ProvenPhone.phone).where(ProvenPhone.person_id == person.id)) or ""


def proven_phones(people: Collection[Person]) -> dict[int, str]:
    """The proven numbers of several people, by their ids."""
    asked = select(ProvenPhone.person_id, ProvenPhone.phone)
    return dict(db.session.execute(asked.where(ProvenPhone.person_id.in_([one.id for one in people]))).all())


def choices_of(people: Collection[Person]) -> dict[int, Choices]:
    """What several people have chosen to be told and how, by their ids; only what differs from nothing said."""
    found: dict[int, dict[tuple[Topic, Way], bool]] = {one.id: {} for one in people}
    for row in db.session.scalars(select(NoticeChoice).where(NoticeChoice.person_id.in_(list(found)))):
        found[row.person_id][row.topic, row.way] = row.wanted
    return dict(found)


def has_phone_codes_before(moment: datetime) -> bool:
    """Whether codes from before a moment are still kept."""
    return db.session.scalar(select(PhoneCode.id).where(PhoneCode.sent_at < moment).limit(1)) is not None


def phone_code(holder: str, nonce: str) -> PhoneCode | None:
    """The code that is still the latest for its holder."""
    return db.session.scalar(select(PhoneCode).where(PhoneCode.holder == holder, PhoneCode.nonce == nonce))


def exports_of(person: Person, since: datetime) -> list[DataExport]:
    """What a person asked to be handed out since a moment, the latest first."""
    asked = select(DataExport).where(DataExport.person_id == person.id, DataExport.asked_at > since)
    return list(db.session.scalars(asked.order_by(DataExport.id.desc())))


def export_by_ref(ref: str) -> DataExport | None:
    """The export with this ref."""
    return db.session.scalar(select(DataExport).where(DataExport.ref == ref))


def exports_before(moment: datetime) -> list[DataExport]:
    """Exports whose time is over."""
    return list(db.session.scalars(select(DataExport).where(DataExport.asked_at < moment).limit(100)))


def erasure_of(person: Person) -> Erasure | None:
    """The wish of a person to be forgotten, if she has said so."""
    return db.session.scalar(select(Erasure).where(Erasure.person_id == person.id))


def erasure_by_digest(digest: str) -> Erasure | None:
    """The wish that a letter's link takes back."""
    return db.session.scalar(select(Erasure).where(Erasure.undo_digest == digest, Erasure.done_at.is_(None)))


def erasures_due(moment: datetime) -> list[Erasure]:
    """Wishes whose time to think is over."""
    due = select(Erasure).where(Erasure.effective_at <= moment, Erasure.done_at.is_(None)).order_by(Erasure.id)
    return list(db.session.scalars(due.limit(100)))
