"""Addresses that are told of orders: named, changed, paused, given another secret, sent a test."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app

from config import Settings
from marketplace.accounts.models import Organisation
from marketplace.api import posting
from marketplace.api.models import Webhook, WebhookMessage
from marketplace.api.posting import Unsendable
from marketplace.api.queries.webhooks import MOST_WEBHOOKS, webhooks_of
from marketplace.api.services.messages import send
from marketplace.api.states import TEST, Happening, WebhookAction
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import new_token, next_ref
from marketplace.core.refusals import Refused

# receivers have so long to learn the new secret: both sign meanwhile
OVERLAP = timedelta(hours=24)
SECRET_PREFIX = "whsec_"


def settings() -> Settings:
    """The settings of this process."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def allows_http() -> bool:
    """Addresses without TLS are for trying things out only."""
    return settings().demo or settings().testing


def key_of(nonce: str) -> bytes:
    """The key that signs; it follows from the site's own secret, so that no copy of the database tells it."""
    site = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(site, f"webhook\0{nonce}".encode(), hashlib.sha256).digest()


def secret_of(webhook: Webhook) -> str:
    """The key as its receiver gets it."""
    return SECRET_PREFIX + base64.b64encode(key_of(webhook.nonce)).decode()


def keys_of(webhook: Webhook) -> list[bytes]:
    """The keys that sign now: the present one, and the one before for as long as both hold."""
    both = webhook.old_nonce and webhook.old_until and webhook.old_until > clock.now()
    return [key_of(webhook.nonce), *([key_of(webhook.old_nonce)] if both and webhook.old_nonce else [])]


def name(organisation: Organisation, *, url: str, happenings: Sequence[Happening], by: Actor) -> tuple[Webhook, str]:
    """Tell an address of an organisation's orders from now on; its secret is handed out this once."""
    lock(organisation)
    if len(webhooks_of(organisation.id)) >= MOST_WEBHOOKS:
        raise Refused(_("An organisation has at most %(most)s addresses. Remove one first.", most=MOST_WEBHOOKS))
    _check(url, happenings)
    webhook = Webhook(ref=next_ref("webhook"), organisation=organisation, url=url, nonce=new_token())
    webhook.happenings = [one.value for one in happenings]
    db.session.add(webhook)
    db.session.flush()
    audit.record(audit.subject_of(webhook), "name", by=by, happenings=webhook.happenings)
    return webhook, secret_of(webhook)


def _check(url: str, happenings: Sequence[Happening]) -> None:
    try:
        parts = posting.parts_of(url, allow_http=allows_http())
    except Unsendable as wrong:
        https = _("Please give an address that begins with https://.")
        whole = _("Please give a whole address, like https://erp.example.vn/ocop.")
        raise Refused(https if str(wrong) == "scheme" else whole, field="url") from None
    host = parts.hostname or ""
    if not settings().webhooks_to_private and _is_private(host):
        raise Refused(_("This address lies inside a private network: we cannot reach it."), field="url")
    if not happenings:
        raise Refused(_("Please tick at least one event."), field="happenings")


def _is_private(host: str) -> bool:
    """A private address written out, or a name that only means one; others are looked at when something is sent."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    numeric = ":" in host or host.replace(".", "").isdecimal()
    return numeric and not posting.is_public(host)


def change(webhook: Webhook, *, url: str, happenings: Sequence[Happening], by: Actor) -> None:
    """Another address, or other events; its secret stays."""
    lock(webhook)
    _check(url, happenings)
    webhook.url, webhook.happenings = url, [one.value for one in happenings]
    audit.record(audit.subject_of(webhook), "change", by=by, happenings=webhook.happenings)


def renew_secret(webhook: Webhook, *, by: Actor) -> str:
    """A new secret, handed out this once; for a day the one before signs as well."""
    lock(webhook)
    webhook.old_nonce, webhook.old_until = webhook.nonce, clock.now() + OVERLAP
    webhook.nonce = new_token()
    audit.record(audit.subject_of(webhook), "renew_secret", by=by)
    return secret_of(webhook)


def pause(webhook: Webhook, *, by: Actor) -> None:
    """The address is told nothing new until it is switched on again; what happens meanwhile is not told later."""
    lock(webhook)
    move(webhook, WebhookAction.PAUSE, by=by)


def resume(webhook: Webhook, *, by: Actor) -> None:
    """The address is told again, from now on."""
    lock(webhook)
    move(webhook, WebhookAction.RESUME, by=by)
    webhook.failing_since = webhook.again_at = None


def remove(webhook: Webhook, *, by: Actor) -> None:
    """The address is forgotten with everything that it was told."""
    lock(webhook)
    audit.record(audit.subject_of(webhook), "remove", by=by)
    db.session.delete(webhook)


def send_test(webhook: Webhook, *, by: Actor) -> WebhookMessage:
    """A message that is of no order, to see whether it arrives."""
    lock(webhook)
    message = send(webhook, TEST, webhook.ref, {"webhook": webhook.ref})
    audit.record(audit.subject_of(webhook), "send_test", by=by)
    return message
