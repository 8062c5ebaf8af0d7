"""The lists of a department's desk, page by page: nothing is left out, nothing stands twice, figures stay honest."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import desk as lists
from marketplace.contracts.queries.department import Stage, Wish
from marketplace.contracts.states.agreements import AgreementKind, AgreementState
from marketplace.core.database import db, writing
from tests.clients import Client
from tests.contracts.desks import ClientOf, Desk, refs_in

S = AgreementState
NEXT = re.compile(r'rel="next" href="([^"]+)"')


@pytest.fixture
def desk(app: Flask, client_of: ClientOf) -> Desk:
    return Desk(app, client_of)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a page."""
    monkeypatch.setattr(lists, "PER_PAGE", 2)


def pages(client: Client, address: str) -> list[list[str]]:
    """What stands on each page from here on."""
    following = NEXT.search(client.get(address).text)
    rest = pages(client, following[1].replace("&amp;", "&")) if following else []
    return [refs_in(client, address), *rest]


def test_the_queue_goes_on_page_by_page(desk: Desk, small: None) -> None:
    refs = [desk.ref, *(desk.another() for _ in range(4))]
    assert pages(desk.seller_officer, "/department") == [refs[:2], refs[2:4], refs[4:]]


def test_the_list_goes_on_page_by_page_and_keeps_its_filters(desk: Desk, small: None) -> None:
    refs = [desk.ref, *(desk.another() for _ in range(2)), desk.another(S.ACTIVE)][::-1]
    framework = desk.another(kind=AgreementKind.FRAMEWORK)
    officer = desk.seller_officer
    assert pages(officer, "/department/agreements?kind=") == [[framework, refs[0]], refs[1:3], refs[3:]]
    assert pages(officer, "/department/agreements?kind=sale&stage=in_review") == [refs[1:3], refs[3:]]
    assert pages(officer, "/department/agreements?kind=sale&province=quang-ninh") == [refs[:2], refs[2:]]


def test_a_page_behind_nothing_known_begins_at_the_top(desk: Desk) -> None:
    assert refs_in(desk.seller_officer, "/department?after=YK-1999-1") == [desk.ref]
    assert refs_in(desk.seller_officer, "/department/agreements?after=HD-1999-1") == [desk.ref]


def test_two_sides_of_one_province_are_one_row(desk: Desk) -> None:
    desk.another(S.ACTIVE)
    with desk.app.app_context():
        with writing():
            for one in db.session.scalars(select(Agreement)):
                one.buyer_department_id, one.buyer_province_id = one.seller_department_id, one.seller_province_id
        own = db.session.get_one(Organisation, desk.sides.seller_department.id)  # type: ignore[union-attr]
        assert len(lists.agreements_of(own, Wish()).items) == 2
        assert lists.agreements_of(own, Wish()).total == 2
        assert len(lists.agreements_of(own, Wish(stage=Stage.IN_REVIEW)).items) == 1
        assert lists.counts_of(own).in_force == 1
        assert [one.slug for one in lists.partner_provinces(own)] == ["quang-tri"]


def test_what_was_not_shown_is_not_counted(desk: Desk) -> None:
    for state in (S.DRAFT, S.NEGOTIATING):
        desk.another(state)
    with desk.app.app_context():
        own = db.session.get_one(Organisation, desk.sides.buyer_department.id)  # type: ignore[union-attr]
        assert lists.agreements_of(own, Wish()).total == 1
        assert lists.agreements_of(own, Wish(words="Gạo sạch")).total == 1
        figures = lists.counts_of(own)
    assert (figures.waiting, figures.overdue, figures.in_force, figures.answered) == (1, 0, 0, 0)


def test_large_figures_say_no_more_than_that(desk: Desk, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    desk.another()
    assert "văn bản" in desk.seller_officer.get("/department/agreements").text
    desk.another()
    assert "Hơn 2 văn bản" in desk.seller_officer.get("/department/agreements").text
    assert "văn bản</p>" not in desk.seller_officer.get("/department/agreements?find=gao").text


def test_words_and_whole_numbers_find(desk: Desk) -> None:
    other = desk.another(title="Hợp đồng gạo Đông Xuân")
    officer = desk.seller_officer
    assert refs_in(officer, "/department/agreements?find=dong xuan") == [other]
    assert refs_in(officer, f"/department/agreements?find={desk.ref.lower()}") == [desk.ref]
    assert refs_in(officer, f"/department?find={desk.ref}") == [desk.ref]
    assert refs_in(officer, "/department?find=dong xuan") == [other]


def test_the_form_of_a_case_names_who_will_read_it(app: Flask, client_of: ClientOf) -> None:
    desk = Desk(app, client_of, S.ACTIVE)
    here, across = f"/department/agreements/{desk.ref}/monitoring", desk.sides.buyer_department
    assert across is not None
    assert f"Hai bên và {across.name} đọc được nội dung này" in desk.seller_officer.get(here).text
    with app.app_context(), writing():
        found = db.session.scalars(select(Agreement).where(Agreement.ref == desk.ref)).one()
        found.buyer_department_id = None
    assert "Hai bên đọc được nội dung này khi hồ sơ được mở." in desk.seller_officer.get(here).text
