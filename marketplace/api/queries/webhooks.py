"""Webhooks and what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, not_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.api.models import Webhook, WebhookMessage
from marketplace.api.states import WebhookState
from marketplace.core.database import db

MOST_WEBHOOKS = 10
_WAITING = (WebhookMessage.delivered_at.is_(None), WebhookMessage.given_up_at.is_(None))


def webhooks_of(organisation_id: int) -> list[Webhook]:
    """The addresses of an organisation, the oldest first."""
    own = select(Webhook).where(Webhook.organisation_id == organisation_id).order_by(Webhook.id)
    return list(db.session.scalars(own))


def webhook_by_ref(ref: str) -> Webhook | None:
    """The address with this ref."""
    return db.session.scalar(select(Webhook).where(Webhook.ref == ref[:32]).options(joinedload(Webhook.organisation)))


def listening(organisation_ids: Sequence[int], happening: str) -> list[Webhook]:
    """Active addresses of these organisations that want to hear of something."""
    active = Webhook.organisation_id.in_(organisation_ids) & (Webhook.state == WebhookState.ACTIVE)
    # addresses hang on nothing that an act has changed so far: it need not be sent to the database for this
    with db.session.no_autoflush:
        found = db.session.scalars(select(Webhook).where(active).order_by(Webhook.id)).all()
    return [one for one in found if happening in one.happenings]


def messages_of(webhook: Webhook) -> Select[Any]:
    """What an address was told, the newest first, with every try."""
    told = select(WebhookMessage).where(WebhookMessage.webhook_id == webhook.id).order_by(WebhookMessage.id.desc())
    return told.options(selectinload(WebhookMessage.attempts))


def message_by_ref(ref: str) -> WebhookMessage | None:
    """The message with this id."""
    whole = joinedload(WebhookMessage.webhook).joinedload(Webhook.organisation)
    return db.session.scalar(select(WebhookMessage).where(WebhookMessage.ref == ref[:40]).options(whole))


def in_trouble(*, most: int = 30) -> list[Webhook]:
    """Addresses that fail or were switched off for it, those that fail longest first."""
    wrong = Webhook.failing_since.is_not(None) | (Webhook.state == WebhookState.DISABLED)
    ordered = select(Webhook).where(wrong).order_by(Webhook.failing_since, Webhook.id).limit(most)
    return list(db.session.scalars(ordered.options(joinedload(Webhook.organisation))))


def waiting_by_webhook(ids: Sequence[int]) -> dict[int, int]:
    """How many messages wait for each of these addresses."""
    waiting = (WebhookMessage.webhook_id.in_(ids), *_WAITING)
    counted = select(WebhookMessage.webhook_id, func.count()).where(*waiting).group_by(WebhookMessage.webhook_id)
    return dict(db.session.execute(counted).all())


def counts() -> dict[WebhookState, int]:
    """How many addresses stand in each state."""
    counted = db.session.execute(select(Webhook.state, func.count()).group_by(Webhook.state))
    return dict.fromkeys(WebhookState, 0) | dict(counted.all())


def old_messages(before: datetime, *, most: int) -> list[int]:
    """Messages from before a moment that wait for nothing any more, by id."""
    ended = (WebhookMessage.created_at < before, not_(and_(*_WAITING)))
    return list(db.session.scalars(select(WebhookMessage.id).where(*ended).order_by(WebhookMessage.id).limit(most)))
