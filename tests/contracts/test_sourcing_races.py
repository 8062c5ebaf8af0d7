"""An award beside the producer's new round or withdrawal, and two awards of one line; once more without the locks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Award, Quote, QuoteRound, Request
from marketplace.contracts.queries import quotes as reading
from marketplace.contracts.services import awards, quotes
from marketplace.contracts.services.awards import Choice
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import QuoteState
from marketplace.core import database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from tests.contracts.market import Market, market, proposal, quote_of, quoted, request_of, sent
from tests.races.thinking import meets
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
MOMENT = 0.05


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing."""
    look, last = reading.awards_in, quotes._refuse_stale

    def looked(request: Request) -> dict[int, Award]:
        found = look(request)
        time.sleep(MOMENT)
        return found

    def checked(quote: Quote, seen: int) -> None:
        last(quote, seen)
        time.sleep(MOMENT)

    monkeypatch.setattr(reading, "awards_in", looked)
    monkeypatch.setattr(quotes, "_refuse_stale", checked)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (awards, quotes):
        monkeypatch.setattr(room, "lock", lambda *_things: None)
    monkeypatch.setattr(database, "writing", plain_writing)


def outcome(act: Callable[[], Any]) -> str:
    try:
        with database.writing():
            act()
    except Refused:
        return "refused"
    return "done"


def award_beside(here: Market, race: Race, rival: Callable[[Market, Quote], None]) -> tuple[list[Any], Quote]:
    """The buyer awards the line while the producer does something else with the quote."""
    with here.app.app_context():
        found = sent(here)
        ref, request_ref = quoted(here, found, 0, 21_000).ref, found.ref

    def run(i: int) -> str:
        quote, request = quote_of(ref), request_of(request_ref)
        buyer = here.actor(here.buyer)
        if i:
            return outcome(lambda: rival(here, quote))
        choices = {request.lines[0].id: Choice(ref, 1)}
        return outcome(lambda: awards.award(request, choices, by=buyer))

    results = race(2, run)
    with here.app.app_context():
        return results, quote_of(ref)


def better(here: Market, quote: Quote) -> None:
    by = here.actor(here.sellers[0])
    quotes.propose(quote, proposal(quote.request, 20_000), Side.SELLER, seen=1, by=by)


def withdraw(here: Market, quote: Quote) -> None:
    quotes._refuse_stale(quote, quote.last_round)
    quotes.withdraw(quote, by=here.actor(here.sellers[0]))


def is_whole(quote: Quote) -> bool:
    """An accepted quote has its award at its last round; any other has none."""
    given = list(db.session.scalars(select(Award).where(Award.quote_id == quote.id)))
    if quote.state is QuoteState.ACCEPTED:
        return [one.round_number for one in given] == [quote.last_round]
    return given == []


@pytest.mark.parametrize("rival", [better, withdraw])
def test_an_award_and_a_change_of_the_quote_exclude_each_other(
    here: Market, race: Race, rival: Callable[[Market, Quote], None]
) -> None:
    results, _quote = award_beside(here, race, rival)
    assert sorted(map(str, results)) == ["done", "refused"]
    with here.app.app_context():
        quote = db.session.scalars(select(Quote)).one()
        rounds = list(db.session.scalars(select(QuoteRound.number).order_by(QuoteRound.number)))
        assert rounds == list(range(1, quote.last_round + 1))
        assert is_whole(quote)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("rival", [better, withdraw])
def test_without_the_lock_both_happen_or_somebody_gets_an_error(
    here: Market, race: Race, rival: Callable[[Market, Quote], None]
) -> None:
    def attempt() -> bool:
        results, quote = award_beside(here, race, rival)
        with here.app.app_context():
            whole = is_whole(quote_of(quote.ref))
        return results == ["done", "done"] or not whole or any(isinstance(one, Exception) for one in results)

    meets(attempt)


def award_twice(here: Market, race: Race) -> list[Any]:
    """Two colleagues give one line to two producers at once."""
    with here.app.app_context():
        found = sent(here)
        refs = [quoted(here, found, place, 21_000 + place).ref for place in (0, 1)]
        request_ref = found.ref

    def run(i: int) -> str:
        request = request_of(request_ref)
        choices = {request.lines[0].id: Choice(refs[i], 1)}
        return outcome(lambda: awards.award(request, choices, by=here.actor(here.buyer)))

    return race(2, run)


def test_one_line_goes_to_one_producer(here: Market, race: Race) -> None:
    assert sorted(map(str, award_twice(here, race))) == ["done", "refused"]
    with here.app.app_context():
        assert len(db.session.scalars(select(Award)).all()) == 1
        states = sorted(one.state.value for one in db.session.scalars(select(Quote)))
        assert states == ["accepted", "declined"]


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_the_second_award_runs_into_the_first(here: Market, race: Race) -> None:
    meets(lambda: any(isinstance(one, Exception) for one in award_twice(here, race)))
