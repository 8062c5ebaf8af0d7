"""Stripe: the calls that are made, and what its answers and events say, in our own words.

Nothing here touches the database; callers hold no transaction open meanwhile. Amounts are whole đồng: VND has no
smaller unit at Stripe. Every call that makes something carries a key, so that made again it makes nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from flask import current_app

from config import Settings
from marketplace.core.money import MOST_VND

TIMEOUT_SECONDS = 15.0
TOLERANCE_SECONDS = 300
LONGEST_NAME = 120
CHECKOUT_ORIGIN = "https://checkout.stripe.com"


class Unreachable(Exception):
    """The provider did not answer, or not in a way that says whether it acted: ask again, with the same key."""


class NotAccepted(Exception):
    """The provider refuses for good; the text is its code for why."""


class Unsigned(Exception):
    """Something that claims to come from the provider and does not, or too late to be trusted."""


class Unreadable(Exception):
    """Signed, but not of a shape that we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """What is said of a card session; `reference` is the ref that we gave it."""

    provider_ref: str
    reference: str
    status: str
    is_paid: bool
    amount_vnd: int
    currency: str
    charge_ref: str
    url: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read from Stripe's own shape."""
        return cls(
            provider_ref=_name(said.get("id")),
            reference=_name(said.get("client_reference_id")),
            status=_name(said.get("status")),
            is_paid=said.get("payment_status") == "paid",
            amount_vnd=_amount(said.get("amount_total")),
            currency=_name(said.get("currency"))[:3].upper(),
            charge_ref=_name(_id_of(said.get("payment_intent"))),
            url=_page(said.get("url")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    """What is said of a refund; `reference` and `attempt` are what we gave it."""

    provider_ref: str
    reference: str
    attempt: int
    status: str
    amount_vnd: int
    currency: str
    charge_ref: str
    failure: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read from Stripe's own shape."""
        given = said.get("metadata")
        labels = given if isinstance(given, Mapping) else {}
        attempt = str(labels.get("attempt", ""))
        return cls(
            provider_ref=_name(said.get("id")),
            reference=_name(labels.get("refund")),
            attempt=int(attempt) if attempt.isascii() and attempt.isdecimal() and len(attempt) < 4 else 0,
            status=_name(said.get("status")),
            amount_vnd=_amount(said.get("amount")),
            currency=_name(said.get("currency"))[:3].upper(),
            charge_ref=_name(_id_of(said.get("payment_intent"))),
            failure=_name(said.get("failure_reason"))[:60],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One message of the provider: its name, what happened, and the thing it happened to, where we know its kind."""

    name: str
    kind: str
    seen: SessionSeen | RefundSeen | None

    @property
    def content(self) -> dict[str, Any]:
        """What is kept of it: figures and names of things, nothing about people."""
        if self.seen is None:
            return {}
        about = "session" if isinstance(self.seen, SessionSeen) else "refund"
        return {"about": about, **{key: value for key, value in asdict(self.seen).items() if key != "url"}}


def seen_in(content: Mapping[str, Any]) -> SessionSeen | RefundSeen | None:
    """What a stored event said."""
    known = {key: value for key, value in content.items() if key != "about"}
    about = content.get("about")
    if about == "session":
        return SessionSeen(**known)
    return RefundSeen(**known) if about == "refund" else None


def _name(said: object) -> str:
    """Text that every database can keep: plain letters, not too long."""
    text = said if isinstance(said, str) else ""
    return "".join(letter for letter in text[:LONGEST_NAME] if " " <= letter <= "~")


def _id_of(said: object) -> object:
    return said.get("id") if isinstance(said, Mapping) else said


def _amount(said: object) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= MOST_VND else 0


def _page(said: object) -> str:
    text = said if isinstance(said, str) and len(said) <= 2000 else ""
    return text if text.startswith(("https://", "http://")) else ""


# --- calls -----------------------------------------------------------------------------------------------------------


def create_session(request: Mapping[str, Any], *, key: str) -> SessionSeen:
    """A page on which a card pays what the request names; the same key is the same page."""
    return SessionSeen.of(_called(lambda api: api.checkout.sessions.create(request, {"idempotency_key": key})))


def retrieve_session(provider_ref: str) -> SessionSeen:
    """How a page stands now."""
    return SessionSeen.of(_called(lambda api: api.checkout.sessions.retrieve(provider_ref)))


def expire_session(provider_ref: str) -> SessionSeen:
    """Close a page, so that nobody pays on it any more; one that is closed or paid already stays as it is."""
    try:
        return SessionSeen.of(_called(lambda api: api.checkout.sessions.expire(provider_ref)))
    except NotAccepted:
        return retrieve_session(provider_ref)


def create_refund(request: Mapping[str, Any], *, key: str) -> RefundSeen:
    """Money back to the card it came from; the same key is the same refund."""
    return RefundSeen.of(_called(lambda api: api.refunds.create(request, {"idempotency_key": key})))


def refunds_of_charge(charge_ref: str) -> list[RefundSeen]:
    """What was given back of a charge so far, failed attempts included."""
    asked: Any = {"payment_intent": charge_ref, "limit": 100}
    return [RefundSeen.of(one) for one in _called(lambda api: api.refunds.list(asked))["data"]]


def retrieve_refund(provider_ref: str) -> RefundSeen:
    """How a refund stands now."""
    return RefundSeen.of(_called(lambda api: api.refunds.retrieve(provider_ref)))


def _called(call: Callable[[Any], Any]) -> dict[str, Any]:
    """Make one call; every failure is either worth another try or final."""
    import stripe  # 25 MB and a quarter of a second, which only those pay who use it

    settings: Settings = current_app.config["SETTINGS"]
    if not settings.stripe_secret_key:
        raise Unreachable("no key")
    try:
        answer: dict[str, Any] = call(_client(settings.stripe_secret_key, settings.stripe_api_base)).to_dict()
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
        # 409: another call with the same key is under way
        if error.http_status == 409:
            raise Unreachable(_why(error)) from error
        raise NotAccepted(_why(error)) from error
    except stripe.StripeError as error:
        raise Unreachable(_why(error)) from error
    return answer


def _why(error: Any) -> str:
    return str(error.code or type(error).__name__)[:60]


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> Any:
    import stripe

    http = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
    addresses: Any = {"api": base.rstrip("/")} if base else None
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=1, http_client=http).v1


def page_origin() -> str:
    """Where Stripe's pages stand: a browser may be sent there from ours."""
    base = urlsplit(current_app.config["SETTINGS"].stripe_api_base)
    return f"{base.scheme}://{base.netloc}" if base.netloc else CHECKOUT_ORIGIN


# --- events ----------------------------------------------------------------------------------------------------------


def verified_event(body: bytes, signature: str) -> Event:
    """A message of the provider, believed only because it is signed with the secret that we share, and fresh."""
    import stripe

    settings: Settings = current_app.config["SETTINGS"]
    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, signature, settings.stripe_webhook_secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
        raise Unsigned from error
    return _read(text)


def _read(text: str) -> Event:
    try:
        said = json.loads(text)
        thing = said["data"]["object"]
        name, kind = _name(said["id"]), _name(said["type"])[:64]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable from error
    if not (name and kind and isinstance(thing, Mapping)):
        raise Unreadable
    return Event(name=name, kind=kind, seen=_thing(thing))


def _thing(said: Mapping[str, Any]) -> SessionSeen | RefundSeen | None:
    shapes: dict[Any, Any] = {"checkout.session": SessionSeen, "refund": RefundSeen}
    shape = shapes.get(said.get("object")) if isinstance(said.get("object"), str) else None
    return shape.of(said) if shape else None
