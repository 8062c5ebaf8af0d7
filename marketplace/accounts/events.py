"""What accounts tell the features above them."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.accounts.models import Organisation, Person


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person has signed in; `guest_ref` is the random name under which the same browser shopped before, or ""."""

    person: Person
    guest_ref: str


@dataclass(frozen=True, slots=True)
class OrganisationVerified:
    """The operator has looked at an organisation's papers: it may sell and buy in its own name from now on."""

    organisation: Organisation


@dataclass(frozen=True, slots=True)
class OrganisationSuspended:
    """An organisation may neither sell nor order until it is reinstated; what it has promised it still does."""

    organisation: Organisation


@dataclass(frozen=True, slots=True)
class OrganisationReinstated:
    """A suspended organisation works here as before."""

    organisation: Organisation


@dataclass(frozen=True, slots=True)
class OrganisationRenamed:
    """An organisation is called otherwise than `before`; the address of its shop stays."""

    organisation: Organisation
    before: str


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person has been forgotten: only her ref is left."""

    person: Person
