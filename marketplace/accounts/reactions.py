"""How the outbox finds people and organisations."""

from __future__ import annotations

from marketplace.accounts import queries
from marketplace.accounts.models import Person
from marketplace.core.actors import Role
from marketplace.core.outbox.notices import Address, resolves
from marketplace.core.outbox.topics import Choices

# who reads an organisation's letters; signatories and leaders are asked one by one
READERS = (Role.MANAGER, Role.STAFF, Role.OFFICER)


@resolves("person")
def address_of_person(ref: str) -> list[Address]:
    """Where one person reads her mail."""
    person = queries.person_by_ref(ref)
    return _addresses([person] if person else [])


@resolves("organisation")
def addresses_of_organisation(ref: str) -> list[Address]:
    """Everyone who runs an organisation; its own address where nobody is left."""
    organisation = queries.organisation_by_ref(ref)
    if organisation is None:
        return []
    found = _addresses(queries.people_of(organisation.id, *READERS))
    return found or ([Address(organisation.email, "", organisation.name)] if organisation.email else [])


def _addresses(people: list[Person]) -> list[Address]:
    """Where these people are reached, and what they have chosen; nobody writes to somebody who was forgotten."""
    left = [person for person in people if not person.is_erased]
    phones, choices = queries.proven_phones(left), queries.choices_of(left)
    found = [_address(person, phones.get(person.id, ""), choices.get(person.id, {})) for person in left]
    return [one for one in found if one.email or one.phone]


def _address(person: Person, phone: str, choices: Choices) -> Address:
    return Address(person.email or "", person.locale, person.name, phone, person.ref, choices)
