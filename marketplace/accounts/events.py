"""What accounts tell the features above them."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.accounts.models import Person


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person has signed in; `guest_ref` is the random name under which the same browser shopped before, or ""."""

    person: Person
    guest_ref: str
