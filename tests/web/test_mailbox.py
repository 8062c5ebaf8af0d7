"""The development mailbox: open in the demo and in tests, nowhere else; letters are shown as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.core.database import db, writing
from marketplace.core.outbox.transports import Mail
from tests.clients import Client

EVIL = "<script>alert(1)</script>"


def add(number: int, **changes: Any) -> str:
    words = {
        "sent_to": "lan@shop.example",
        "subject": f"Letter {number}",
        "text": f"Chào Lan\ncó đơn mới\n\nXem đơn:\nhttp://localhost/orders/DH-{number}\n",
        "html": "<p>Chào Lan</p>",
    }
    with writing():
        mail = Mail(message_id=f"<{number}@localhost>", **{**words, **changes})
        db.session.add(mail)
        db.session.flush()
        return mail.token


def test_letters_are_listed_the_newest_first(app: Flask, client: Client) -> None:
    with app.app_context():
        tokens = [add(number) for number in (1, 2)]
    page = client.get("/dev/mailbox?lang=en").get_data(as_text=True)
    assert page.index(f"/dev/mailbox/{tokens[1]}") < page.index(f"/dev/mailbox/{tokens[0]}")
    assert page.index("Letter 2") < page.index("Letter 1")


def test_letters_to_one_address(app: Flask, client: Client) -> None:
    with app.app_context():
        add(1)
        add(2, sent_to="joe@shop.example")
    page = client.get("/dev/mailbox?to=JOE@shop.example&lang=en").get_data(as_text=True)
    assert ("Letter 2" in page, "Letter 1" in page) == (True, False)


def test_an_empty_mailbox_says_what_to_do(client: Client) -> None:
    assert "Place an order" in client.get("/dev/mailbox?lang=en").get_data(as_text=True)
    assert "Chưa có thư nào" in client.get("/dev/mailbox?lang=vi").get_data(as_text=True)


def test_a_letter_is_shown_as_text_with_its_links(app: Flask, client: Client) -> None:
    with app.app_context():
        token = add(1)
    answer = client.get(f"/dev/mailbox/{token}")
    page = answer.get_data(as_text=True)
    assert "Chào Lan<br>có đơn mới" in page
    assert 'href="http://localhost/orders/DH-1"' in page
    assert "&lt;p&gt;Chào Lan&lt;/p&gt;" in page
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_markup_in_a_letter_is_never_ours(app: Flask, client: Client) -> None:
    with app.app_context():
        token = add(1, subject=EVIL, text=f'{EVIL} javascript:alert(1) http://localhost/"><script>', html=EVIL)
    for path in ("/dev/mailbox", f"/dev/mailbox/{token}"):
        page = client.get(path).get_data(as_text=True)
        assert EVIL not in page
        assert 'href="javascript:' not in page


def test_an_unknown_letter_is_not_there(client: Client) -> None:
    assert client.get("/dev/mailbox/nothing").status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 200),
        ({"testing": False, "demo": True}, 200),
        ({"testing": False}, 404),
        ({"mail_url": "smtp://mail.example"}, 404),
        ({"testing": False, "demo": True, "mail_url": "smtp://mail.example"}, 404),
    ],
)
def test_the_mailbox_is_open_only_where_mail_goes_nowhere(
    app_with: Callable[..., Flask], changes: dict[str, Any], code: int
) -> None:
    app = app_with(**changes)
    with app.app_context():
        token = add(1)
    client = app.test_client()
    assert client.get("/dev/mailbox").status_code == code
    assert client.get(f"/dev/mailbox/{token}").status_code == code
