"""Tokens, webhooks and jobs given up, made for the role that asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.accounts.models import Organisation, Person
from marketplace.api.models import Webhook, WebhookMessage
from marketplace.api.states import WebhookState
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.outbox import Job, JobState
from tests import factories
from tests.access.things import Asked, _known_password
from tests.access.world import World


def new_token(world: World, role: str) -> Asked:
    _known_password(world, role)
    words = {"name": "Kho", "organisation": "", "days": "90", "scopes": "orders:read"}
    return Asked(form={**words, "current": factories.PASSWORD})


def token(world: World, role: str) -> Asked:
    person = db.session.get_one(Person, world.people.get(role, world.people["buyer"]))
    return Asked({"ref": factories.token(person)[0].ref})


def new_webhook(world: World, role: str) -> Asked:
    return Asked(form={"url": "https://vidu.vn/ocop", "happenings": "order.placed"})


def _webhook(world: World, **columns: Any) -> Webhook:
    return factories.webhook(db.session.get_one(Organisation, world.seller_id), **columns)


def webhook(world: World, role: str) -> Asked:
    return Asked({"ref": _webhook(world).ref})


def webhook_form(world: World, role: str) -> Asked:
    return Asked({"ref": _webhook(world).ref}, new_webhook(world, role).form)


def paused_webhook(world: World, role: str) -> Asked:
    return Asked({"ref": _webhook(world, state=WebhookState.PAUSED).ref})


def message(world: World, role: str) -> Asked:
    told = _webhook(world)
    known = {"ref": f"msg_{factories.number()}", "event": "order.placed", "about": "DH-2026-000001", "body": "{}"}
    made = factories.stored(WebhookMessage(webhook_id=told.id, delivered_at=clock.now(), **known))
    return Asked({"ref": told.ref, "message": made.ref})


def given_up_job(world: World, role: str) -> Asked:
    known = {"kind": "tests.nothing", "payload": {}, "run_at": clock.now() + timedelta(days=365)}
    return Asked({"job": factories.stored(Job(state=JobState.DEAD, **known)).id})
