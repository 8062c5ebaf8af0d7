"""Signing: papers that wait for signatures, codes, mandates, authorities; the manager signs as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.states import LegalForm
from marketplace.contracts.models import Agreement, Document, Mandate, RegisteredCertificate, SigningCode, TrustRoot
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import codes, mandates, rules, signing
from marketplace.contracts.services.mandates import Grant
from marketplace.contracts.signatures import preparing
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Evidence, Side
from marketplace.contracts.states.signing import Way
from marketplace.core import clock
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db, writing
from marketplace.core.refs import token_digest
from tests import factories
from tests.access.rows import SIGN_IN, Row, operators, public, row
from tests.access.things import Asked
from tests.access.world import World
from tests.contracts import paperwork
from tests.contracts.making import TwoSides, agreement_in

SIGNER = "manager"
_kept: dict[tuple[int, str], str] = {}


def _sides(world: World) -> TwoSides:
    """The world's seller and the colleague's firm; the same two people write and sign."""
    with writing():
        rules.load()
    seller = db.session.get_one(Organisation, world.seller_id)
    people = {name: db.session.get_one(Person, world.people[name]) for name in (SIGNER, "firm_buyer")}
    buyer = people["firm_buyer"].memberships[0].organisation
    for one in (seller, buyer):
        if not one.tax_code:
            code = {
                "tax_code": factories.tax_code(),
                "legal_form": LegalForm.COOPERATIVE,
                "representative_title": "Giám đốc",
            }
            with writing():
                db.session.execute(update(Organisation).where(Organisation.id == one.id).values(code))
    product = world.product(star=4)
    manager, purchaser = people[SIGNER], people["firm_buyer"]
    return TwoSides(
        seller, buyer, None, None, manager, purchaser, manager, purchaser, product, factories.variant_of(product)
    )


def signatory(world: World) -> Actor:
    """The manager, who may sign from now on."""
    person = db.session.get_one(Person, world.people[SIGNER])
    seller = db.session.get_one(Organisation, world.seller_id)
    if Role.SIGNATORY not in accounts.roles_of(seller, person):
        factories.membership(person, seller, Role.SIGNATORY)
        today = clock.today()
        with writing():
            grant = Grant(today, today + timedelta(days=99))
            mandates.give(seller, person, grant, by=factories.actor(person, seller))
    return factories.actor(person, seller, Role.MANAGER, Role.SIGNATORY)


def _paper(world: World, role: str, kind: AgreementKind = AgreementKind.SALE, **columns: Any) -> Agreement:
    """A paper that waits for the seller: one of her own for whoever signs, one for all who do not."""
    signatory(world)
    name = f"{kind} {columns}"
    ref = _kept.get((id(world), name))
    if role == SIGNER or ref is None:
        made = agreement_in(AgreementState.SIGNING, _sides(world), kind=kind)
        if columns:
            with writing():
                db.session.execute(update(Agreement).where(Agreement.id == made.id).values(columns))
            db.session.refresh(made)
        if role != SIGNER:
            _kept[id(world), name] = made.ref
        return made
    return db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()


def paper(world: World, role: str) -> Asked:
    return Asked({"ref": _paper(world, role).ref})


def document_of(agreement: Agreement) -> Document:
    found = known.live_document(agreement)
    assert found is not None
    return found


def signed_file(world: World, role: str) -> Asked:
    import io

    return Asked({"ref": _paper(world, role).ref}, {"file": (io.BytesIO(paperwork.issued_paper()), "hop-dong.pdf")})


def upload(world: World, role: str) -> Asked:
    by, agreement = signatory(world), _paper(world, role)
    found = known.uploads_of(document_of(agreement))
    if not found:
        kept = signing.keep(paperwork.issued_paper())
        with writing():
            signing.receive(document_of(agreement), Side.SELLER, kept, Way.UPLOAD, by=by)
        found = known.uploads_of(document_of(agreement))
    return Asked({"ref": agreement.ref, "upload_ref": found[0].ref})


def _memorandum(world: World, role: str, level: Evidence) -> Agreement:
    return _paper(world, role, evidence=level)


def memorandum(world: World, role: str) -> Asked:
    return Asked({"ref": _memorandum(world, role, Evidence.L1).ref})


def letter_code(world: World, role: str) -> Asked:
    from marketplace.contracts.services import light

    agreement, by = _memorandum(world, role, Evidence.L1), signatory(world)
    document = document_of(agreement)
    if role == SIGNER:
        with writing():
            light.ask_for_code(document, Side.SELLER, by=by)
    row = db.session.scalar(select(SigningCode).order_by(SigningCode.id.desc()).limit(1))
    digits = light._digits(str(row.prepared.get("nonce", ""))) if row else "123456"
    return Asked({"ref": agreement.ref}, {"code": digits, "sha256": document.sha256, "read": "y"})


def scan(world: World, role: str) -> Asked:
    import io

    agreement = _memorandum(world, role, Evidence.L0)
    return Asked({"ref": agreement.ref}, {"scan": (io.BytesIO(b"%PDF-1.7 scan"), "ban-quet.pdf")})


def scan_to_confirm(world: World, role: str) -> Asked:
    from marketplace.contracts.services import light

    agreement = _memorandum(world, role, Evidence.L0)
    if role == SIGNER:
        sides = _sides(world)
        factories.membership(sides.purchaser, sides.buyer, Role.SIGNATORY) if Role.SIGNATORY not in accounts.roles_of(
            sides.buyer, sides.purchaser
        ) else None
        buyer = factories.actor(sides.purchaser, sides.buyer, Role.MANAGER, Role.SIGNATORY)
        _mandate(sides.buyer, sides.purchaser, buyer)
        kept = signing.keep(b"%PDF-1.7 scan", "scan.pdf")
        with writing():
            light.send_scan(document_of(agreement), Side.BUYER, kept, by=buyer)
    found = light.scan_on(document_of(agreement))
    return Asked({"ref": agreement.ref}, {"sha256": found.sha256 if found else "0" * 64})


def _mandate(organisation: Organisation, person: Person, by: Actor, **more: Any) -> Mandate:
    today = clock.today()
    with writing():
        return mandates.give(organisation, person, Grant(today, today + timedelta(days=99), **more), by=by)


# --- codes of the command ---


def code(world: World, role: str) -> Asked:
    agreement, by = _paper(world, "anybody"), signatory(world)
    with writing():
        text = codes.make(document_of(agreement), Side.SELLER, by=by)
    return Asked({"code": text})


def dead_code(world: World, role: str) -> Asked:
    return Asked({"code": "AAAA-BBBB-CCCC"})


def prepared_code(world: World, role: str) -> Asked:
    text = code(world, role).address["code"]
    row = codes.find(text)
    assert row is not None
    token = paperwork.token_of(paperwork.SELLER)
    block, base = known.block_of(row.document, row.side), codes.top_file(row.document)
    prepared = preparing.prepare(base, known.field_of(row.side), block, [token.certificate])
    kept = signing.keep(prepared.file, "prepared.pdf")
    with writing():
        codes.offer(row, prepared, kept, [token.certificate])
    assert db.session.scalar(select(SigningCode).where(SigningCode.digest == token_digest(text.replace("-", ""))))
    return Asked({"code": text})


# --- mandates ---


def new_mandate(world: World, role: str) -> Asked:
    signatory(world)
    person = db.session.get_one(Person, world.people[SIGNER])
    today = clock.today()
    days = {"valid_from": today.isoformat(), "valid_to": (today + timedelta(days=30)).isoformat()}
    return Asked(form={"person": person.ref, "limit_vnd": "500.000.000", **days})


def a_mandate(world: World, role: str) -> Asked:
    by = signatory(world)
    person = db.session.get_one(Person, world.people[SIGNER])
    seller = db.session.get_one(Organisation, world.seller_id)
    made = _mandate(seller, person, by, file_key=signing.keep(b"%PDF-1.7 mandate", "mandate.pdf").key)
    return Asked({"ref": made.ref})


# --- what is trusted ---


def _token() -> bytes:
    return paperwork.authority().issue(paperwork.Subject(name=f"Cơ quan {factories.number()}")).certificate


def new_root(world: World, role: str) -> Asked:
    import io

    with writing():
        rules.load()
    authority = paperwork.authority().intermediate(f"CA {factories.number()}")
    return Asked(form={"certificate": (io.BytesIO(authority.certificate), "ca.cer"), "words": "Đã so dấu vân tay"})


def root(world: World, role: str) -> Asked:
    with writing():
        rules.load()
    number = f"{factories.number():064x}"
    made = factories.stored(TrustRoot(fingerprint=number, name="CA", der=paperwork.authority().certificate))
    return Asked({"fingerprint": made.fingerprint})


def new_registration(world: World, role: str) -> Asked:
    import io

    with writing():
        rules.load()
    seller = db.session.get_one(Organisation, world.seller_id)
    return Asked(
        form={"certificate": (io.BytesIO(_token()), "a.cer"), "organisation": seller.ref, "words": "Đã so dấu vân tay"}
    )


def registration(world: World, role: str) -> Asked:
    with writing():
        rules.load()
    known_as = {"organisation_id": world.seller_id, "fingerprint": f"{factories.number():064x}", "issuer": "CA"}
    return Asked({"fingerprint": factories.stored(RegisteredCertificate(**known_as)).fingerprint})


def new_list(world: World, role: str) -> Asked:
    import io

    content = paperwork.authority().revocations(number=factories.number())
    return Asked(form={"list": (io.BytesIO(content), "ca.crl")})


def _on_paper(status: int, thing: Any, **by: Any) -> Row:
    """An act of the seller's signatory; the other people of both sides see the paper, nobody else does."""
    others = {"visitors": SIGN_IN, "staff": 403, "colleague": 403, "officer": 403}
    return row(404, thing, None, **{**others, SIGNER: status, **by})


