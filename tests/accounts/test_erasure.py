"""Being forgotten: asked with the password, thought over for a week; then no table knows her name, address or phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import Erasure, MemberInvitation, Membership, Person, SignIn
from marketplace.api.models import Token
from marketplace.core import clock, events
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.worker import Worker
from marketplace.core.personal_data import PSEUDONYM
from marketplace.messages.models import Message
from marketplace.orders.models import Order, Purchase, Review
from marketplace.orders.states import OrderState
from marketplace.storefronts.models import Favourite
from tests import factories
from tests.accounts.living import EMAIL, NAME, PHONE, STREET, Life, everything, lived

SURE = {"current": factories.PASSWORD, "sure": "y"}


@pytest.fixture
def life(app: Flask, client_of: Any) -> Life:
    return lived(app, client_of)


def asks(life: Life, **form: str) -> int:
    return life.client.post("/me/erasure", data={**SURE, **form}).status_code


def a_week_later(app: Flask) -> None:
    """Her time to think is over."""
    with app.app_context(), writing():
        for wish in db.session.scalars(select(Erasure).where(Erasure.done_at.is_(None))):
            wish.effective_at = clock.now() - timedelta(minutes=1)
    Worker(app).run_due()


def wishes(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Erasure)) or 0


def link_of(app: Flask) -> str:
    with app.app_context():
        letter = db.session.scalars(select(Notice).where(Notice.template == "accounts/erasure_asked")).one()
        return str(letter.context["url"])


@pytest.fixture
def erased(life: Life) -> Iterator[Life]:
    assert asks(life) == 303
    a_week_later(life.app)
    with life.app.app_context():
        yield life


# --- asking, and taking it back ---


def test_nothing_changes_for_a_week(app: Flask, life: Life) -> None:
    assert asks(life) == 303
    Worker(app).run_due()
    with app.app_context():
        assert db.session.get_one(Person, life.person.id).email == EMAIL
    assert "Giữ tài khoản" in life.client.get("/me/erasure").text


@pytest.mark.parametrize(
    ("form", "says"), [({"current": "không phải"}, "Mật khẩu"), ({"sure": ""}, "đánh dấu"), ({"current": ""}, "")]
)
def test_without_the_password_or_the_tick_nothing_is_asked(life: Life, form: dict[str, str], says: str) -> None:
    data = {name: value for name, value in {**SURE, **form}.items() if value}
    answer = life.client.post("/me/erasure", data=data)
    assert answer.status_code == 422
    assert says in answer.text
    assert wishes(life.app) == 0


def test_she_takes_it_back_on_the_page(app: Flask, life: Life) -> None:
    asks(life)
    assert life.client.post("/me/erasure/undo").status_code == 303
    assert life.client.post("/me/erasure/undo").status_code == 422
    a_week_later(app)
    with app.app_context():
        assert db.session.get_one(Person, life.person.id).email == EMAIL
    assert wishes(app) == 0


def test_the_letters_link_asks_first_and_takes_it_back(app: Flask, life: Life) -> None:
    asks(life)
    link, anybody = link_of(app), app.test_client()
    assert anybody.get(link).status_code == 200
    assert wishes(app) == 1
    assert anybody.post(link).status_code == 303
    assert wishes(app) == 0
    assert anybody.get(link).status_code == 404


def test_twice_is_once(life: Life) -> None:
    assert asks(life) == 303
    assert asks(life) == 422
    assert wishes(life.app) == 1


# --- what stands in the way ---


def test_an_order_that_runs_stands_in_the_way(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of, state=OrderState.SHIPPED)
    assert f"/orders/{life.order}" in life.client.get("/me/erasure").text
    assert asks(life) == 422
    assert wishes(app) == 0


def test_the_last_one_who_runs_an_organisation_stays(app: Flask, client_of: Any) -> None:
    with app.app_context():
        firm = factories.organisation(OrganisationKind.BUYER)
        alone = factories.manager_of(firm)
    client = client_of(alone)
    assert "quản lý cuối cùng" in client.get("/me/erasure").text
    assert client.post("/me/erasure", data=SURE).status_code == 422
    with app.app_context():
        factories.manager_of(firm)
    assert client.post("/me/erasure", data=SURE).status_code == 303


def test_what_came_up_in_the_week_stops_it_and_she_is_told(app: Flask, life: Life) -> None:
    asks(life)
    with app.app_context():
        factories.membership(life.person, factories.organisation(), Role.MANAGER)
    a_week_later(app)
    with app.app_context():
        assert db.session.get_one(Person, life.person.id).email == EMAIL
        assert db.session.scalar(select(Notice.id).where(Notice.template == "accounts/erasure_stopped"))
    assert wishes(app) == 0


# --- forgotten ---


def test_no_table_knows_her_any_more(erased: Life) -> None:
    traces = [
        (where, value) for where, value in everything() for known in (NAME, EMAIL, PHONE, STREET) if known in value
    ]
    assert traces == []


def test_before_that_the_tables_did_know_her(life: Life) -> None:
    """The control of the test above: the scan finds her where she is."""
    with life.app.app_context():
        places = {where for where, value in everything() for known in (NAME, EMAIL, PHONE) if known in value}
    assert {"people.name", "people.email", "purchases.phone", "notices.context", "messages.body"} <= places


def test_orders_keep_their_figures_and_reviews_their_words(erased: Life) -> None:
    purchase = db.session.scalars(select(Purchase)).one()
    order = db.session.scalars(select(Order)).one()
    assert (purchase.name, purchase.phone, purchase.street) == (PSEUDONYM, "", "")
    assert purchase.ward_id is not None
    assert order.total_vnd > 0
    review = db.session.scalars(select(Review)).one()
    assert (review.author, review.text) == (PSEUDONYM, "Bánh rất thơm")


def test_whoever_had_her_password_does_not_come_in(app: Flask, life: Life) -> None:
    asks(life)
    a_week_later(app)
    assert life.client.get("/me").status_code == 303
    for login in (EMAIL, PHONE, f"{life.person.ref.lower()}@da-xoa.invalid"):
        typed = {"email": login, "password": factories.PASSWORD}
        assert app.test_client().post("/sign-in", data=typed).status_code == 422


def test_nothing_of_hers_opens_anything(erased: Life) -> None:
    person = db.session.get_one(Person, erased.person.id)
    assert person.is_erased
    for kind in (SignIn, Favourite, Membership):
        assert db.session.scalar(select(func.count()).where(kind.person_id == person.id)) == 0
    assert all(token.revoked_at for token in db.session.scalars(select(Token).where(Token.person_id == person.id)))
    assert {one.body for one in db.session.scalars(select(Message))} == {""}


def test_invitations_that_she_sent_lead_nowhere(app: Flask, life: Life) -> None:
    with app.app_context():
        firm = factories.organisation()
        sent = {"ref": "r", "digest": "d", "email": "ban@vidu.vn", "role": Role.STAFF, "invited_by_id": life.person.id}
        with writing():
            db.session.add(MemberInvitation(organisation_id=firm.id, **sent))
    asks(life)
    a_week_later(app)
    with app.app_context():
        assert db.session.scalars(select(MemberInvitation)).all() == []


def test_the_trail_says_that_it_happened(erased: Life) -> None:
    done = select(AuditEntry.action).where(AuditEntry.subject_ref == erased.person.ref).order_by(AuditEntry.id)
    assert list(db.session.scalars(done))[-1] == "erase"


def test_her_address_is_free_for_a_new_account(erased: Life) -> None:
    fresh = factories.person("Người Khác", email=EMAIL, phone=PHONE)
    assert fresh.id != erased.person.id


def test_higher_features_hear_of_it(app: Flask, life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setitem(events._reactions, PersonErased, [lambda event: heard.append(event.person.ref)])
    asks(life)
    a_week_later(app)
    assert heard == [life.person.ref]
