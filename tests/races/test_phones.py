"""Codes guessed and numbers proven at once: five tries count, one owner wins; and the controls without the locks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.models import Person, PhoneCode, ProvenPhone
from marketplace.accounts.services import phones
from marketplace.accounts.services.phones import Purpose
from marketplace.core import database
from marketplace.core.database import db
from marketplace.core.outbox import Job
from marketplace.core.refusals import Refused
from tests import factories
from tests.races.thinking import meets
from tests.races.without_locks import plain_statement, plain_writing

Race = Callable[..., list[Any]]
PHONE = "0912345678"
MOMENT = 0.05


@pytest.fixture(autouse=True)
def sms(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], sms_url="mailbox:"))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between reading a code and counting the try."""
    right = phones.digits_of

    def thought(code: PhoneCode) -> str:
        time.sleep(MOMENT)
        return right(code)

    monkeypatch.setattr(phones, "digits_of", thought)


def a_code(phone: str = PHONE, who: str = "") -> str:
    """A code on its way, and what its SMS says."""
    with database.writing():
        phones.ask_for_code(Purpose.PROVE, phone, locale="vi", who=who)
    holder = phones.holder_of(Purpose.PROVE, phone, who)
    found = db.session.scalars(select(PhoneCode).where(PhoneCode.holder == holder)).one()
    return phones.digits_of(found)


def guess_at_once(app: Flask, race: Race, phone: str = PHONE) -> int:
    """Twenty wrong guesses leave together: how many of them were compared with the code."""
    compared: list[int] = []
    with app.app_context():
        wrong = f"{(int(a_code(phone)) + 1) % 1_000_000:06d}"
    right = phones.digits_of

    def counted(code: PhoneCode) -> str:
        compared.append(1)
        return right(code)

    phones.digits_of = counted

    def guess(_i: int) -> bool:
        with database.writing():
            return phones.takes(Purpose.PROVE, phone, wrong)

    try:
        assert not any(one is True for one in race(20, guess))
    finally:
        phones.digits_of = right
    return len(compared)


def test_twenty_guesses_at_once_are_five(app: Flask, race: Race, slow: None) -> None:
    assert guess_at_once(app, race) == phones.TRIES


def test_the_lock_is_what_counts_them(app: Flask, race: Race, slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: read without the lock, more guesses than five are compared."""
    monkeypatch.setattr(database, "writing", plain_writing)
    monkeypatch.setattr(phones, "under_lock", plain_statement)
    others = (f"09123{number:05d}" for number in count())
    meets(lambda: guess_at_once(app, race, next(others)) > phones.TRIES)


def test_twenty_requests_at_once_send_one_code(app: Flask, race: Race) -> None:
    def ask(_i: int) -> str:
        try:
            with database.writing():
                phones.ask_for_code(Purpose.JOIN, PHONE, locale="vi")
        except Refused:
            return "later"
        return "sent"

    assert sorted(race(20, ask)) == ["later"] * 19 + ["sent"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Job.kind == phones.SEND)) == 1


def prove_at_once(app: Flask, race: Race) -> tuple[list[Any], int]:
    """Two people with a right code each: what they are answered, and how many then have the number."""
    with app.app_context():
        people = [factories.person().id for _ in range(2)]

    def prove(i: int) -> str:
        person = db.session.get_one(Person, people[i])
        try:
            with database.writing():
                phones.prove(person, PHONE, by=factories.actor(person))
        except Refused:
            return "refused"
        return "proven"

    ended = race(2, prove)
    with app.app_context():
        return ended, db.session.scalar(select(func.count()).select_from(ProvenPhone)) or 0


def test_a_number_proven_by_two_at_once_belongs_to_one(app: Flask, race: Race) -> None:
    ended, owners = prove_at_once(app, race)
    assert (sorted(ended), owners) == (["proven", "refused"], 1)


def test_the_unique_number_is_what_refuses(app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: told apart by a look alone, both would be told that the number is theirs."""

    def taken(person: Person, phone: str) -> None:
        known = db.session.scalar(select(ProvenPhone.id).where(ProvenPhone.phone == phone))
        time.sleep(MOMENT)
        if known is not None:
            raise Refused(phones.TAKEN)

    monkeypatch.setattr(phones, "_take_number", taken)
    ended, owners = prove_at_once(app, race)
    assert (ended, owners) == (["proven", "proven"], 0)
