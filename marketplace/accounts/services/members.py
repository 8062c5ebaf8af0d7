"""Who belongs to an organisation and as what; there is always somebody who runs it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete

from marketplace.accounts import queries
from marketplace.accounts.models import MemberInvitation, Membership, Organisation, Person
from marketplace.accounts.states import HEAD, ROLES_IN
from marketplace.core import audit
from marketplace.core.actors import Actor, Recipient, Role
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refusals import Refused

LAST_HEAD = _l("Somebody has to run the organisation. Give this role to a colleague first.")


def add_member(organisation: Organisation, person: Person, role: Role, *, by: Actor) -> None:
    """A person belongs to an organisation in one more role; nothing happens where she holds it already."""
    row = {"person_id": person.id, "organisation_id": organisation.id, "role": role}
    keys = ["person_id", "organisation_id", "role"]
    db.session.execute(insert_into(Membership).values(**row).on_conflict_do_nothing(index_elements=keys))
    db.session.expire(person, ["memberships"])
    audit.record(audit.subject_of(organisation), "join", by=by, person=person.ref, role=role.value)


def set_roles(organisation: Organisation, person: Person, roles: Collection[Role], *, by: Actor) -> None:
    """Say what a colleague does here from now on; she is told. Somebody has to stay who runs the organisation."""
    lock(organisation)
    _check_head(organisation, by)
    wanted, held = set(roles), queries.roles_of(organisation, person)
    if not held:
        raise Refused(_l("This person does not belong to the organisation any more."))
    if not wanted or not wanted <= set(ROLES_IN[organisation.kind]):
        raise Refused(_l("Please choose at least one role."))
    if wanted == held:
        return
    _keep_a_head(organisation, person, wanted)
    _take_roles(organisation, person, held - wanted)
    if HEAD[organisation.kind] not in wanted:
        _end_invitations_by(organisation, person)
    for role in sorted(wanted - held):
        db.session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=role))
    names = sorted(role.value for role in wanted)
    audit.record(audit.subject_of(organisation), "set_roles", by=by, person=person.ref, roles=names)
    _tell(organisation, person, "accounts/member_roles", "/me/organisation", by)


def remove(organisation: Organisation, person: Person, *, by: Actor) -> None:
    """A colleague does not belong to the organisation any more; she is told."""
    lock(organisation)
    _check_head(organisation, by)
    _end(organisation, person, "remove_member", by)
    _tell(organisation, person, "accounts/member_removed", "/me", by)


def leave(organisation: Organisation, person: Person, *, by: Actor) -> None:
    """Somebody leaves an organisation; the last one who runs it cannot."""
    lock(organisation)
    _end(organisation, person, "leave", by)


def _end(organisation: Organisation, person: Person, action: str, by: Actor) -> None:
    held = queries.roles_of(organisation, person)
    if not held:
        raise Refused(_l("This person does not belong to the organisation any more."))
    _keep_a_head(organisation, person, set())
    _take_roles(organisation, person, held)
    _end_invitations_by(organisation, person)
    audit.record(audit.subject_of(organisation), action, by=by, person=person.ref)


def _end_invitations_by(organisation: Organisation, person: Person) -> None:
    """Who runs the organisation no longer has no way back by a letter that she sent while she did."""
    sent = (MemberInvitation.organisation_id == organisation.id) & (MemberInvitation.invited_by_id == person.id)
    db.session.execute(delete(MemberInvitation).where(sent).execution_options(synchronize_session=False))


def _check_head(organisation: Organisation, by: Actor) -> None:
    """Whoever decides runs the organisation still: a colleague may have been quicker."""
    if by.person_id not in queries.heads_of(organisation):
        raise Refused(_l("You do not run this organisation any more."))


def _keep_a_head(organisation: Organisation, person: Person, wanted: set[Role]) -> None:
    heads = queries.heads_of(organisation)
    if HEAD[organisation.kind] not in wanted and heads == {person.id}:
        raise Refused(LAST_HEAD)


def _take_roles(organisation: Organisation, person: Person, roles: Collection[Role]) -> None:
    mine = (Membership.organisation_id == organisation.id) & (Membership.person_id == person.id)
    taken = delete(Membership).where(mine, Membership.role.in_(list(roles)))
    db.session.execute(taken.execution_options(synchronize_session=False))
    db.session.expire(person, ["memberships"])


def _tell(organisation: Organisation, person: Person, template: str, url: str, by: Actor) -> None:
    if person.id != by.person_id:
        about = {"organisation": organisation.name, "name": person.name}
        notify(Recipient("person", person.ref, person.locale), template, url=url, **about)
