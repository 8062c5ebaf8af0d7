"""Organisations, who belongs to them and who is asked to; those that share something with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import MemberInvitation, Membership, Organisation, Person
from marketplace.accounts.states import HEAD, OrganisationState
from marketplace.core.actors import OrganisationKind, Recipient, Role
from marketplace.core.database import db
from marketplace.core.refs import token_digest


def organisation_by_slug(slug: str) -> Organisation | None:
    """The organisation with this slug."""
    return db.session.scalar(select(Organisation).where(Organisation.slug == slug))


def organisation_by_ref(ref: str) -> Organisation | None:
    """The organisation with this ref."""
    return db.session.scalar(select(Organisation).where(Organisation.ref == ref))


def people_of(organisation_id: int, *roles: Role) -> list[Person]:
    """Everyone who belongs to an organisation (with one of these roles, where any are named), each once."""
    held = Membership.role.in_(roles) if roles else Membership.role.is_not(None)
    members = select(Membership.person_id).where(Membership.organisation_id == organisation_id, held)
    return list(db.session.scalars(select(Person).where(Person.id.in_(members)).order_by(Person.id)))


def belongs_to_any(person_id: int, organisation_ids: Sequence[int]) -> bool:
    """Whether a person has a role in one of these organisations, whomever she acts for now."""
    held = (Membership.person_id == person_id) & Membership.organisation_id.in_(organisation_ids)
    return db.session.scalar(select(Membership.id).where(held).limit(1)) is not None


def operators() -> list[Recipient]:
    """Whom to tell what only the marketplace's own operator can mend."""
    asked = select(Organisation.ref).where(Organisation.kind == OrganisationKind.OPERATOR).order_by(Organisation.id)
    return [Recipient("organisation", ref) for ref in db.session.scalars(asked)]


def memberships_of(person: Person) -> list[tuple[Organisation, list[Role]]]:
    """The organisations of a person with her roles in each, in the order in which she joined."""
    asked = select(Membership).where(Membership.person_id == person.id).order_by(Membership.id)
    grouped: dict[Organisation, list[Role]] = {}
    for one in db.session.scalars(asked.options(joinedload(Membership.organisation))):
        grouped.setdefault(one.organisation, []).append(one.role)
    return list(grouped.items())


def organisation_by_tax_code(code: str) -> Organisation | None:
    """The organisation with this tax code."""
    return db.session.scalar(select(Organisation).where(Organisation.tax_code == code))


def taken_slugs(wanted: str) -> set[str]:
    """Addresses that begin like this one and belong to somebody."""
    known = select(Organisation.slug).where(Organisation.slug.like(f"{wanted}%"))
    return set(db.session.scalars(known))


def pending_of(person_id: int) -> int:
    """How many organisations wait for verification that a person belongs to."""
    mine = select(Membership.organisation_id).where(Membership.person_id == person_id)
    waiting = Organisation.state == OrganisationState.PENDING
    return db.session.scalar(select(func.count()).where(Organisation.id.in_(mine), waiting)) or 0


# --- who belongs to it ---


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an organisation with her roles in it."""

    person: Person
    roles: tuple[Role, ...]


def members_of(organisation: Organisation) -> list[Member]:
    """The people of an organisation in the order in which they joined."""
    asked = select(Membership).where(Membership.organisation_id == organisation.id).order_by(Membership.id)
    grouped: dict[Person, list[Role]] = {}
    for one in db.session.scalars(asked.options(joinedload(Membership.person))):
        grouped.setdefault(one.person, []).append(one.role)
    return [Member(person, tuple(role for role in Role if role in roles)) for person, roles in grouped.items()]


def member_of(organisation: Organisation, ref: str) -> Person | None:
    """The person with this ref, if she belongs to the organisation."""
    members = select(Membership.person_id).where(Membership.organisation_id == organisation.id)
    return db.session.scalar(select(Person).where(Person.ref == ref, Person.id.in_(members)))


def roles_of(organisation: Organisation, person: Person) -> set[Role]:
    """What a person is in an organisation."""
    held = (Membership.organisation_id == organisation.id) & (Membership.person_id == person.id)
    return set(db.session.scalars(select(Membership.role).where(held)))


def heads_of(organisation: Organisation) -> set[int]:
    """The ids of the people who run an organisation."""
    held = (Membership.organisation_id == organisation.id) & (Membership.role == HEAD[organisation.kind])
    return set(db.session.scalars(select(Membership.person_id).where(held)))


def invitations_of(organisation: Organisation, since: datetime) -> list[MemberInvitation]:
    """Who was invited since a moment and has not answered, the latest first."""
    asked = select(MemberInvitation).where(MemberInvitation.organisation_id == organisation.id)
    return list(
        db.session.scalars(asked.where(MemberInvitation.invited_at > since).order_by(MemberInvitation.id.desc()))
    )


def invitation_by_ref(organisation: Organisation, ref: str) -> MemberInvitation | None:
    """One invitation of an organisation."""
    mine = (MemberInvitation.organisation_id == organisation.id) & (MemberInvitation.ref == ref)
    return db.session.scalar(select(MemberInvitation).where(mine))


def invitation_by_token(token: str, since: datetime) -> MemberInvitation | None:
    """The invitation that a letter's link carries, if it was written since a moment."""
    known = (MemberInvitation.digest == token_digest(token)) & (MemberInvitation.invited_at > since)
    return db.session.scalar(select(MemberInvitation).where(known))


def has_invitations_before(moment: datetime) -> bool:
    """Whether invitations are kept that nobody can accept any more."""
    old = select(MemberInvitation.id).where(MemberInvitation.invited_at < moment)
    return db.session.scalar(old.limit(1)) is not None


# --- what two organisations share ---


def same_phone(organisation: Organisation) -> list[Organisation]:
    """Others with the same phone number."""
    return _others(organisation, Organisation.phone == organisation.phone) if organisation.phone else []


def same_representative(organisation: Organisation) -> list[Organisation]:
    """Others that the same name represents."""
    name = organisation.representative
    return _others(organisation, Organisation.representative == name) if name else []


def same_address(organisation: Organisation) -> list[Organisation]:
    """Others at the same house of the same ward."""
    street = organisation.street
    if not street or organisation.ward_id is None:
        return []
    here = (Organisation.ward_id == organisation.ward_id) & (Organisation.street == street)
    return _others(organisation, here)


def _others(organisation: Organisation, alike: ColumnElement[bool]) -> list[Organisation]:
    asked = select(Organisation).where(alike, Organisation.id != organisation.id).order_by(Organisation.id)
    return list(db.session.scalars(asked.limit(5)))
