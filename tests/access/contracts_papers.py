"""Papers that are issued and taken along, and the public page on which anybody checks them."""

from __future__ import annotations

import io

from marketplace.contracts.models import Agreement
from marketplace.contracts.states.agreements import AgreementState, Consent
from marketplace.core.database import db, writing
from tests.access.contracts_agreements import between, issued, negotiated, sides_of
from tests.access.rows import SIGN_IN, Row, public, row
from tests.access.things import Asked
from tests.access.world import World
from tests.contracts import performing as perform
from tests.contracts.making import agreement_in, document_of


def address(world: World, role: str) -> Asked:
    """What the QR code of an issued paper names."""
    return Asked({"token": document_of(agreement_in(AgreementState.SIGNING, sides_of(world))).token})


def file(world: World, role: str) -> Asked:
    """A file that is none of ours."""
    return Asked(form={"file": (io.BytesIO(b"%PDF-1.7"), "hop-dong.pdf")})


def delivery(world: World, role: str) -> Asked:
    """Goods that were called and have left."""
    sides = sides_of(world)
    agreement = perform.contract_in_force(sides)
    call_off = perform.call(agreement, sides, L1=10)
    perform.ship(call_off, sides)
    return Asked({"ref": agreement.ref, "call_off_ref": call_off.ref})


def consenting(world: World, role: str) -> Asked:
    """A contract whose two sides show something of it."""
    agreement = perform.contract_in_force(sides_of(world))
    with writing():
        db.session.get_one(Agreement, agreement.id).consent = Consent.BAND
    return Asked({"ref": agreement.ref})


PAGE = {"visitors": SIGN_IN}
# officers of the two provinces read papers and call-offs, once their departments were shown the contract
TOLD = {**PAGE, "officer": 200}
ROWS: dict[str, Row] = {
    "GET contracts.open_data_policy": public(),
    "GET contracts.open_releases": public(),
    "GET contracts.open_contract": public(consenting),
    "GET contracts.document_pdf": between(200, 200, issued, **TOLD),
    "GET contracts.evidence_zip": between(200, 200, issued, **TOLD),
    "GET contracts.preview_pdf": between(200, 200, negotiated, **PAGE),
    "GET contracts.call_off_slip": between(200, 200, delivery, **TOLD),
    "GET contracts.delivery_minutes": between(200, 200, delivery, **TOLD),
    "GET contracts.verify": public(),
    "POST contracts.verify_file": row(200, file),
    "GET contracts.verify_token": public(address),
}
