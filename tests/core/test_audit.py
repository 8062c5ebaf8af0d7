"""The trail: whoever edits, removes or reorders rows behind its back is found, and the database itself refuses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from config import Settings
from marketplace.core import audit
from marketplace.core.actors import SYSTEM
from marketplace.core.audit import AuditEntry, AuditSubject, Subject
from marketplace.core.database import db, writing
from marketplace.core.outbox import recurring
from tests.databases import engine_name

KEY = "an audit key of the tests"
RICE, HONEY = Subject("products", "rice"), Subject("products", "honey")


@pytest.fixture
def trail(inside: Flask) -> Flask:
    """Six sealed rows: three of rice, three of honey, in turn."""
    for price in (1, 2, 3):
        for subject in (RICE, HONEY):
            with writing():
                audit.record(subject, "price", by=SYSTEM, price_vnd=price)
    assert audit.seal(KEY) == 6
    return inside


@contextmanager
def behind_its_back() -> Iterator[Callable[[str], Any]]:
    """SQL of somebody who owns the database: the triggers are out of the way."""
    with db.engine.connect().execution_options(write=True) as connection:
        if engine_name() == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            for table in ("audit_entries", "audit_subjects"):
                for what in ("change", "removal"):
                    connection.execute(text(f"DROP TRIGGER {table}_refuses_{what}"))
        yield lambda statement: connection.execute(text(statement))
        connection.commit()
        if engine_name() == "postgresql":
            connection.execute(text("RESET session_replication_role"))
            connection.commit()


def tamper(*statements: str) -> None:
    db.session.rollback()
    with behind_its_back() as run:
        for statement in statements:
            run(statement)


def faults(known_head: str | None = None) -> list[str]:
    db.session.rollback()
    return audit.verify(KEY, known_head=known_head)


def test_an_untouched_trail_has_no_fault(trail: Flask) -> None:
    number, seal = audit.head()
    assert (number, faults(seal)) == (6, [])


def test_an_empty_trail_has_no_fault(inside: Flask) -> None:
    assert (audit.head(), audit.seal(KEY), faults()) == ((0, audit.FIRST_SEAL), 0, [])


@pytest.mark.parametrize(
    "change",
    [
        "action = 'cost'",
        "actor_ref = 'NG-1'",
        "organisation_ref = 'TC-1'",
        "before = 'x'",
        "after = 'x'",
        """figures = '{"price_vnd": 9}'""",
        "subject_ref = 'salt'",
        "number = 9",
        "at = '2020-01-01 00:00:00+00'" if engine_name() == "postgresql" else "at = '2020-01-01 00:00:00.000000'",
        "seal = 'abc'",
    ],
)
def test_an_edit_is_found(trail: Flask, change: str) -> None:
    tamper(f"UPDATE audit_entries SET {change} WHERE seal_number = 3")
    assert any(fault.startswith("seal 3 does not fit") for fault in faults())


def test_another_key_fits_nothing(trail: Flask) -> None:
    assert len(audit.verify("another key")) == 6


def test_a_removed_row_is_found(trail: Flask) -> None:
    tamper("DELETE FROM audit_entries WHERE seal_number = 3")
    found = faults()
    assert "seal 3 is missing" in found
    assert "products rice should have rows 1 to 3, has 2" in found


def test_a_gap_that_was_closed_is_found(trail: Flask) -> None:
    tamper(
        "DELETE FROM audit_entries WHERE seal_number = 6",
        "UPDATE audit_entries SET seal_number = 6 WHERE seal_number = 5",
        "UPDATE audit_subjects SET last_number = 2 WHERE ref = 'honey'",
    )
    assert faults()[:2] == ["seal 5 is missing", "seal 6 does not fit products rice no. 3"]


def test_a_changed_order_is_found(trail: Flask) -> None:
    tamper(
        "UPDATE audit_entries SET seal_number = 99 WHERE seal_number = 3",
        "UPDATE audit_entries SET seal_number = 3 WHERE seal_number = 4",
        "UPDATE audit_entries SET seal_number = 4 WHERE seal_number = 99",
    )
    assert [fault[:19] for fault in faults()][:2] == ["seal 3 does not fit", "seal 4 does not fit"]


def test_the_last_row_removed_is_found_by_its_subjects_count(trail: Flask) -> None:
    tamper("DELETE FROM audit_entries WHERE seal_number = 6")
    assert faults() == ["products honey should have rows 1 to 3, has 2"]


def test_a_row_removed_before_it_was_sealed_is_found(trail: Flask) -> None:
    with writing():
        audit.record(HONEY, "price", by=SYSTEM, price_vnd=4)
    tamper("DELETE FROM audit_entries WHERE seal_number IS NULL")
    assert faults() == ["products honey should have rows 1 to 4, has 3"]


def test_a_removed_count_is_found(trail: Flask) -> None:
    tamper("DELETE FROM audit_subjects WHERE ref = 'rice'")
    assert faults() == ["products rice has rows but no count"]


def test_an_end_cut_off_with_its_count_is_found_by_a_known_head(trail: Flask) -> None:
    known = audit.head()[1]
    tamper(
        "DELETE FROM audit_entries WHERE seal_number = 6",
        "UPDATE audit_subjects SET last_number = 2 WHERE ref = 'honey'",
    )
    assert faults() == []
    assert faults(known) == [f"the known head {known} is not in the chain"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET action = 'cost'",
        "UPDATE audit_entries SET seal_number = NULL, seal = NULL",
        "UPDATE audit_entries SET seal = 'abc'",
        "UPDATE audit_entries SET seal_number = 9, seal = 'abc' WHERE seal_number IS NOT NULL",
        "UPDATE audit_entries SET seal_number = 9, seal = 'abc', action = 'cost' WHERE seal_number IS NULL",
        "UPDATE audit_entries SET seal_number = 9 WHERE seal_number IS NULL",
        "DELETE FROM audit_subjects",
        "UPDATE audit_subjects SET last_number = last_number - 1",
        "UPDATE audit_subjects SET ref = 'salt' WHERE ref = 'rice'",
    ],
)
def test_the_database_refuses_to_change_the_trail(trail: Flask, statement: str) -> None:
    with writing():
        audit.record(RICE, "price", by=SYSTEM)
    with pytest.raises(IntegrityError, match="only grows"), writing():
        db.session.execute(text(statement))
    assert faults() == []


@pytest.mark.postgresql
def test_the_database_refuses_to_empty_the_trail(trail: Flask) -> None:
    with pytest.raises(IntegrityError, match="only grows"), writing():
        db.session.execute(text("TRUNCATE audit_entries"))


def test_rows_are_numbered_per_subject_without_gaps_in_a_race(inside: Flask, race: Callable[..., list[Any]]) -> None:
    def act(i: int) -> None:
        for _again in range(5):
            with writing():
                for subject in ((RICE, HONEY), (HONEY, RICE))[i % 2]:
                    audit.record(subject, "price", by=SYSTEM, price_vnd=i)

    assert race(6, act) == [None] * 6
    numbers = select(AuditEntry.number).where(AuditEntry.subject_ref == "rice").order_by(AuditEntry.number)
    assert list(db.session.scalars(numbers)) == list(range(1, 31))
    assert audit.seal(KEY) == 60
    assert faults() == []


def test_two_sealers_make_one_chain(trail: Flask, race: Callable[..., list[Any]]) -> None:
    for _again in range(20):
        with writing():
            audit.record(RICE, "price", by=SYSTEM)
    sealed = race(4, lambda _i: audit.seal(KEY))
    assert sum(sealed) == 20
    assert (audit.head()[0], faults()) == (26, [])


def test_sealing_goes_in_batches(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 4)
    with writing():
        for _again in range(10):
            audit.record(RICE, "price", by=SYSTEM)
    assert [audit.seal(KEY) for _round in range(4)] == [4, 4, 2, 0]
    assert faults() == []


def test_an_act_that_fails_leaves_no_row_and_no_number(inside: Flask) -> None:
    def act() -> None:
        with writing():
            audit.record(RICE, "price", by=SYSTEM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert db.session.scalars(select(AuditEntry)).all() == []
    assert db.session.scalars(select(AuditSubject)).all() == []


def test_days_and_exact_numbers_become_text(inside: Flask) -> None:
    with writing():
        audit.record(RICE, "price", by=SYSTEM, day=date(2026, 11, 22), rate=Decimal("1.5"), total_vnd=10**12)
    figures = db.session.scalars(select(AuditEntry.figures)).one()
    assert figures == {"day": "2026-11-22", "rate": "1.5", "total_vnd": 10**12}
    assert (audit.seal(KEY), faults()) == (1, [])


def test_the_head_is_published_beside_the_media(trail: Flask, settings: Settings) -> None:
    path = recurring.heads_file(settings)
    before = len(recurring.published_heads(settings))
    recurring.publish_head()
    assert path == Path(settings.media_url).parent / "audit-heads.jsonl"
    assert recurring.published_heads(settings)[before:] == [audit.head()]
    assert json.loads(path.read_text().splitlines()[-1])["number"] == 6


def test_an_empty_trail_publishes_nothing(inside: Flask, settings: Settings) -> None:
    before = recurring.published_heads(settings)
    recurring.publish_head()
    assert recurring.published_heads(settings) == before
