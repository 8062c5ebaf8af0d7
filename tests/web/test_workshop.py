"""The operator sees what the worker could not do, and lets it try again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.outbox import Job, JobState
from tests import factories
from tests.clients import Client


@pytest.fixture
def operator(app: Flask, client_of: Callable[..., Client]) -> Client:
    with app.app_context():
        manager = factories.manager_of(factories.organisation(OrganisationKind.OPERATOR))
    return client_of(manager)


def given_up(app: Flask, kind: str, reason: str) -> None:
    words = {"kind": kind, "payload": {}, "run_at": clock.now(), "attempts": 8, "last_error": reason}
    with app.app_context():
        factories.stored(Job(state=JobState.DEAD, **words))


def states(app: Flask) -> dict[str, JobState]:
    with app.app_context():
        return {job.kind: job.state for job in db.session.query(Job)}


def test_what_was_given_up_stands_there_with_its_reason(app: Flask, operator: Client) -> None:
    given_up(app, "core.deliver_notice", "ConnectionRefusedError")
    page = operator.get("/operator/jobs").text
    assert "core.deliver_notice" in page
    assert "ConnectionRefusedError" in page
    assert '<nav class="breadcrumbs"' in page


def test_one_kind_is_tried_again_and_the_act_is_in_the_trail(app: Flask, operator: Client) -> None:
    given_up(app, "core.deliver_notice", "x")
    given_up(app, "orders.other", "y")
    answer = operator.post("/operator/jobs", data={"kind": "core.deliver_notice"})
    assert answer.status_code == 303
    assert states(app) == {"core.deliver_notice": JobState.QUEUED, "orders.other": JobState.DEAD}
    with app.app_context():
        assert [entry.action for entry in db.session.query(AuditEntry).filter_by(subject_kind="jobs")] == ["retry"]


def test_for_others_the_page_does_not_exist(app: Flask, client: Client) -> None:
    given_up(app, "core.deliver_notice", "x")
    assert client.get("/operator/jobs").status_code == 404
    assert client.post("/operator/jobs", data={"kind": "core.deliver_notice"}).status_code == 404
    assert states(app) == {"core.deliver_notice": JobState.DEAD}


def only_job(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Job.id).scalar()  # type: ignore[no-any-return]


def test_one_job_is_tried_again(app: Flask, operator: Client) -> None:
    given_up(app, "orders.other", "y")
    assert operator.post(f"/operator/jobs/{only_job(app)}/retry").status_code == 303
    assert states(app) == {"orders.other": JobState.QUEUED}


def test_a_dropped_job_is_gone_but_for_the_trail(app: Flask, operator: Client) -> None:
    given_up(app, "orders.other", "ValueError at x.py:1 y")
    job = only_job(app)
    assert operator.post(f"/operator/jobs/{job}/drop").status_code == 303
    assert states(app) == {}
    assert operator.post(f"/operator/jobs/{job}/drop").status_code == 404
    with app.app_context():
        (entry,) = db.session.query(AuditEntry).filter_by(subject_kind="jobs")
        assert (entry.action, entry.figures["kind"], entry.figures["error"]) == (
            "drop", "orders.other", "ValueError at x.py:1 y",
        )  # fmt: skip
