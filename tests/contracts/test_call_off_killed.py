"""A worker that dies in the middle of a call-off leaves nothing, and the same form sent again is one call-off."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.services import calling
from marketplace.core import database
from marketplace.core.database import db, writing
from marketplace.orders.models import Order
from tests.contracts import performing as perform
from tests.contracts.making import two_sides


@pytest.fixture
def contract(app: Flask) -> Iterator[Agreement]:
    with app.app_context():
        yield perform.contract_in_force(two_sides(departments=False))


def test_a_killed_worker_leaves_nothing_and_the_same_token_tried_again_is_one_call_off(
    app: Flask, contract: Agreement
) -> None:
    same = perform.asked(L1=33)
    buyer = buyer_of(contract)
    db.session.rollback()
    assert killed(app, contract.ref, same, buyer) == signal.SIGKILL
    assert (perform.book(contract)["called"], db.session.scalars(select(Order)).all()) == (0, [])
    refs = []
    for _ in range(2):
        with writing():
            refs.append(calling.call(contract, same, by=buyer).ref)
    assert len(set(refs)) == 1
    assert (perform.book(contract)["called"], book_faults(contract)) == (33, [])
    assert len(db.session.scalars(select(Order)).all()) == 1


def buyer_of(contract: Agreement) -> Any:
    from marketplace.accounts.models import Membership, Person
    from tests import factories

    mine = select(Person).join(Membership).where(Membership.organisation_id == contract.buyer_id)
    return factories.actor(db.session.scalars(mine.order_by(Person.id)).first(), contract.buyer)  # type: ignore[arg-type]


def killed(app: Flask, ref: str, asked: calling.Asked, buyer: Any) -> int:
    """A process that calls goods and dies when all is written but nothing is committed: by which signal."""
    with app.app_context():
        db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            database._finishers.append(lambda _session: os.kill(os.getpid(), signal.SIGKILL))
            with app.app_context(), writing():
                mine = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
                calling.call(mine, asked, by=buyer)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]
