"""The pages that the law asks for: there in both languages, honest where the operator has not filled in a setting."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from flask import Flask

from config import Settings
from marketplace.orders.services.time_limits import PATIENCE_OF_BUYER, RETURNED_WITHIN
from marketplace.payments.services.refunds import SELLER_PAYS_WITHIN
from tests.clients import Client

PAGES = {
    "/about": ("Đơn vị vận hành chợ", "Who runs it"),
    "/terms": ("Giao kết đơn hàng", "How an order comes about"),
    "/privacy": ("Chúng tôi lưu gì", "What we keep"),
    "/delivery-and-returns": ("Khi nào chủ thể nhận lại hàng", "When the producer takes goods back"),
    "/complaints": ("Nơi gửi khiếu nại", "Where to write"),
}


@pytest.mark.parametrize("address", PAGES)
def test_each_page_is_there_in_both_languages(client: Client, address: str) -> None:
    vietnamese, english = PAGES[address]
    assert vietnamese in client.get(address).text
    assert english in client.get(f"{address}?lang=en").text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_leads_to_them(client: Client, address: str) -> None:
    assert f'href="{address}"' in client.get("/shops").text


def test_what_the_operator_has_not_filled_in_is_said(client: Client) -> None:
    assert client.get("/about").text.count("đơn vị vận hành chưa điền") == 4


def test_what_the_operator_has_filled_in_is_shown(app_with: Callable[..., Flask]) -> None:
    app = app_with(operator_name="Trung tâm Xúc tiến thương mại", operator_contact="0225 3842 000")
    text = app.test_client().get("/about").text
    assert "Trung tâm Xúc tiến thương mại" in text
    assert text.count("đơn vị vận hành chưa điền") == 2


def test_the_terms_name_their_version(app_with: Callable[..., Flask]) -> None:
    assert "Phiên bản 15/01/2027." in app_with(terms_version="2027-01-15").test_client().get("/terms").text


def test_other_words_are_another_version_of_the_terms(client: Client) -> None:
    """Whoever changes the words names the day in terms_version, then both here."""
    main = client.get("/terms").text.partition("<main")[2].partition("</main>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", main).split())
    known = (Settings().terms_version, hashlib.sha256(words.encode()).hexdigest()[:16])
    assert known == ("2026-11-23", "f8c1735a287ccac4")


def test_what_is_promised_is_what_the_market_does(client: Client) -> None:
    returns = client.get("/delivery-and-returns?lang=en").text
    assert f"within {RETURNED_WITHIN.days} days".replace("7", "seven") in returns
    assert f"within {SELLER_PAYS_WITHIN.days} days".replace("7", "seven") in returns
    terms = client.get("/terms?lang=en").text
    assert f"more than {PATIENCE_OF_BUYER.days} days".replace("3", "three") in terms
    assert "never takes the money" not in terms
