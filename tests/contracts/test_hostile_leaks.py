"""What the public and third organisations could learn of contracts beyond what their sides agreed to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.services import agreements, renewing
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Consent, Side
from marketplace.core.database import db, writing
from tests import factories
from tests.clients import Client
from tests.contracts import changing, making
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, Walk, two_sides

Member = Callable[[Any], Client]
SELLER, BUYER = Side.SELLER, Side.BUYER


def open_up(agreement: Agreement, sides: TwoSides, level: Consent) -> None:
    with writing():
        for side in Side:
            agreements.set_consent(agreement, level, sides.actor(side))


@pytest.fixture
def related(app: Flask) -> tuple[str, str]:
    """A sale that both sides open up, under a framework agreement that they keep to themselves."""
    with app.app_context():
        sides = two_sides(departments=False)
        framework, _sides = changing.in_force(sides, kind=AgreementKind.FRAMEWORK)
        with writing():
            sale = renewing.begin_sale_under(framework, SELLER, by=sides.actor(SELLER))
            draft = agreements.draft_of(sale, SELLER)
            assert draft is not None
            whole = making.complete(draft.terms, sides.variant, lines=draft.terms["lines"], term=draft.terms["term"])
            agreements.save_draft(sale, SELLER, {**whole, "schedule": []}, sides.actor(SELLER))
        walk = Walk(sides)
        for step in ("send", "accept", "issue", "sign"):
            getattr(walk, step)(sale)
        open_up(sale, sides, Consent.EXACT)
        return framework.ref, sale.ref


def test_open_data_names_no_contract_that_is_closed(app: Flask, client: Client, related: tuple[str, str]) -> None:
    framework, sale = related
    assert framework not in client.get(f"/open-data/{sale}.json").get_data(as_text=True)
    assert framework not in client.get("/open-data/releases.json").get_data(as_text=True)
    assert client.get(f"/open-data/{framework}.json").status_code == 404
    with app.app_context():
        sides = db.session.scalars(select(Agreement).where(Agreement.ref == framework)).one()
        with writing():
            sides.consent = Consent.BAND
    (release,) = client.get(f"/open-data/{sale}.json").get_json()["releases"]
    assert [one["relationship"] for one in release["relatedProcesses"]] == [["framework"]]
    with app.app_context(), writing():
        db.session.scalars(select(Agreement).where(Agreement.ref == sale)).one().consent = Consent.BAND
    assert framework not in client.get(f"/open-data/{sale}.json").get_data(as_text=True)


PAGES = (
    "", "/versions/1", "/changes", "/events", "/draft", "/document.pdf", "/preview.pdf", "/evidence.zip", "/signing",
    "/call-offs", "/call-offs/new", "/preview.webp",
)  # fmt: skip
NONE = "HD-2026-999999"


def test_strangers_cannot_tell_a_contract_of_others_from_none(app: Flask, client_of: Member) -> None:
    """The same answer, word for word, for what is not there and for what is not hers."""
    with app.app_context():
        ref = changing.in_force(two_sides())[0].ref
        stranger = two_sides(departments=False)
        officer = making._members(making.department("hai-phong"))[0].person
        people = (stranger.manager, stranger.buyer_signatory, officer, factories.person())
    for person in people:
        client = client_of(person)
        for path in PAGES:
            hers, none = (client.get(f"/agreements/{one}{path}") for one in (ref, NONE))
            assert (hers.status_code, none.status_code) == (404, 404), path
            assert plain(hers, ref) == plain(none, NONE)
            assert hers.headers.get("ETag") is None


def plain(answer: Any, ref: str) -> str:
    text = answer.get_data(as_text=True).replace(ref, "REF")
    return re.sub(r'(nonce|value|content)="[^"]{12,}"|[0-9a-f-]{12,}', "", text)


def test_one_who_has_left_sees_nothing_any_more(app: Flask, client_of: Member) -> None:
    with app.app_context():
        sides = two_sides()
        contract = perform.contract_in_force(sides)
        call_off = perform.call(contract, sides, L1=5).ref
        ref = contract.ref
    client = client_of(sides.purchaser)
    paths = (f"/agreements/{ref}", f"/agreements/{ref}/call-offs/{call_off}", f"/agreements/{ref}/events")
    assert [client.get(path).status_code for path in paths] == [200] * 3
    with app.app_context():
        from tests.contracts.test_hostile_signing import take_out

        take_out(sides.buyer, sides.purchaser)
    assert [client.get(path).status_code for path in paths] == [404] * 3
    assert ref not in client.get("/agreements").get_data(as_text=True)


def test_what_a_side_writes_and_has_not_sent_is_nowhere(app: Flask, client_of: Member) -> None:
    """Neither pages, lists, pictures, papers nor letters of the other side hold a price of a draft."""
    with app.app_context():
        sides = two_sides()
        agreement = making.agreement_in(AgreementState.NEGOTIATING, sides)
        last = making.last_version(agreement).terms
        lines = [{**last["lines"][0], "price_vnd": 98_765}]
        with writing():
            draft = {**last, "title": "Bản riêng", "lines": lines}
            agreements.save_draft(agreement, BUYER, draft, sides.actor(BUYER))
        ref = agreement.ref
    client = client_of(sides.manager)
    for path in (f"/agreements/{ref}", "/agreements", f"/agreements/{ref}/events", f"/agreements/{ref}/versions/1",
                 "/me/notices", "/desk"):  # fmt: skip
        text = client.get(path).get_data(as_text=True)
        assert not any(word in text for word in ("98.765", "98765", "Bản riêng")), path
    with app.app_context():
        from marketplace.core.outbox import Notice

        told = [json.dumps(one.context) for one in db.session.scalars(select(Notice))]
        assert not any("98765" in one or "98.765" in one for one in told)


def test_who_waits_for_the_operator_is_named_to_nobody(app: Flask, client_of: Member) -> None:
    """Refs can be counted up: the form names only whom the public knows."""
    with app.app_context():
        sides = two_sides(departments=False)
        pending = factories.organisation(name="Hợp tác xã Chưa Lộ Tên", verified=False).ref
        known = sides.buyer.ref
    client = client_of(sides.manager)
    assert "Chưa Lộ Tên" not in client.get(f"/agreements/new?partner={pending}").get_data(as_text=True)
    assert sides.buyer.name in client.get(f"/agreements/new?partner={known}").get_data(as_text=True)
