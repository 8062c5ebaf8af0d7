"""Messages to webhooks: written with the act, sent after it, tried again with growing pauses, given up in the end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from marketplace.api.models import Webhook, WebhookAttempt, WebhookMessage
from marketplace.api.posting import Outcome
from marketplace.api.states import MessageState, WebhookAction, WebhookState
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import enqueue, notify
from marketplace.core.outbox.queue import pause
from marketplace.core.refs import new_token
from marketplace.core.refusals import Refused

DELIVER = "api.deliver_webhook"
# with pauses that grow to an hour: about a day
MOST_TRIES = 30
# an address that took nothing for so long is switched off
PATIENCE = timedelta(days=3)


def send(webhook: Webhook, event: str, about: str, data: dict[str, Any]) -> WebhookMessage:
    """Tell an address something once this transaction commits; its id and its words stay the same at every try."""
    told = {"type": event, "timestamp": clock.now().isoformat(timespec="seconds"), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    message = WebhookMessage(ref=f"msg_{new_token()}", webhook_id=webhook.id, event=event, about=about, body=body)
    db.session.add(message)
    enqueue(DELIVER, message=message.ref)
    return message


def send_again(message: WebhookMessage, *, by: Actor) -> None:
    """The same message, under the same id, as if it had never been tried."""
    lock(message)
    if message.webhook.state is not WebhookState.ACTIVE:
        raise Refused(_("This address is switched off. Switch it on first."))
    if message.state is MessageState.WAITING:
        raise Refused(_("This message is on its way already."))
    message.tries, message.delivered_at, message.given_up_at = 0, None, None
    audit.record(audit.subject_of(message.webhook), "send_again", by=by, message=message.ref)
    enqueue(DELIVER, message=message.ref)


def note(message: WebhookMessage, outcome: Outcome) -> None:
    """Write down how a try ended, and what follows: done, tried again later, given up; an address that is dead."""
    lock(message.webhook, message)
    if message.state is not MessageState.WAITING:
        return
    message.tries += 1
    db.session.add(
        WebhookAttempt(
            message_id=message.id,
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            answer=_printable(outcome.answer),
            fault=outcome.fault,
        )
    )
    if outcome.is_good:
        _note_arrival(message)
    else:
        _note_failure(message)


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter == " ")[:300]


def _note_arrival(message: WebhookMessage) -> None:
    message.delivered_at = clock.now()
    message.webhook.failing_since = message.webhook.again_at = None


def _note_failure(message: WebhookMessage) -> None:
    webhook = message.webhook
    webhook.failing_since = webhook.failing_since or clock.now()
    webhook.again_at = clock.now() + pause(message.tries)
    if webhook.state is WebhookState.ACTIVE and webhook.failing_since < clock.now() - PATIENCE:
        _switch_off(webhook)
    if message.tries >= MOST_TRIES or webhook.state is not WebhookState.ACTIVE:
        message.given_up_at = clock.now()
    else:
        enqueue(DELIVER, run_at=webhook.again_at, message=message.ref)


def _switch_off(webhook: Webhook) -> None:
    move(webhook, WebhookAction.DISABLE, by=SYSTEM)
    webhook.again_at = None
    notify(webhook.recipient, "api/webhook_disabled", address=webhook.url, url=f"/me/webhooks/{webhook.ref}")


def put_off(message: WebhookMessage) -> None:
    """Wait with a message until its address, which fails just now, is tried again anyway."""
    enqueue(DELIVER, run_at=message.webhook.again_at, message=message.ref)


def give_up(message: WebhookMessage) -> None:
    """The address was paused or switched off: the message is not sent."""
    lock(message)
    if message.state is MessageState.WAITING:
        message.given_up_at = clock.now()