def _both(thing: Any) -> Row:
    return row(404, thing, None, visitors=SIGN_IN, sellers=200, colleague=200)


def _own(status: int, thing: Any, **by: Any) -> Row:
    return row(404, thing, None, **{"visitors": SIGN_IN, "sellers": status, **by})


ROWS: dict[str, Row] = {
    "GET contracts.signing_page": _both(paper),
    "POST contracts.send_signed": _on_paper(303, signed_file),
    "GET contracts.upload": _own(200, upload),
    "POST contracts.make_signing_code": _on_paper(200, paper),
    # the demonstration's own signer is nowhere else
    "POST contracts.demo_signature": _on_paper(404, paper),
    "POST contracts.ask_letter_code": _on_paper(303, memorandum),
    "POST contracts.sign_by_letter_code": _on_paper(303, letter_code),
    "POST contracts.send_scan": _on_paper(303, scan),
    "POST contracts.confirm_scan": _on_paper(303, scan_to_confirm),
    "GET contracts.about_command": public(),
    "GET contracts.command_file": public(),
    "GET contracts.signing_task": public(code),
    "GET contracts.signing_document": public(code),
    "GET contracts.prepared_document": public(prepared_code),
    # JSON of the command alone: without a good code nothing is there
    "POST contracts.show_certificate": row(404, dead_code),
    "POST contracts.take_signature": row(404, dead_code),
    "GET contracts.mandates": row(404, visitors=SIGN_IN, sellers=200, other_manager=200, colleague=200),
    "POST contracts.give_mandate": row(
        404, new_mandate, visitors=SIGN_IN, manager=303, staff=403, other_manager=422, colleague=403
    ),
    "POST contracts.end_mandate": row(404, a_mandate, visitors=SIGN_IN, manager=303, staff=403, colleague=403),
    "GET contracts.mandate_paper": _own(200, a_mandate),
    "GET contracts.trust_page": operators(200),
    "POST contracts.propose_root": operators(303, new_root),
    "POST contracts.propose_root_ending": operators(303, root, {"words": "Đã thôi dùng"}),
    "POST contracts.propose_registration": operators(303, new_registration),
    "POST contracts.propose_registration_ending": operators(303, registration, {"words": "Đã thôi dùng"}),
    "POST contracts.take_revocation_list": operators(303, new_list),
    "POST contracts.refresh_lists": operators(303),
}
