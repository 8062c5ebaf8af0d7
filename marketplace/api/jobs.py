"""What the API leaves to the worker: sending to webhooks, forgetting what is old."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import delete

from marketplace.api import posting
from marketplace.api.models import WebhookAttempt, WebhookMessage
from marketplace.api.queries import webhooks as queries
from marketplace.api.services import answers, messages, webhooks
from marketplace.api.states import MessageState, WebhookState
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import every, handles

LOG_KEPT = timedelta(days=30)
BATCH = 500


@handles(messages.DELIVER)
def deliver(message: str) -> None:
    """Send one message, at least once; how often it is tried again is its own matter, not the queue's."""
    found = queries.message_by_ref(message)
    if found is None or found.state is not MessageState.WAITING or _is_held_up(found):
        return
    url, body, headers = found.webhook.url, found.body.encode(), _headers(found)
    allowed = {"allow_http": webhooks.allows_http(), "allow_private": webhooks.settings().webhooks_to_private}
    # the network is never waited for inside a transaction
    db.session.rollback()
    outcome = posting.post(url, body, headers, **allowed)
    with writing():
        # it may have been removed meanwhile
        if (sent := queries.message_by_ref(message)) is not None:
            messages.note(sent, outcome)


def _is_held_up(message: WebhookMessage) -> bool:
    """An address that is off gets nothing; one that fails is tried by one message at a time."""
    webhook = message.webhook
    if webhook.state is not WebhookState.ACTIVE:
        with writing():
            messages.give_up(message)
        return True
    if message.tries == 0 and webhook.again_at is not None and webhook.again_at > clock.now():
        with writing():
            messages.put_off(message)
        return True
    return False


def _headers(message: WebhookMessage) -> dict[str, str]:
    """The id, the moment and the signatures (Standard Webhooks); two while a new secret replaces another."""
    moment = str(int(clock.now().timestamp()))
    signed = f"{message.ref}.{moment}.{message.body}".encode()
    signatures = [hmac.new(key, signed, hashlib.sha256).digest() for key in webhooks.keys_of(message.webhook)]
    return {
        "Content-Type": "application/json",
        "webhook-id": message.ref,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }


@every(timedelta(hours=1), "api.forget")
def forget() -> None:
    """Keys of repeated requests live for a day, the log of webhooks for a month."""
    with writing():
        answers.forget()
    while ids := queries.old_messages(clock.now() - LOG_KEPT, most=BATCH):
        with writing():
            db.session.execute(delete(WebhookAttempt).where(WebhookAttempt.message_id.in_(ids)))
            db.session.execute(delete(WebhookMessage).where(WebhookMessage.id.in_(ids)))
