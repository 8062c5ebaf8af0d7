"""A producer with two people, a product, a buyer with an order, and others who must not see what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation, Person
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.messages import services, subjects
from marketplace.messages.models import Message, Thread
from marketplace.messages.services import Words
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.clients import Client


@dataclass
class Talk:
    """The people of one shop and of its surroundings, by what they are."""

    app: Flask
    browser: Callable[[Any], Client]
    seller: Organisation
    firm: Organisation
    people: dict[str, Person]
    slug: str

    def client(self, who: str) -> Client:
        """Somebody's browser."""
        return self.browser(self.people[who])

    def ask(self, who: str = "buyer", text: str = "Bánh để được bao lâu?", **form: Any) -> TestResponse:
        """Ask about the product through the page."""
        return self.client(who).post(f"/messages/new/product/{self.slug}", data={"text": text, **form})

    def asked(self, who: str = "buyer", **form: Any) -> str:
        """The ref of the conversation that somebody begins about the product."""
        answer = self.ask(who, **form)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].rsplit("/", 1)[1]

    def say(self, who: str, ref: str, text: str, **form: Any) -> TestResponse:
        """Say something more."""
        return self.client(who).post(f"/messages/{ref}/messages", data={"text": text, **form})

    def said(self) -> list[str]:
        """Everything said, in its order."""
        with self.app.app_context():
            return [one.body for one in db.session.scalars(select(Message).order_by(Message.id))]

    def actor(self, who: str) -> Any:
        """Who acts."""
        of = {"seller": self.seller, "colleague": self.seller, "firm": self.firm}.get(who)
        return factories.actor(self.people[who], of)

    def begun(self, who: str = "buyer", **words: Any) -> int:
        """The id of a conversation begun by the service itself."""
        with self.app.test_request_context():
            about = subjects.about(self.actor(who), "product", self.slug)
            assert about is not None
            with writing():
                return services.begin("product", about, Words("Còn hàng không?", **words), by=self.actor(who)).thread_id

    def order(self, who: str = "buyer") -> str:
        """The ref of an order of the buyer."""
        with self.app.app_context():
            variant = factories.variant_of(factories.product(db.session.merge(self.seller)))
            return making.order_in(OrderState.PLACED, self.actor(who), variant.id).ref

    def thread(self, ref: str) -> Thread:
        """A conversation by its ref."""
        return db.session.scalars(select(Thread).where(Thread.ref == ref)).one()


@pytest.fixture
def talk(app: Flask, client_of: Callable[[Any], Client]) -> Talk:
    with app.app_context():
        factories.province(making.TO)
        seller, other = factories.seller("HTX Triệu Phong"), factories.seller("Bánh Bà Hường")
        firm = factories.organisation(OrganisationKind.BUYER, name="Siêu thị Hạ Long")
        colleague = factories.person("Lê Văn Thành")
        factories.membership(colleague, seller, Role.STAFF)
        people = {
            "buyer": factories.person("Trần Thu Hà"),
            "other_buyer": factories.person("Lê Văn Nam"),
            "seller": factories.manager_of(seller, name="Hoàng Thị Thu"),
            "colleague": colleague,
            "other_seller": factories.manager_of(other),
            "firm": factories.manager_of(firm, name="Bùi Đức Long"),
            "operator": factories.manager_of(factories.organisation(OrganisationKind.OPERATOR)),
        }
        slug = factories.product(seller, "Gạo sạch").slug
    return Talk(app, client_of, seller, firm, people, slug)


def hidden(page: TestResponse, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found
    return found[1]
