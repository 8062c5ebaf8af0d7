"""Contracts in force that an address names, with what changes and ends them: between the firm and the seller."""

from __future__ import annotations

import io
from datetime import timedelta

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import Agreement, Dispute
from marketplace.contracts.services import amending, disputing, endings, proofs, rules, suspending, trail
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.states.agreements import AgreementKind, AmendmentRationale, Side
from marketplace.contracts.states.performing import DisputeSubject
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, writing
from tests import factories
from tests.access.rows import SIGN_IN, Row, Status, Thing, row
from tests.access.things import Asked, jpeg
from tests.access.world import World
from tests.contracts import changing

FIRM = "colleague"


def _side(world: World, side: Side) -> tuple[Organisation, Actor]:
    """The seller with its manager, or the firm that buys with the person who runs it."""
    person = db.session.get_one(Person, world.people["manager" if side is Side.SELLER else "firm_buyer"])
    organisation = person.memberships[0].organisation
    if not organisation.tax_code:
        with writing():
            organisation.tax_code = factories.tax_code()
    return organisation, factories.actor(person, organisation)


def _of(world: World, role: str) -> tuple[Side, Actor]:
    """The side that a role writes for; the seller where it is on none."""
    side = Side.BUYER if role == FIRM else Side.SELLER
    return side, _side(world, side)[1]


def _contract(world: World) -> Agreement:
    with writing():
        rules.load()
    variant = factories.variant_of(world.product(star=4))
    return changing.quickly_in_force(_side(world, Side.SELLER), _side(world, Side.BUYER), variant)


def contract(world: World, role: str) -> Asked:
    return Asked({"ref": _contract(world).ref})


def to_amend(world: World, role: str) -> Asked:
    return Asked({"ref": _contract(world).ref}, {"rationale": "price"})


def behind(world: World, role: str) -> Asked:
    """An annex that was overtaken by another one, in the turn of whoever asks."""
    made, (side, by) = _contract(world), _of(world, role)
    with writing():
        paper, other = (amending.propose_amendment(made, side, AmendmentRationale.PRICE, by=by) for _one in range(2))
    changing.quickly_sign(other, by, _side(world, side.other)[1], side=side)
    return Asked({"ref": paper.ref})


def to_suspend(world: World, role: str) -> Asked:
    made = _contract(world)
    with writing():
        trail.flag(made, "monitored", on=True, by=SYSTEM)
    return Asked({"ref": made.ref}, {"from_on": clock.today().isoformat(), "reason": "Kho đang sửa."})


def suspended(world: World, role: str) -> Asked:
    asked = to_suspend(world, role)
    made = db.session.query(Agreement).filter(Agreement.ref == asked.address["ref"]).one()
    by = _of(world, role)[1]
    if role == "officer":
        officer = db.session.get_one(Person, world.people[role])
        by = factories.actor(officer, officer.memberships[0].organisation)
    with writing():
        suspending.suspend(made, "Kho đang sửa.", clock.today(), by=by)
    return Asked(asked.address)


def to_end(world: World, role: str) -> Asked:
    until = clock.today() + timedelta(days=40)
    words = {"ground": "notice", "words": "Theo Điều 9.", "until": until.isoformat()}
    return Asked({"ref": _contract(world).ref}, words)


def closing(world: World, role: str) -> Asked:
    made, (side, by) = _contract(world), _of(world, role)
    with writing():
        endings.confirm_closing(made, side, by=by)
    return Asked({"ref": made.ref})


def ended(world: World, role: str) -> Asked:
    made = _contract(world)
    for side in Side:
        with writing():
            endings.confirm_closing(made, side, by=_side(world, side)[1])
    return Asked({"ref": made.ref})


def framework(world: World, role: str) -> Asked:
    made = _contract(world)
    with writing():
        made.kind = AgreementKind.FRAMEWORK
    return Asked({"ref": made.ref})


# --- disputes ---


