"""Limits: one session soon, one address only far above what a village does."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

App = Callable[..., Flask]


def answers(app: Flask, times: int, *, new_session: bool) -> list[int]:
    """The status of the same POST sent again and again, from one browser or from many."""
    client = app.test_client()
    codes = []
    for _ in range(times):
        client = app.test_client() if new_session else client
        codes.append(client.post("/cart/lines", data={"variant": "none", "quantity": "1"}).status_code)
    return codes


def test_one_session_is_stopped(app_with: App) -> None:
    app = app_with(own_writes_per_minute=3)
    client = app.test_client()
    with client.session_transaction() as session:
        session["guest"] = "somebody"
    codes = [client.post("/cart/lines", data={"variant": "none", "quantity": "1"}).status_code for _ in range(5)]
    assert codes[3:] == [429, 429]
    assert 429 not in codes[:3]


def test_other_sessions_behind_the_same_address_go_on(app_with: App) -> None:
    assert 429 not in answers(app_with(own_writes_per_minute=3), 8, new_session=True)


def test_an_address_is_stopped_over_all_its_sessions_and_pages(app_with: App) -> None:
    app = app_with(writes_per_minute=4)
    assert answers(app, 6, new_session=True)[4:] == [429, 429]
    assert app.test_client().post("/sign-out").status_code == 429


def test_reading_is_not_limited(app_with: App) -> None:
    client = app_with(writes_per_minute=1, own_writes_per_minute=1).test_client()
    assert [client.get("/cart").status_code for _ in range(4)] == [200] * 4


def test_who_is_stopped_reads_what_to_do(app_with: App) -> None:
    client = app_with(writes_per_minute=1).test_client()
    page = [client.post("/cart/lines", data={"variant": "none", "quantity": "1"}) for _ in range(2)][1]
    assert "Bạn thử quá nhiều lần" in page.text
    assert page.headers["Retry-After"]


def test_who_is_not_stopped_is_not_told_to_wait(app_with: App) -> None:
    client = app_with(writes_per_minute=100).test_client()
    answers = [client.post("/sign-out"), client.get("/api/v1/products"), client.get("/api/v1/products/khong-co")]
    assert [(one.status_code, one.headers.get("Retry-After")) for one in answers] == [
        (303, None),
        (200, None),
        (404, None),
    ]
