"""Agreements that are drafted and negotiated between the world's seller and the firm that buys."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core.database import db, writing
from tests import factories
from tests.access.rows import SIGN_IN, Row, Status, Thing, row
from tests.access.things import Asked
from tests.access.world import World
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, agreement_in


def sides_of(world: World) -> TwoSides:
    """The seller and the colleague's firm with their managers, in both of whose provinces somebody looks at papers."""
    making.load_rules()
    manager, purchaser = (db.session.get_one(Person, world.people[name]) for name in ("manager", "firm_buyer"))
    seller, buyer = manager.memberships[0].organisation, purchaser.memberships[0].organisation
    for one, province in ((seller, "hai-phong"), (buyer, "quang-ninh")):
        _complete(one, province)
    product = world.product(star=4)
    departments = making.department("hai-phong"), making.department("quang-ninh")
    people = manager, purchaser, manager, purchaser
    return TwoSides(seller, buyer, *departments, *people, product, factories.variant_of(product))


def _complete(organisation: Organisation, province_slug: str) -> None:
    """What a contract needs of a side; other rows of the matrix may have moved it elsewhere meanwhile."""
    with writing():
        organisation.province = factories.province(province_slug).now
        organisation.tax_code = organisation.tax_code or factories.tax_code()
        organisation.representative_title = organisation.representative_title or "Giám đốc"


def _in(world: World, state: AgreementState, **how: Any) -> Agreement:
    return agreement_in(state, sides_of(world), **how)


def draft(world: World, role: str) -> Asked:
    """The seller's own, with everything in it."""
    return Asked({"ref": _in(world, AgreementState.DRAFT).ref}, {"step": "term"})


def negotiated(world: World, role: str) -> Asked:
    """Sent by the seller; the firm has to answer."""
    return Asked({"ref": _in(world, AgreementState.NEGOTIATING).ref}, {"words": "Không cần nữa."})


def version(world: World, role: str) -> Asked:
    return Asked({**negotiated(world, role).address, "number": 1})


def with_own_draft(world: World, role: str) -> Asked:
    """The firm has begun to write an answer."""
    sides = sides_of(world)
    made = agreement_in(AgreementState.NEGOTIATING, sides)
    terms = making.last_version(made).terms
    with writing():
        agreements.save_draft(made, Side.BUYER, {**terms, "title": "Hợp đồng khác"}, sides.actor(Side.BUYER))
    return Asked({"ref": made.ref})


def compared(world: World, role: str) -> Asked:
    sides = sides_of(world)
    made = agreement_in(AgreementState.NEGOTIATING, sides)
    Walk(sides).counter(made, Side.BUYER)
    return Asked({"ref": made.ref})


def read(world: World, role: str) -> Asked:
    made = _in(world, AgreementState.NEGOTIATING)
    return Asked({"ref": made.ref}, {"sha256": making.last_version(made).sha256})


def issued(world: World, role: str) -> Asked:
    made = _in(world, AgreementState.SIGNING)
    return Asked({"ref": made.ref}, {"reason": "mistake", "words": "Sai địa chỉ kho."})


def partner(world: World, role: str) -> Asked:
    """The firm for those who sell, the seller for those who buy."""
    sides = sides_of(world)
    across = sides.seller if role == "colleague" else sides.buyer
    return Asked(form={"kind": "sale", "partner": across.ref})


def between(sellers: Status, colleague: Status, thing: Thing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """Something of both sides: for everybody else there is nothing."""
    return row(404, thing, form, **{"sellers": sellers, "colleague": colleague, **by})


PAGE: dict[str, Any] = {"visitors": SIGN_IN}
ROWS: dict[str, Row] = {
    "GET contracts.index": row(200, visitors=SIGN_IN, officer=302),
    "GET contracts.new": row(403, visitors=SIGN_IN, sellers=200, other_manager=200, colleague=200),
    "POST contracts.create": row(403, partner, sellers=303, other_manager=303, colleague=303),
    "GET contracts.show": between(200, 200, negotiated, **PAGE),
    "GET contracts.events": between(200, 200, negotiated, **PAGE),
    "GET contracts.draft": between(200, 404, draft, **PAGE),
    "GET contracts.preview_picture": between(200, 200, negotiated, **PAGE),
    "GET contracts.version": between(200, 200, version, **PAGE),
    "GET contracts.changes": between(200, 200, compared, **PAGE),
    "POST contracts.save_draft": between(303, 404, draft),
    "POST contracts.drop_draft": between(303, 303, with_own_draft),
    "POST contracts.send": between(303, 404, draft),
    "POST contracts.accept": between(422, 303, read),
    "POST contracts.refuse": between(422, 303, negotiated),
    "POST contracts.withdraw": between(303, 422, negotiated),
    "POST contracts.ask_for_changes": between(303, 303, issued, officer=403),
    "POST contracts.set_consent": between(303, 303, negotiated, {"consent": "band"}),
}
