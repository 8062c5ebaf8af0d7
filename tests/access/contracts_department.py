"""Texts before the department of the seller's province, and contracts in force that it follows."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import Agreement, DepartmentReview, MonitoringCase
from marketplace.contracts.services import monitoring
from marketplace.contracts.states.agreements import AgreementState
from marketplace.contracts.states.performing import Indicator
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db, writing
from tests import factories
from tests.access.contracts_agreements import sides_of
from tests.access.contracts_changes import contract as in_force
from tests.access.rows import SIGN_IN, Row, Status, Thing, row
from tests.access.things import Asked, nothing
from tests.access.world import World
from tests.contracts.making import agreement_in


def _officer(world: World) -> tuple[Organisation, Actor]:
    person = db.session.get_one(Person, world.people["officer"])
    department = person.memberships[0].organisation
    return department, factories.actor(person, department, Role.OFFICER)


def in_review(world: World, role: str) -> Asked:
    """A text that waits for both departments."""
    return Asked({"ref": agreement_in(AgreementState.IN_REVIEW, sides_of(world)).ref})


def review(world: World, role: str) -> Asked:
    """What the officer's department owes."""
    made = agreement_in(AgreementState.IN_REVIEW, sides_of(world))
    mine = (DepartmentReview.agreement_id == made.id) & (DepartmentReview.department_id == _officer(world)[0].id)
    return Asked({"ref": db.session.scalars(select(DepartmentReview.ref).where(mine)).one()})


def _case(world: World, *, is_open: bool) -> MonitoringCase:
    ref = in_force(world, "manager").address["ref"]
    department, officer = _officer(world)
    with writing():
        held = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        case = monitoring.draft_case(held, department, Indicator.LATE, "Giao trễ.", officer)
        if is_open:
            monitoring.open_case(case, officer)
    return case


def draft_case(world: World, role: str) -> Asked:
    return Asked({"ref": _case(world, is_open=False).ref})


def open_case(world: World, role: str) -> Asked:
    return Asked({"ref": _case(world, is_open=True).ref})


def answered(world: World, role: str) -> Asked:
    case = _case(world, is_open=True)
    return Asked({"ref": case.agreement.ref, "case": case.ref})


def officers(status: Status, thing: Thing = nothing, form: dict[str, str] | None = None, **by: Status) -> Row:
    """For the department alone; everybody else finds nothing there."""
    return row(404, thing, form, **{"officer": status, **by})


PAGE = {"visitors": SIGN_IN}
OPINION = {"opinion": "Đồng ý."}
RETURN = {"reason": "price", "words": "Giá thấp."}
NEW = {"indicator": "price", "words": "Giá tăng 30%.", "act": "open"}
ANSWER = {"acted": "yes", "answer": "Đã giao bù."}
ROWS: dict[str, Row] = {
    "GET contracts.department": officers(200, **PAGE),
    "GET contracts.department_agreements": officers(200, **PAGE),
    "GET contracts.department_agreement": officers(200, in_review, **PAGE),
    "POST contracts.approve_review": officers(303, review, OPINION),
    "POST contracts.return_review": officers(303, review, RETURN),
    "GET contracts.department_risks": officers(200, **PAGE),
    "GET contracts.department_cases": officers(200, **PAGE),
    "GET contracts.department_case": officers(200, open_case, **PAGE),
    "GET contracts.new_case": officers(200, in_force, **PAGE),
    "POST contracts.make_case": officers(303, in_force, NEW),
    "POST contracts.change_case": officers(303, draft_case, {"words": "Giao trễ bốn lần."}),
    "POST contracts.open_case": officers(303, draft_case),
    "POST contracts.cancel_case": officers(303, draft_case),
    "POST contracts.end_case": officers(303, open_case, {"end": "stop", "result": "Không cần nữa."}),
    "GET contracts.case_of_agreement": officers(200, answered, sellers=200, colleague=200, **PAGE),
    "POST contracts.answer_case": officers(403, answered, ANSWER, sellers=303, colleague=303),
}
