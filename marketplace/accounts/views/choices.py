"""What I am told, by which way; and the way out of letters that needs no signing in."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services
from marketplace.accounts.models import Person
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.views.me import myself
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.topics import Topic, Way, read_way_out, wanted
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, private
from marketplace.web.security import csrf, settings

CHOSEN = [topic for topic in Topic if topic is not Topic.SECURITY]
AT_WORK = {Topic.SELLING, Topic.ORGANISATION}


def _topics(person: Person) -> list[Topic]:
    """What she can be told at all: whoever belongs to no organisation hears of none."""
    return [topic for topic in CHOSEN if person.memberships or topic not in AT_WORK]


def _ways(person: Person) -> dict[Way, bool]:
    """By which ways she can be reached at all."""
    return {Way.EMAIL: bool(person.email), Way.SMS: bool(settings().sms_url and queries.proven_phone(person))}


@bp.get("/me/notices/choices")
@needs_sign_in
def notice_choices() -> ResponseReturnValue:
    """A table of ticks: topics by ways."""
    person = myself()
    known = queries.choices_of([person])[person.id]
    ticks = {(topic, way): wanted(known, topic, way, has_email=bool(person.email)) for topic in CHOSEN for way in Way}
    ways: dict[str, Any] = {"ways": _ways(person), "sms_on": bool(settings().sms_url)}
    page = render_template("accounts/choices.html", person=person, topics=_topics(person), ticks=ticks, **ways)
    return private(make_response(page))


@bp.post("/me/notices/choices")
@needs_sign_in
def choose_notices() -> ResponseReturnValue:
    """Keep the ticks; a way that is not open to her now keeps what was chosen before."""
    person = myself()
    chosen = dict(queries.choices_of([person])[person.id])
    ways = [way for way, is_open in _ways(person).items() if is_open]
    chosen |= {(topic, way): f"{topic.value}-{way.value}" in request.form for topic in _topics(person) for way in ways}
    with writing():
        services.choose(person, chosen, by=actor())
    flash(_("Your choices are saved."), "success")
    return redirect(url_for("accounts.notice_choices"), code=303)


def _meant(token: str) -> tuple[Person, Topic, Way]:
    known = read_way_out(token)
    person = queries.person_by_ref(known[0]) if known else None
    if known is None or person is None or person.is_erased or known[1] is Topic.SECURITY:
        raise NotSeen
    return person, known[1], known[2]


@bp.get("/notices/unsubscribe/<token>")
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    """What this letter's link ends, with a button: mail programs open links by themselves."""
    _person, topic, way = _meant(token)
    page = render_template("accounts/unsubscribe.html", topic=topic, way=way, token=token, is_done=False)
    return private(make_response(page))


@bp.post("/notices/unsubscribe/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """End letters of one kind; the token alone is the proof, as RFC 8058 has it, so that one click is enough."""
    person, topic, way = _meant(token)
    with writing():
        services.end_letters(person, topic, way)
    page = render_template("accounts/unsubscribe.html", topic=topic, way=way, token=token, is_done=True)
    return private(make_response(page))


csrf.exempt(unsubscribe)
