"""Two people of one shop at once, one form sent twice at once: each is said once. Without the locks it breaks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.core import database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from marketplace.messages import queries, services, subjects
from marketplace.messages.models import Message, Thread
from marketplace.messages.services import Words, talking
from tests import factories
from tests.messages.conftest import Talk
from tests.races.thinking import meets
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
MOMENT = 0.03


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing."""
    for room, name in ((talking, "_refuse_beside_colleague"), (talking, "_refuse_too_many")):
        plain = getattr(room, name)

        def after(*given: Any, plain: Any = plain) -> None:
            plain(*given)
            time.sleep(MOMENT)

        monkeypatch.setattr(room, name, after)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "lock", lambda *_things: None)
    monkeypatch.setattr(database, "writing", plain_writing)


def another(talk: Talk) -> str:
    """A buyer of whom nobody has heard yet."""
    name = f"buyer {len(talk.people)}"
    with talk.app.app_context():
        talk.people[name] = factories.person()
    return name


def answer_at_once(talk: Talk, race: Race, who: str = "buyer", **words: Any) -> list[Any]:
    """Two people of the shop answer, both having seen only the question."""
    thread_id = talk.begun(who)
    actors = [talk.actor("seller"), talk.actor("colleague")]

    def say(i: int) -> str:
        thread = db.session.get_one(Thread, thread_id)
        try:
            with database.writing():
                services.write(thread, Words(f"Câu {i}", **words), by=actors[i])
        except Refused:
            return "told of the other"
        return "said"

    return race(2, say)


def numbers(talk: Talk) -> list[int]:
    with talk.app.app_context():
        return list(db.session.scalars(select(Message.number).order_by(Message.number)))


def test_two_colleagues_at_once_do_not_answer_twice(talk: Talk, race: Race) -> None:
    assert sorted(answer_at_once(talk, race, seen=1)) == ["said", "told of the other"]
    assert numbers(talk) == [1, 2]


def test_two_colleagues_who_mean_it_are_both_heard(talk: Talk, race: Race) -> None:
    assert answer_at_once(talk, race) == ["said", "said"]
    assert numbers(talk) == [1, 2, 3]


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_two_colleagues_break(talk: Talk, race: Race) -> None:
    said = ["said", "told of the other"]
    meets(lambda: sorted(map(str, answer_at_once(talk, race, another(talk), seen=1))) != said)


def send_twice(talk: Talk, race: Race, who: str = "buyer") -> list[Any]:
    buyer, slug = talk.actor(who), talk.slug

    def send(_i: int) -> int:
        with talk.app.test_request_context():
            about = subjects.about(buyer, "product", slug)
            assert about is not None
            with database.writing():
                return services.begin("product", about, Words("Còn không?", token="mot-to-don"), by=buyer).number

    return race(4, send)


def test_one_form_sent_four_times_at_once_is_one_message(talk: Talk, race: Race) -> None:
    assert send_twice(talk, race) == [1, 1, 1, 1]
    assert numbers(talk) == [1]
    talk.begun("other_buyer")
    with talk.app.app_context():
        assert len(db.session.scalars(select(Thread)).all()) == 2


def test_one_more_form_sent_four_times_at_once_is_one_more_message(talk: Talk, race: Race) -> None:
    talk.begun()
    assert send_twice(talk, race) == [2, 2, 2, 2]
    assert numbers(talk) == [1, 2]


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_one_form_sent_four_times_breaks(talk: Talk, race: Race) -> None:
    def attempt() -> bool:
        who = another(talk)
        talk.begun(who)
        return send_twice(talk, race, who) != [2, 2, 2, 2]

    meets(attempt)


def open_many(talk: Talk, race: Race, monkeypatch: pytest.MonkeyPatch, who: str = "buyer") -> int:
    """How many conversations a new account has begun that sends six at once where two are allowed."""
    monkeypatch.setattr(talking, "MOST_BEGUN_WHEN_NEW", 2)
    with talk.app.app_context():
        slugs = [factories.product(db.session.merge(talk.seller)).slug for _ in range(6)]
    buyer = talk.actor(who)

    def begin(i: int) -> None:
        with talk.app.test_request_context():
            about = subjects.about(buyer, "product", slugs[i])
            assert about is not None
            with database.writing():
                services.begin("product", about, Words("Rẻ lắm"), by=buyer)

    race(6, begin)
    with talk.app.app_context():
        return queries.opened_since(buyer.person_id, talk.people[who].created_at)


def test_six_at_once_are_two_where_two_are_allowed(talk: Talk, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_many(talk, race, monkeypatch) == 2


@pytest.mark.usefixtures("unlocked")
@pytest.mark.postgresql
def test_without_the_lock_six_at_once_are_more(talk: Talk, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    meets(lambda: open_many(talk, race, monkeypatch, another(talk)) > 2)
