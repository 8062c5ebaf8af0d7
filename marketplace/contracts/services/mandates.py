"""Powers of attorney: who may sign for an organisation, up to which value, what kinds, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, Mandate
from marketplace.contracts.queries import signing as known
from marketplace.contracts.queries.in_force import last_terms
from marketplace.contracts.services import guards
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import covers
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient, Role
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may sign from one day to another: no kinds means all, no limit any value (đồng); its paper."""

    valid_from: date
    valid_to: date
    kinds: Sequence[AgreementKind] = ()
    limit_vnd: int | None = None
    number: str = ""
    file_key: str = ""


def give(organisation: Organisation, person: Person, grant: Grant, *, by: Actor) -> Mandate:
    """A signatory may sign for the organisation within limits, until a day; she is told."""
    lock(organisation)
    if Role.SIGNATORY not in accounts.roles_of(organisation, person):
        raise Refused(_l("Only a colleague with the role of signatory can be given a mandate."), field="person")
    if grant.valid_to < max(grant.valid_from, clock.today()):
        raise Refused(_l("The last day cannot lie before the first, nor in the past."), field="valid_to")
    mandate = _written(organisation, person, grant, by)
    figures: dict[str, Any] = {"person": person.ref, "limit_vnd": grant.limit_vnd, "valid_to": grant.valid_to}
    audit.record(
        audit.subject_of(mandate), "give", by=by, organisation=organisation.ref, kinds=mandate.kinds, **figures
    )
    _tell(organisation, person, "mandate_given", until=grant.valid_to.isoformat())
    return mandate


def _written(organisation: Organisation, person: Person, grant: Grant, by: Actor) -> Mandate:
    whose = {"organisation_id": organisation.id, "person_id": person.id, "given_by_id": by.person_id}
    said = {**asdict(grant), "kinds": [kind.value for kind in grant.kinds]}
    mandate = Mandate(ref=next_ref("mandate"), **whose, **said)
    db.session.add(mandate)
    db.session.flush()
    return mandate


def end(mandate: Mandate, *, by: Actor) -> None:
    """The mandate covers nothing from now on; what was signed under it stays signed."""
    lock(mandate)
    if mandate.ended_at is not None:
        raise Refused(_l("This mandate has ended already."))
    mandate.ended_at = clock.now()
    audit.record(audit.subject_of(mandate), "end", by=by, person=mandate.person.ref)
    _tell(mandate.organisation, mandate.person, "mandate_ended", until=clock.today().isoformat())


def fault_of(agreement: Agreement, organisation: Organisation, person: Person) -> Fault | None:
    """Why a person may not sign this paper for an organisation today, or None."""
    return _fault_of_sides(agreement) or _fault_of_person(agreement, organisation, person)


def _fault_of_sides(agreement: Agreement) -> Fault | None:
    """Both may trade, and the paper names them as they are today."""
    sides = [agreement.organisation_of(side) for side in Side]
    if any(one.state is OrganisationState.SUSPENDED for one in sides):
        return Fault.SUSPENDED
    terms = last_terms(agreement)
    if terms is None or all(guards.is_named_as_today(agreement.organisation_of(side), terms, side) for side in Side):
        return None
    return Fault.RENAMED


def _fault_of_person(agreement: Agreement, organisation: Organisation, person: Person) -> Fault | None:
    """She is a signatory still; the legal representative needs no mandate."""
    if Role.SIGNATORY not in accounts.roles_of(organisation, person):
        return Fault.NO_MANDATE
    if known.is_representative(organisation, person):
        return None
    powers = known.powers_of(organisation, person)
    return covers(powers, agreement.kind.value, agreement.value_vnd, clock.today())


def _tell(organisation: Organisation, person: Person, template: str, **more: str) -> None:
    words = {"organisation": organisation.name, "url": "/me/organisation/mandates", **more}
    notify(Recipient("person", person.ref, person.locale), f"contracts/{template}", **words)
