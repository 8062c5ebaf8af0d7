"""Asking for prices: a request is written, sent to producers or put on the board, closed, opened again, withdrawn.

Whoever changes a request or a quote to it holds the lock of the request first, then that of the quote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import delete

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Quote, Request, RequestInvitation, RequestLine
from marketplace.contracts.queries import quotes as reading
from marketplace.contracts.queries import requests as found
from marketplace.contracts.services.asking import tell_buyer, tell_invited, tell_quoting
from marketplace.contracts.states.sourcing import Audience, QuoteAction, QuoteState, RequestAction, RequestState
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.places.models import Province

A_YEAR = timedelta(days=365)
MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line: what, how much in whole units, how good, how packed, when; ids where it is of the catalogue."""

    description: str
    quantity: int
    unit: str
    quality: str = ""
    packaging: str = ""
    calendar: str = ""
    set_id: int | None = None
    product_id: int | None = None
    variant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a buyer asks for, where it goes, and until when answers are awaited."""

    lines: Sequence[Wanted]
    province: Province
    answer_by: date | None
    title: str = ""
    note: str = ""
    place: str = ""
    is_standing: bool = False
    introduced_by: str = ""
    invite: Sequence[Organisation] = field(default=())


def draft(buyer: Organisation, asked: Asked, *, token: str = "", by: Actor) -> Request:
    """A request is begun and seen by nobody else; the same form sent twice begins one."""
    lock(buyer)
    known = found.request_with_token(token)
    if known is not None:
        return known
    made = Request(
        ref=next_ref("request"),
        buyer_id=buyer.id,
        person_id=by.person_id,
        audience=Audience.NAMED if asked.invite else Audience.MATCHING,
        token=token or None,
        introduced_by=asked.introduced_by,
        **_columns(asked),
    )
    made.lines = _lines(asked)
    made.invited = [RequestInvitation(seller_id=one.id) for one in asked.invite if one.id != buyer.id]
    db.session.add(made)
    db.session.flush()
    audit.record(audit.subject_of(made), "draft", by=by, lines=len(made.lines))
    return made


def _columns(asked: Asked) -> dict[str, object]:
    return {
        "title": asked.title or _title(asked.lines),
        "note": asked.note,
        "province_id": asked.province.id,
        "place": asked.place,
        "answer_by": _last_day(asked),
        "is_standing": asked.is_standing,
    }


def _title(lines: Sequence[Wanted]) -> str:
    first, more = lines[0].description[:120], len(lines) - 1
    return ngettext("%(first)s and %(num)s more", "%(first)s and %(num)s more", more, first=first) if more else first


def _last_day(asked: Asked) -> date:
    """Standing demand runs for a year; everything else until the chosen day, at most as long."""
    today = clock.today()
    if asked.is_standing:
        return today + A_YEAR
    if asked.answer_by is None:
        raise Refused(_("Please say until when you await answers."), field="answer_by")
    _refuse_day(asked.answer_by)
    return asked.answer_by


def _refuse_day(day: date) -> None:
    today = clock.today()
    if day < today:
        raise Refused(_("The last day for answers cannot be in the past."), field="answer_by")
    if day > today + timedelta(days=MOST_DAYS):
        raise Refused(_("Answers can be awaited for a year at most."), field="answer_by")


def _lines(asked: Asked) -> list[RequestLine]:
    return [
        RequestLine(
            position=place, description=one.description, quantity=one.quantity, unit=one.unit, quality=one.quality,
            packaging=one.packaging, calendar=one.calendar, set_id=one.set_id, product_id=one.product_id,
            variant_id=one.variant_id,
        )
        for place, one in enumerate(asked.lines, start=1)
    ]  # fmt: skip


def edit(request: Request, asked: Asked, *, by: Actor) -> None:
    """A draft becomes what is written now; what was sent stays as it was sent."""
    lock(request)
    _refuse_unless_draft(request)
    for name, value in _columns(asked).items():
        setattr(request, name, value)
    db.session.execute(delete(RequestLine).where(RequestLine.request_id == request.id))
    db.session.expire(request, ["lines"])
    request.lines = _lines(asked)
    db.session.flush()
    audit.record(audit.subject_of(request), "edit", by=by, lines=len(request.lines))


def _refuse_unless_draft(request: Request) -> None:
    if request.state is not RequestState.DRAFT:
        raise Refused(_("This request has been sent: producers answer what it says. Make a new one for other goods."))


def address(
    request: Request, audience: Audience, sellers: Iterable[Organisation] = (), *, is_named: bool, by: Actor
) -> None:
    """Say who a draft goes to: producers by name, all that sell such goods, or everybody on the demand board."""
    lock(request)
    _refuse_unless_draft(request)
    request.audience, request.is_named = audience, is_named or audience is not Audience.BOARD
    db.session.execute(delete(RequestInvitation).where(RequestInvitation.request_id == request.id))
    db.session.expire(request, ["invited"])
    _invite(request, [one.id for one in sellers])
    audit.record(audit.subject_of(request), "address", by=by, audience=audience.value)


def _invite(request: Request, seller_ids: Iterable[int]) -> list[RequestInvitation]:
    """Those who are not asked yet; the buyer never asks herself."""
    known = {one.seller_id for one in request.invited} | {request.buyer_id}
    new = [one for one in dict.fromkeys(seller_ids) if one not in known]
    if len(request.invited) + len(new) > found.MOST_ASKED:
        raise Refused(_("At most %(most)s producers can be asked at once.", most=found.MOST_ASKED))
    made = [RequestInvitation(seller_id=one) for one in new]
    request.invited += made
    db.session.flush()
    return made


def send(request: Request, *, by: Actor) -> int:
    """Producers are asked and told; how many. Refused for organisations that nobody has verified yet."""
    lock(request)
    if request.buyer.state is not OrganisationState.VERIFIED:
        raise Refused(
            _("Your organisation is not verified yet. The request is kept; send it once the operator has verified you.")
        )
    _refuse_day(request.answer_by)
    if request.audience is Audience.MATCHING:
        _invite(request, found.matching_sellers(request))
    if not request.invited and request.audience is not Audience.BOARD:
        raise Refused(_nobody(request))
    move(request, RequestAction.SEND, by=by, audience=request.audience.value, asked=len(request.invited))
    request.sent_at = clock.now()
    tell_invited(request, request.invited, "request_received")
    return len(request.invited)


def _nobody(request: Request) -> str:
    if request.audience is Audience.NAMED:
        return _("Please choose at least one producer.")
    if not found.sets_of(request):
        return _("No line says what kind of goods it is. Say it in the request, or choose the producers by name.")
    return _("No producer sells such goods here at present. Put the request on the demand board instead.")


def ask_more(request: Request, sellers: Sequence[Organisation], *, by: Actor) -> int:
    """Further producers are asked the same; how many were new."""
    lock(request)
    if request.state is not RequestState.OPEN:
        raise Refused(_("This request is closed for quotes. Open it again first."))
    new = _invite(request, [one.id for one in sellers])
    if new:
        audit.record(audit.subject_of(request), "ask_more", by=by, asked=len(new))
        tell_invited(request, new, "request_received")
    return len(new)


def decline(request: Request, seller: Organisation, *, by: Actor) -> None:
    """A producer who was asked by name says that she cannot; the buyer sees it."""
    lock(request)
    invitation = found.invitation_of(request.id, seller.id)
    if invitation is None or reading.quote_of(request.id, seller.id) is not None:
        raise Refused(_("You have answered this request already. Withdraw your quote instead."))
    if invitation.declined_at is None:
        invitation.declined_at = clock.now()
        audit.record(audit.subject_of(request), "decline", by=by, seller=seller.ref)


def close(request: Request, *, by: Actor) -> None:
    """No new quotes come in; those that are there can still be negotiated and awarded."""
    lock(request)
    move(request, RequestAction.CLOSE, by=by)


def reopen(request: Request, *, answer_by: date, by: Actor) -> None:
    """Quotes are taken again until a new day; whoever was asked and has not answered is told."""
    lock(request)
    _refuse_day(answer_by)
    move(request, RequestAction.REOPEN, by=by, answer_by=answer_by.isoformat())
    request.answer_by = answer_by
    silent = _silent(request)
    tell_invited(request, silent, "request_reopened")


def _silent(request: Request) -> list[RequestInvitation]:
    answered = {one.seller_id for one in request.quotes}
    return [one for one in request.invited if one.declined_at is None and one.seller_id not in answered]


def withdraw(request: Request, *, by: Actor) -> None:
    """The buyer takes it back: open quotes are declined, producers who worked on it are told."""
    lock(request)
    was_sent = request.state is not RequestState.DRAFT
    if found_awards(request):
        raise Refused(_("A line of this request has been awarded already, so it can only be ended, not taken back."))
    move(request, RequestAction.WITHDRAW, by=by)
    end_quotes(request, by=by)
    if was_sent:
        tell_quoting(request, "request_withdrawn")
        tell_invited(request, _silent(request), "request_withdrawn")


def found_awards(request: Request) -> bool:
    """Whether any line has gone to a quote."""
    return bool(reading.awards_in(request))


def end_quotes(request: Request, *, by: Actor) -> list[Quote]:
    """Every quote that is still open is declined; which ones."""
    still = [one for one in request.quotes if one.state is QuoteState.OPEN]
    if still:
        lock(*still)
    for quote in still:
        if quote.state is QuoteState.OPEN:
            move(quote, QuoteAction.DECLINE, by=by)
            quote.decided_at = clock.now()
    return still


def lapse(request: Request) -> bool:
    """The last day for answers has passed: the request closes, and the buyer is told what came in."""
    lock(request)
    if request.state is not RequestState.OPEN or request.answer_by >= clock.today():
        return False
    move(request, RequestAction.CLOSE, by=SYSTEM)
    tell_buyer(request, "request_lapsed", quotes=len(request.quotes))
    return True


def said(count: int) -> str:
    """How many producers were asked, in words."""
    return ngettext("%(num)s producer has been asked.", "%(num)s producers have been asked.", count)
