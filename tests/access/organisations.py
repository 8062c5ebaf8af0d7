"""What the rows of organisations start from: profiles, invitations, colleagues, and requests to the operator."""

from __future__ import annotations

from sqlalchemy import update

from marketplace.accounts.models import Application, MemberInvitation, Organisation, Person
from marketplace.accounts.states import ApplicationKind, OrganisationState
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.core.refs import token_digest
from tests import factories
from tests.access import making
from tests.access.things import Asked
from tests.access.world import World


def kind_of_organisation(world: World, role: str) -> Asked:
    return Asked({"kind": "producer"})


def profile(world: World, role: str) -> Asked:
    place = factories.province(making.TO)
    names = {"legal_form": "cooperative", "legal_name": "HTX Mới", "name": "HTX Mới", "representative": "Lan"}
    where = {"province": place.slug, "ward": factories.ward(making.TO).code, "street": "Thôn 1"}
    return Asked(form={**names, **where, "tax_code": factories.tax_code(), "phone": "0912345678", "email": ""})


def founded(world: World, role: str) -> Asked:
    """Few may wait at once: those of another row were answered meanwhile."""
    with writing():
        waiting = update(Organisation).where(Organisation.state == OrganisationState.PENDING)
        db.session.execute(waiting.values(state=OrganisationState.VERIFIED))
    return Asked({"kind": "producer"}, profile(world, role).form)


def _own(world: World, role: str) -> Organisation | None:
    person = db.session.get(Person, world.people.get(role, 0))
    return person.memberships[0].organisation if person and person.memberships else None


def invited(world: World, role: str) -> Asked:
    own = _own(world, role)
    chosen = "officer" if own and own.kind is OrganisationKind.DEPARTMENT else "staff"
    return Asked(form={"email": f"moi{factories.number()}@vidu.vn", "role": chosen})


def _invitation(of: Organisation, email: str) -> tuple[str, str]:
    token, ref = f"thu-moi-{factories.number()}", f"moi-{factories.number()}"
    known = {"organisation_id": of.id, "email": email, "role": Role.STAFF, "digest": token_digest(token)}
    factories.stored(MemberInvitation(ref=ref, **known))
    return token, ref


def open_invitation(world: World, role: str) -> Asked:
    own = _own(world, role) or db.session.get_one(Organisation, world.seller_id)
    return Asked({"ref": _invitation(own, f"moi{factories.number()}@vidu.vn")[1]})


def colleague(world: World, role: str) -> Asked:
    made = factories.person()
    factories.membership(made, _own(world, role) or db.session.get_one(Organisation, world.seller_id), Role.SIGNATORY)
    return Asked({"ref": made.ref})


def second_organisation(world: World, role: str) -> Asked:
    """One that she may leave: somebody else runs it, and it is nobody's first."""
    made = factories.organisation(OrganisationKind.BUYER)
    factories.manager_of(made)
    if role in world.people:
        factories.membership(db.session.get_one(Person, world.people[role]), made, Role.STAFF)
    return Asked({"ref": made.ref})


def letter_of_invitation(world: World, role: str) -> Asked:
    """To her own address where she has one; a newcomer fills the form in. Nobody acts for this one by herself."""
    person = db.session.get(Person, world.people.get(role, 0))
    email = person.email if person and person.email else f"moi{factories.number()}@vidu.vn"
    closed = factories.organisation(OrganisationKind.BUYER, state=OrganisationState.SUSPENDED)
    token, _ref = _invitation(closed, email)
    return Asked({"token": token}, {"name": "Hoa", "password": "ba con trâu trắng", "consent": "y"})


def waiting_organisation(world: World, role: str) -> Asked:
    return Asked({"ref": factories.organisation(verified=False).ref})


def applied_organisation(world: World, role: str) -> Asked:
    made = factories.organisation(verified=False)
    known = {"ref": factories.next_ref_now("application"), "kind": ApplicationKind.JOINING}
    factories.stored(Application(organisation_id=made.id, **known))
    return Asked({"ref": made.ref})


def verified_organisation(world: World, role: str) -> Asked:
    return Asked({"ref": factories.organisation().ref})


def suspended_organisation(world: World, role: str) -> Asked:
    return Asked({"ref": factories.organisation(state=OrganisationState.SUSPENDED).ref})