def _dispute(world: World, side: Side = Side.SELLER) -> Dispute:
    made = _contract(world)
    file = proofs.keep(io.BytesIO(jpeg()), "ảnh.jpg")
    complaint = Complaint(DisputeSubject.PAYMENT, "Chưa trả tiền đợt 1.", files=[file])
    with writing():
        return disputing.open_dispute(made, side, complaint, by=_side(world, side)[1])


def _named(dispute: Dispute, **form: str) -> Asked:
    return Asked({"ref": dispute.agreement.ref, "dispute_ref": dispute.ref}, form)


def to_open(world: World, role: str) -> Asked:
    return Asked({"ref": _contract(world).ref}, {"subject": "delay", "words": "Giao trễ 10 ngày."})


def dispute(world: World, role: str) -> Asked:
    return _named(_dispute(world, _of(world, role)[0]))


def to_answer(world: World, role: str) -> Asked:
    return _named(_dispute(world, _of(world, role)[0].other), words="Đã trả ngày 2/11.")


def to_say(world: World, role: str) -> Asked:
    return _named(_dispute(world), words="Xem thêm ảnh.")


def to_mediate(world: World, role: str) -> Asked:
    made = _dispute(world)
    department = next(one for one in made.agreement.departments())
    return _named(made, department=department.ref)


def to_settle(world: World, role: str) -> Asked:
    return _named(_dispute(world), settlement="Trả trước ngày 30/11.")


def to_confirm(world: World, role: str) -> Asked:
    made, (side, _by) = _dispute(world), _of(world, role)
    with writing():
        disputing.propose_settlement(made, side.other, "Trả trước 30/11.", by=_side(world, side.other)[1])
    return _named(made, mark=disputing.settlement_mark(made))


def to_court(world: World, role: str) -> Asked:
    return _named(_dispute(world), reference="TAND khu vực 1, 12/2026")


def file(world: World, role: str) -> Asked:
    made = _dispute(world)
    return Asked({"ref": made.agreement.ref, "dispute_ref": made.ref, "number": 1})


def between(status: Status, thing: Thing, **by: Status) -> Row:
    """For both sides of the contract; the department of the seller's province sees the contract, and may not."""
    sides: dict[str, Status] = {"visitors": SIGN_IN, FIRM: status, "sellers": status, "officer": 403}
    return row(404, thing, None, **{**sides, **by})


def within(status: Status, thing: Thing) -> Row:
    """For those who take part in a dispute: a department that was not asked does not."""
    return between(status, thing, officer=404)


ROWS: dict[str, Row] = {
    "GET contracts.amendments": between(200, contract),
    "POST contracts.propose_amendment": between(303, to_amend),
    "POST contracts.base_anew": between(303, behind, officer=404),
    "GET contracts.suspension": between(200, to_suspend, officer=200),
    "POST contracts.suspend": between(303, to_suspend, officer=303),
    "POST contracts.lift_suspension": between(303, suspended, officer=303),
    "GET contracts.ending": between(200, contract),
    "POST contracts.give_notice": between(303, to_end),
    "POST contracts.propose_termination": between(303, contract),
    "POST contracts.propose_liquidation": between(303, contract),
    "POST contracts.confirm_closing": between(303, contract),
    "POST contracts.take_back_closing": between(303, closing),
    "POST contracts.renew": between(303, ended),
    "POST contracts.begin_sale": between(303, framework),
    "GET contracts.new_dispute": between(200, contract),
    "POST contracts.open_dispute": between(303, to_open),
    "GET contracts.show_dispute": within(200, dispute),
    "POST contracts.answer_dispute": within(303, to_answer),
    "POST contracts.say_in_dispute": within(303, to_say),
    "POST contracts.ask_for_mediation": within(303, to_mediate),
    "POST contracts.propose_settlement": within(303, to_settle),
    "POST contracts.confirm_settlement": within(303, to_confirm),
    "POST contracts.escalate_dispute": within(303, to_court),
    "POST contracts.withdraw_dispute": within(303, dispute),
    "GET contracts.dispute_file": within(200, file),
}
