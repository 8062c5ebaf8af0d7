"""Somebody with all rights edits rows beside the chain, and keeps their own fingerprints right: the night finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import chain, rechecking
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.terms.canonical import canonical, fingerprint
from marketplace.core.database import db, writing
from tests.contracts import changing, pens
from tests.contracts import performing as perform
from tests.contracts.making import last_version, two_sides

TABLES = ("agreement_events", "terms_versions", "acceptances", "agreement_documents", "agreement_signatures")
Sql = tuple[str, dict[str, Any]]


@pytest.fixture
def signed(app: Flask, settings: Settings) -> Iterator[Agreement]:
    """A contract with a real paper and two real signatures, in force."""
    chain.heads_file(settings).unlink(missing_ok=True)
    with app.app_context():
        sides, agreement = pens.ready_to_sign()
        for side in Side:
            pens.sign(agreement, side, sides)
        db.session.refresh(agreement)
        assert agreement.state is AgreementState.ACTIVE
        yield agreement


def past_the_guards(statements: list[Sql]) -> None:
    """As the owner of the database: the triggers are away for a moment."""
    with writing():
        kept = guards_away()
        for statement, values in statements:
            db.session.execute(text(statement), values)
        for statement in kept:
            db.session.execute(text(statement))
    db.session.expire_all()


def guards_away() -> list[str]:
    if db.engine.dialect.name == "postgresql":
        for table in TABLES:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    named = ", ".join(f"'{table}'" for table in TABLES)
    where = f"type = 'trigger' AND tbl_name IN ({named})"
    kept = db.session.execute(text(f"SELECT name, sql FROM sqlite_master WHERE {where}")).all()
    for name, _sql in kept:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _name, sql in kept]


def faults(agreement: Agreement, settings: Settings) -> list[str]:
    return [one for one in rechecking.faults(settings) if one.startswith(f"{agreement.ref}: ")]


def other_text(agreement: Agreement) -> Sql:
    """Another price, with a fingerprint that fits it."""
    terms = last_version(agreement).terms
    terms["lines"][0]["price_vnd"] += 1
    values = {"id": agreement.id, "canonical": canonical(terms).decode(), "sha256": fingerprint(terms)}
    return "UPDATE terms_versions SET canonical = :canonical, sha256 = :sha256 WHERE agreement_id = :id", values


MINE = "WHERE agreement_id = :id"
OF_DOCUMENT = "WHERE document_id IN (SELECT id FROM agreement_documents WHERE agreement_id = :id)"
EDITS: dict[str, tuple[str, str]] = {
    "an acceptance taken away": (
        "DELETE FROM acceptances WHERE version_id IN (SELECT id FROM terms_versions WHERE agreement_id = :id)"
        " AND side = 'buyer'",
        "accepted by both",
    ),
    "another fingerprint of the paper": (
        f"UPDATE agreement_documents SET terms_sha256 = '{'0' * 64}' {MINE}", "document 1 is not the one",
    ),
    "another side of a signature": (
        f"UPDATE agreement_signatures SET sha256 = '{'0' * 64}' {OF_DOCUMENT} AND side = 'buyer'", "is gone",
    ),
    "another version in force": ("UPDATE agreements SET active_version = NULL WHERE id = :id", "in force"),
    "another value": ("UPDATE agreements SET value_vnd = value_vnd + 1 WHERE id = :id", "value or term"),
    "a longer term": ("UPDATE agreements SET valid_to = '2099-12-31' WHERE id = :id", "value or term"),
    "a higher price in the book": (f"UPDATE agreement_lines SET price_vnd = price_vnd + 1 {MINE}", "line L1"),
    "more in the book": (f"UPDATE agreement_lines SET most = most + 1 {MINE}", "line L1"),
}  # fmt: skip


def test_an_honest_contract_has_no_faults(signed: Agreement, settings: Settings) -> None:
    assert faults(signed, settings) == []


def test_another_text_with_its_own_fingerprint_is_found(signed: Agreement, settings: Settings) -> None:
    past_the_guards([other_text(signed)])
    assert f"{signed.ref}: version 1 is not the text that was sent" in faults(signed, settings)


@pytest.mark.parametrize("name", EDITS)
def test_a_row_that_is_edited_is_found(signed: Agreement, settings: Settings, name: str) -> None:
    statement, words = EDITS[name]
    past_the_guards([(statement, {"id": signed.id})])
    assert any(words in one for one in faults(signed, settings))


def test_a_signature_that_nobody_gave_is_found(signed: Agreement, settings: Settings) -> None:
    columns = (
        "document_id, side, person_id, evidence, way, file_key, sha256, size, signer_name, tax_code, issuer, serial, "
        "fingerprint, claimed_at, received_at, verdict, report"
    )
    copied = columns.replace("sha256", f"'{'f' * 64}'", 1)
    source = f"SELECT {copied} FROM agreement_signatures {OF_DOCUMENT} AND side = 'seller'"
    past_the_guards([(f"INSERT INTO agreement_signatures ({columns}) {source}", {"id": signed.id})])
    assert any("nothing tells of the signature" in one for one in faults(signed, settings))


def test_what_really_happens_is_no_fault(app: Flask, settings: Settings, make: Callable[[], Agreement]) -> None:
    """Annexes, call-offs and what is delivered change rows and chain together."""
    with app.app_context():
        contract = make()
        assert [one for one in faults(contract, settings) if "signature" not in one and "file" not in one] == []


@pytest.fixture(params=["called", "amended", "line left out"])
def make(request: pytest.FixtureRequest) -> Callable[[], Agreement]:
    def called() -> Agreement:
        sides = two_sides(departments=False)
        perform.stock(sides)
        contract = perform.contract_in_force(sides)
        perform.check(_delivered(contract, sides), sides, rejected=3)
        return contract

    def _delivered(contract: Agreement, sides: Any) -> Any:
        call_off = perform.call(contract, sides, L1=40)
        perform.deliver(call_off, sides)
        return call_off

    def amended(**changes: Any) -> Agreement:
        contract, sides = changing.in_force(two_sides(departments=False))
        changing.sign(changing.annex(contract, sides, **changes), sides)
        return contract

    def left_out() -> Agreement:
        sides = two_sides(departments=False)
        contract, _sides = changing.in_force(sides, lines=perform.two_lines(sides))
        paper = changing.annex(contract, sides)
        changing.rewrite(paper, sides, lines=changing.lines_with(paper)[:1])
        changing.sign(paper, sides)
        return contract

    return {"called": called, "amended": amended, "line left out": left_out}[request.param]
