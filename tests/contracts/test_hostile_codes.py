"""Codes of the command at once: one is used once, and whoever asks for a new one waits for nobody for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.contracts.models import Agreement, SignedUpload, SigningCode
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import codes, signing
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.signing import Way
from marketplace.core import clock, database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from tests.contracts import pens
from tests.contracts.making import TwoSides
from tests.races.thinking import meets

Race = Callable[..., list[Any]]
SELLER = Side.SELLER
MOMENT = 0.05
ROUNDS = 2


def errors(results: list[Any]) -> list[Any]:
    """Who met an error in the place of a sentence."""
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]


def worked(results: list[Any]) -> list[Any]:
    """What came of it; whoever was refused heard a sentence."""
    assert errors(results) == []
    return [one for one in results if not isinstance(one, Exception)]


def code_in_use(sides: TwoSides, agreement: Agreement) -> Callable[[int], str]:
    """One uses a code while another asks for a new one."""
    document, by = pens.document_of(agreement), sides.signatory(SELLER)
    kept = signing.keep(pens.signed_file(agreement, SELLER))
    with database.writing():
        text = codes.make(document, SELLER, by=by)

    def act(i: int) -> str:
        row = codes.find(text)
        if row is None:
            raise Refused(codes.GONE)
        if i % 2:
            with database.writing():
                codes.make(row.document, SELLER, by=by)
            return "made"
        with database.writing():
            codes.use(row)
            signing.receive(row.document, SELLER, kept, Way.TOKEN, by=by)
        return "used"

    return act


def test_a_code_is_used_once_and_new_ones_wait_for_nobody_for_ever(app: Flask, race: Race) -> None:
    with app.app_context():
        sides, agreement = pens.ready_to_sign()
        for _round in range(ROUNDS):
            act = code_in_use(sides, agreement)
            db.session.rollback()
            done = worked(race(6, act, timeout=60))
            assert done.count("used") <= 1
            uploads = db.session.scalar(select(func.count(SignedUpload.id)))
            assert uploads == (1 if "used" in done else uploads)
            db.session.rollback()
            if "used" in done:
                break
        assert known.live_chain(pens.document_of(agreement)) == []


@pytest.mark.postgresql
def test_with_the_locks_the_other_way_round_the_two_wait_for_each_other(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the code first, then the paper, beside one who has the paper and wants the code."""

    def code_first(row: SigningCode) -> None:
        database.lock(row)
        time.sleep(4 * MOMENT)
        row.used_at = clock.now()

    opened = codes._open_codes

    def paper_first(*about: Any) -> Any:
        time.sleep(4 * MOMENT)
        return opened(*about)

    monkeypatch.setattr(codes, "use", code_first)
    monkeypatch.setattr(codes, "_open_codes", paper_first)

    def attempt() -> bool:
        act = code_in_use(*pens.ready_to_sign())
        db.session.rollback()
        return bool(errors(race(2, act, timeout=60)))

    with app.app_context():
        meets(attempt)
