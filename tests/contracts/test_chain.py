"""The chain of an agreement's events: an edit, a removal, a changed order, a rewritten end are each found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text, update

from config import Settings
from marketplace.contracts.jobs import papers as jobs
from marketplace.contracts.models import Agreement, AgreementEvent, Document
from marketplace.contracts.services import chain, rechecking
from marketplace.contracts.services.trail import event_hash
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core.database import db, table_of, writing
from marketplace.core.files import store
from tests.contracts.making import agreement_in, document_of

Tamper = Callable[..., None]
TABLE = "agreement_events"


@pytest.fixture
def issued(app: Flask, settings: Settings) -> Iterator[Agreement]:
    # heads outlive the database of a test
    chain.heads_file(settings).unlink(missing_ok=True)
    with app.app_context():
        yield agreement_in(AgreementState.SIGNING)


@pytest.fixture
def tamper(app: Flask) -> Tamper:
    """SQL past the database's own guard, as somebody with all rights would run it."""

    def run(*statements: str, **values: object) -> None:
        with writing():
            kept = _without_guards()
            for statement in statements:
                db.session.execute(text(statement), values)
            for statement in kept:
                db.session.execute(text(statement))

    return run


def _without_guards() -> list[str]:
    """Take the triggers away; what puts them back."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER"))
        db.session.execute(text("ALTER TABLE terms_versions DISABLE TRIGGER USER"))
        return [f"ALTER TABLE {TABLE} ENABLE TRIGGER USER", "ALTER TABLE terms_versions ENABLE TRIGGER USER"]
    tables = "tbl_name IN ('agreement_events', 'terms_versions')"
    kept = db.session.execute(text(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND {tables}")).all()
    for name, _sql in kept:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _name, sql in kept]


def test_an_honest_chain_has_no_faults(issued: Agreement) -> None:
    assert chain.verify(issued) == []
    assert [event.number for event in chain.events_of(issued)] == list(range(1, len(chain.events_of(issued)) + 1))


def test_an_edit_is_found(issued: Agreement, tamper: Tamper) -> None:
    tamper(
        "UPDATE agreement_events SET actor_ref = 'NG-2020-000001' WHERE agreement_id = :id AND number = 2", id=issued.id
    )
    db.session.expire_all()
    assert chain.verify(issued) == [f"{issued.ref}: event 2 was changed"]


def test_an_edit_with_its_own_hash_breaks_the_link(issued: Agreement, tamper: Tamper) -> None:
    second = chain.events_of(issued)[1]
    forged = {name: getattr(second, name) for name in chain.COLUMNS} | {"actor_ref": "NG-2020-000001"}
    tamper(
        "UPDATE agreement_events SET actor_ref = 'NG-2020-000001', hash = :hash"
        " WHERE agreement_id = :id AND number = 2",
        id=issued.id,
        hash=event_hash(issued.ref, forged),
    )
    db.session.expire_all()
    assert chain.verify(issued) == [f"{issued.ref}: event 3 does not follow the one before it"]


def test_a_removal_is_found(issued: Agreement, tamper: Tamper) -> None:
    tamper("DELETE FROM agreement_events WHERE agreement_id = :id AND number = 2", id=issued.id)
    db.session.expire_all()
    assert chain.verify(issued) == [
        f"{issued.ref}: event 2 is missing, event 3 stands there",
        f"{issued.ref}: event 3 does not follow the one before it",
    ]


def test_a_changed_order_is_found(issued: Agreement, tamper: Tamper) -> None:
    tamper(
        "UPDATE agreement_events SET number = 900 WHERE agreement_id = :id AND number = 2",
        "UPDATE agreement_events SET number = 2 WHERE agreement_id = :id AND number = 3",
        "UPDATE agreement_events SET number = 3 WHERE agreement_id = :id AND number = 900",
        id=issued.id,
    )
    db.session.expire_all()
    assert any("does not follow" in fault for fault in chain.verify(issued))


def test_a_state_that_no_event_led_to_is_found(issued: Agreement) -> None:
    with writing():
        db.session.execute(
            update(table_of(Agreement)).values({"state": "active"}).where(table_of(Agreement).c.id == issued.id)
        )
    db.session.refresh(issued)
    assert chain.verify(issued) == [f"{issued.ref}: the last event leads to signing, the paper says active"]


def test_the_database_itself_refuses_changes(issued: Agreement) -> None:
    with pytest.raises(Exception, match="only grows"), writing():
        db.session.execute(update(AgreementEvent).values(kind="x"))


def test_a_head_is_published_once_while_nothing_happens(issued: Agreement, settings: Settings) -> None:
    first = chain.publish_head(settings)
    assert first is not None
    last = chain.events_of(issued)[-1]
    assert first.chains[issued.ref] == chain.End(last.number, last.hash)
    assert chain.publish_head(settings) is None


def test_a_lost_end_is_found_by_the_published_head(issued: Agreement, settings: Settings, tamper: Tamper) -> None:
    jobs.publish_heads()
    end = chain.published(settings)[-1].chains[issued.ref]
    tamper("DELETE FROM agreement_events WHERE agreement_id = :id AND number = :n", id=issued.id, n=end.number)
    db.session.expire_all()
    found = [fault for fault in chain.faults_of_all(settings) if fault.startswith(issued.ref)]
    assert f"{issued.ref}: event {end.number}, which was published, is no longer there" in found


def test_a_rewritten_head_is_found(issued: Agreement, settings: Settings) -> None:
    jobs.publish_heads()
    path = chain.heads_file(settings)
    lines = path.read_text().splitlines()
    line = json.loads(lines[-1])
    line["chains"] = {}
    try:
        path.write_text("\n".join([*lines[:-1], json.dumps(line)]) + "\n")
        assert list(chain._faults_of_heads(chain.published(settings))) == [
            f"published head {len(lines)} of {line['at']} was changed"
        ]
    finally:
        path.write_text("\n".join(lines) + "\n")


def test_the_nightly_check_finds_files_and_texts(issued: Agreement, settings: Settings, tamper: Tamper) -> None:
    mine = [fault for fault in rechecking.faults(settings) if fault.startswith(issued.ref)]
    assert mine == []
    document: Document = document_of(issued)
    store().put(document.file_key, b"%PDF-1.7 something else")
    tamper("UPDATE terms_versions SET canonical = '{}' WHERE agreement_id = :id", id=issued.id)
    db.session.expire_all()
    found = [fault for fault in rechecking.faults(settings) if fault.startswith(issued.ref)]
    assert f"{issued.ref}: version 1 does not have its fingerprint" in found
    assert f"{issued.ref}: file {document.file_key} has other bytes" in found
    store().delete(document.file_key)
    assert f"{issued.ref}: file {document.file_key} is gone" in rechecking.faults(settings)
    with writing():
        rechecking.report(found)


def test_a_head_hangs_on_the_one_before(issued: Agreement, settings: Settings) -> None:
    chain.publish_head(settings)
    with writing():
        agreement_touch(issued)
    second = chain.publish_head(settings)
    heads = chain.published(settings)
    assert second is not None
    assert heads[-1].previous == heads[-2].hash
    assert replace(second) == heads[-1]


def agreement_touch(agreement: Agreement) -> None:
    from marketplace.contracts.services import trail
    from marketplace.core.actors import SYSTEM

    trail.note(agreement, "looked_at", by=SYSTEM)
