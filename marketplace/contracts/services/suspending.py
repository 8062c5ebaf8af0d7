"""Suspensions: no new call-offs from a day on, until whoever set it lifts it. What was called goes on."""

from __future__ import annotations

from datetime import date, timedelta

from marketplace.contracts.models import Agreement, Suspension
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.contracts.services import agreed_prices, telling, trail
from marketplace.contracts.services.time_limits import LONGEST_WAIT
from marketplace.contracts.states.agreements import RUNNING, AgreementState, Side
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused


def suspend(contract: Agreement, reason: str, from_on: date, *, by: Actor) -> Suspension:
    """A side, or a department that follows the contract, stops new call-offs from a day on and says why."""
    lock(contract)
    if not contract.is_contract or contract.state is not AgreementState.ACTIVE:
        raise Refused(_("Only a contract in force can be suspended."))
    if any(one.organisation_id == by.organisation_id for one in standing_suspensions(contract)):
        raise Refused(_("Your organisation has suspended this contract already."))
    _check_day(from_on)
    row = Suspension(agreement_id=contract.id, organisation_id=by.organisation_id, reason=reason, from_on=from_on)
    db.session.add(row)
    db.session.flush()
    trail.note(contract, "suspension_announced", by=by, from_on=from_on)
    if from_on <= clock.today():
        trail.flag(contract, "suspended", on=True, by=by)
    agreed_prices.follow(contract)
    _tell(contract, "suspended", by, reason=reason, from_on=from_on.isoformat())
    return row


def _check_day(from_on: date) -> None:
    today = clock.today()
    if not today <= from_on <= today + timedelta(days=LONGEST_WAIT):
        last = today + timedelta(days=LONGEST_WAIT)
        sentence = _("Please choose a day from today to %(day)s.", day=f"{last:%d/%m/%Y}")
        raise Refused(sentence, field="from_on")


def lift(contract: Agreement, words: str, *, by: Actor) -> None:
    """Whoever suspended lifts it; call-offs are possible again once no suspension stands."""
    lock(contract)
    mine = [one for one in standing_suspensions(contract) if one.organisation_id == by.organisation_id]
    if not mine:
        raise Refused(_("Only the organisation that suspended the contract can lift that."))
    for one in mine:
        one.lifted_at, one.lifted_words = clock.now(), words
    db.session.flush()
    trail.note(contract, "suspension_ended", by=by)
    _follow(contract, by)
    agreed_prices.follow(contract)
    _tell(contract, "suspension_lifted", by, words=words)


def begin_announced(contract: Agreement) -> None:
    """The day of an announced suspension has come."""
    lock(contract)
    if contract.state in RUNNING:
        _follow(contract, SYSTEM)


def _follow(contract: Agreement, by: Actor) -> None:
    """The flag follows the suspensions that stand and have begun."""
    on = any(one.from_on <= clock.today() for one in standing_suspensions(contract))
    trail.flag(contract, "suspended", on=on, by=by)


def _tell(contract: Agreement, template: str, by: Actor, **more: str) -> None:
    who = {"who": by.organisation_name or ""}
    for side in Side:
        if contract.organisation_of(side).id != by.organisation_id:
            telling.tell(contract, side, template, **who, **more)
    if contract.is_monitored:
        telling.tell_departments(contract, template, **who, **more)
