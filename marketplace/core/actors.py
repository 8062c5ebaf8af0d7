"""Who acts: a signed-in person (for an organisation or not), a guest, a token or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of actors that the trail knows."""

    PERSON = "person"
    GUEST = "guest"
    TOKEN = "token"
    SYSTEM = "system"


class Role(StrEnum):
    """What a person is inside an organisation."""

    MANAGER = "manager"
    STAFF = "staff"
    SIGNATORY = "signatory"
    OFFICER = "officer"
    LEADER = "leader"


class OrganisationKind(StrEnum):
    """What an organisation does here."""

    PRODUCER = "producer"
    BUYER = "buyer"
    DEPARTMENT = "department"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One actor as services, policies and the trail see it; ids stay inside, refs may be shown and stored."""

    kind: ActorKind
    ref: str
    person_id: int | None = None
    organisation_id: int | None = None
    organisation_ref: str | None = None
    organisation_kind: OrganisationKind | None = None
    organisation_name: str | None = None
    organisation_verified: bool = False
    organisation_suspended: bool = False
    roles: frozenset[Role] = frozenset()
    display_name: str = ""
    on_behalf_of: str | None = None
    until: datetime | None = None
    grants: frozenset[str] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        """A person with an account."""
        return self.kind is ActorKind.PERSON

    @property
    def is_seller(self) -> bool:
        """Acts for a producer."""
        return self.organisation_kind is OrganisationKind.PRODUCER

    @property
    def is_operator(self) -> bool:
        """Acts for the marketplace's own operator."""
        return self.organisation_kind is OrganisationKind.OPERATOR

    def has_role(self, *roles: Role) -> bool:
        """Holds one of these roles in the current organisation."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, organisation_id: int | None, *roles: Role) -> bool:
        """Belongs to that organisation now (with one of these roles, where any are named)."""
        if organisation_id is None or self.organisation_id != organisation_id:
            return False
        return not roles or self.has_role(*roles)


SYSTEM = Actor(kind=ActorKind.SYSTEM, ref="system")


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a notice goes: a `person` or `organisation` by ref, or a `contact` whose ref is an e-mail address."""

    kind: str
    ref: str
    locale: str = "vi"
