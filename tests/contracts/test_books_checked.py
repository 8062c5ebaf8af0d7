"""A book of called quantities that its call-offs do not bear out is found, every night and by the command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from config import Settings
from marketplace.contracts.models import Agreement, AgreementLine
from marketplace.contracts.services import rechecking
from marketplace.core.database import db, writing
from tests.contracts import performing as perform
from tests.contracts.making import two_sides


@pytest.fixture
def called(app: Flask) -> Iterator[Agreement]:
    """A contract of which 33 packs were called."""
    with app.app_context():
        sides = two_sides(departments=False)
        contract = perform.contract_in_force(sides)
        perform.call(contract, sides, L1=33)
        yield contract


def miscount(contract: Agreement) -> str:
    """Write another sum into the book; how the fault begins."""
    with writing():
        db.session.execute(update(AgreementLine).values(called=34).where(AgreementLine.agreement_id == contract.id))
    return f"{contract.ref}: line L1: the book says {{'called': 34,"


def test_the_nightly_check_finds_it(called: Agreement, settings: Settings) -> None:
    assert [fault for fault in rechecking.faults(settings) if "the book says" in fault] == []
    begins = miscount(called)
    (fault,) = [fault for fault in rechecking.faults(settings) if "the book says" in fault]
    assert fault.startswith(begins)
    assert "its call-offs {'called': 33," in fault


def test_the_command_finds_it(app: Flask, called: Agreement) -> None:
    runner = app.test_cli_runner()
    assert "the book says" not in runner.invoke(args=["audit", "verify"]).output
    begins = miscount(called)
    told = runner.invoke(args=["audit", "verify"])
    assert told.exit_code == 1
    assert begins in told.output
