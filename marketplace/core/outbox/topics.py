"""On which matter a notice is, by which ways it may go, and what a person's choice makes of that.

Every notice is kept in the app. Letters on security always go; of everything else each person says by which way.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

CHOICES_URL = "/me/notices/choices"
WAY_OUT_URL = "/notices/unsubscribe/"


class Topic(Labelled):
    """What a notice is about, as people choose."""

    BUYING = "buying", _l("Orders that I placed")
    SELLING = "selling", _l("Orders that we received")
    CONTRACTS = "contracts", _l("Requests, quotes and agreements")
    MESSAGES = "messages", _l("Messages")
    MONEY = "money", _l("Money: refunds, transfers, bills")
    ORGANISATION = "organisation", _l("My organisation")
    NEWS = "news", _l("News of the marketplace")
    SECURITY = "security", _l("Security of my account")


class Way(Labelled):
    """How a notice leaves the app."""

    EMAIL = "email", _l("E-mail")
    SMS = "sms", _l("SMS")


Choices = Mapping[tuple[Topic, Way], bool]

# the first pattern that fits a template's name says what it is about
TOPICS: tuple[tuple[str, Topic], ...] = (
    ("accounts/organisation_*", Topic.ORGANISATION),
    ("accounts/member_*", Topic.ORGANISATION),
    ("accounts/change_accepted", Topic.ORGANISATION),
    ("accounts/*", Topic.SECURITY),
    ("api/token_made", Topic.SECURITY),
    ("api/*", Topic.ORGANISATION),
    ("payments/bank_account_changed", Topic.SECURITY),
    ("payments/*", Topic.MONEY),
    ("messages/*", Topic.MESSAGES),
    ("inventory/*", Topic.ORGANISATION),
    ("orders/*_buyer", Topic.BUYING),
    ("orders/*_seller", Topic.SELLING),
    ("orders/*_operator", Topic.ORGANISATION),
    ("storefronts/*", Topic.ORGANISATION),
    ("catalogue/*", Topic.ORGANISATION),
    ("contracts/signing_code", Topic.SECURITY),
    ("contracts/*", Topic.CONTRACTS),
    ("news/*", Topic.NEWS),
)
REASONS: dict[Topic, Any] = {
    Topic.BUYING: _l("You get this letter because of an order that you placed on the marketplace."),
    Topic.SELLING: _l("You get this letter because you look after orders of your shop."),
    Topic.CONTRACTS: _l("You get this letter because you work on requests, quotes or agreements here."),
    Topic.MESSAGES: _l("You get this letter because somebody wrote to you on the marketplace."),
    Topic.MONEY: _l("You get this letter because it is about your money or that of your organisation."),
    Topic.ORGANISATION: _l("You get this letter because you work for an organisation on the marketplace."),
    Topic.NEWS: _l("You get this letter because you asked for news of the marketplace."),
    Topic.SECURITY: _l("You get this letter because it is about the security of an account; such letters always go."),
}
# whoever has no e-mail reads by SMS what she would otherwise miss
SMS_INSTEAD = {Topic.BUYING, Topic.SELLING, Topic.MONEY, Topic.SECURITY}


def topic_of(template: str) -> Topic:
    """What a notice with this template is about; one that no pattern knows is never held back."""
    return next((topic for pattern, topic in TOPICS if fnmatchcase(template, pattern)), Topic.SECURITY)


def wanted(choices: Choices, topic: Topic, way: Way, *, has_email: bool) -> bool:
    """Whether a notice on this matter goes this way to a person who has chosen so."""
    default = topic is not Topic.NEWS if way is Way.EMAIL else topic in SMS_INSTEAD and not has_email
    return default if topic is Topic.SECURITY else choices.get((topic, way), default)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="core.unsubscribe")


def way_out(person_ref: str, topic: Topic, way: Way = Way.EMAIL) -> str:
    """The path at which the reader of a letter ends letters of its kind without signing in."""
    return WAY_OUT_URL + str(_signer().dumps([person_ref, topic.value, way.value]))


def read_way_out(token: str) -> tuple[str, Topic, Way] | None:
    """Whose letters, on what and by which way, a token ends; None where we did not write it."""
    try:
        person_ref, topic, way = _signer().loads(token)
        return str(person_ref), Topic(topic), Way(way)
    except (BadData, ValueError, TypeError):
        return None
