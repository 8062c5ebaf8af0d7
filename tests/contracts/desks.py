"""A text before both departments, for the tests of their desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import Agreement, DepartmentReview
from marketplace.contracts.states.agreements import AgreementState
from marketplace.contracts.states.reviews import ReviewState
from marketplace.core.database import db
from tests.clients import Client
from tests.contracts.making import TwoSides, agreement_in, officer_of, two_sides

S = AgreementState
ClientOf = Callable[[Any], Client]


class Desk:
    """A text before both departments, with a browser of an officer of each."""

    def __init__(self, app: Flask, client_of: ClientOf, state: AgreementState = S.IN_REVIEW) -> None:
        self.app, self.client_of = app, client_of
        with app.app_context():
            self.sides = two_sides()
            self.ref = agreement_in(state, self.sides).ref
            self.seller_officer = client_of(officer(self.sides.seller_department))
            self.buyer_officer = client_of(officer(self.sides.buyer_department))

    def another(self, state: AgreementState = S.IN_REVIEW, **changes: Any) -> str:
        with self.app.app_context():
            return agreement_in(state, self.here(), **changes).ref

    def here(self) -> TwoSides:
        """The two sides in the session of this context."""
        return self.merged(self.sides)

    @staticmethod
    def merged(sides: TwoSides) -> TwoSides:
        known = {one.name: getattr(sides, one.name) for one in fields(sides)}
        return TwoSides(**{name: db.session.merge(one) for name, one in known.items()})

    def review(self, of: Organisation | None = None) -> str:
        with self.app.app_context():
            department_id = (of or self.sides.seller_department).id  # type: ignore[union-attr]
            mine = (DepartmentReview.department_id == department_id) & (Agreement.ref == self.ref)
            found = select(DepartmentReview.ref).join(DepartmentReview.agreement).where(mine)
            return str(db.session.scalars(found.order_by(DepartmentReview.id.desc())).first())

    def states(self) -> tuple[AgreementState, list[ReviewState]]:
        with self.app.app_context():
            held = db.session.scalars(select(Agreement).where(Agreement.ref == self.ref)).one()
            mine = select(DepartmentReview.state).where(DepartmentReview.agreement_id == held.id)
            return held.state, list(db.session.scalars(mine.order_by(DepartmentReview.id)))


def officer(of: Organisation | None) -> Person:
    assert of is not None
    return db.session.get_one(Person, officer_of(of).person_id)


def refs_in(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return re.findall(r'href="/department/agreements/([A-Z]+-\d+-\d+)"', page.text)
