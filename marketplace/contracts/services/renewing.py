"""What follows a contract: both sides are asked before its term ends, and a new draft begins from its text.

A contract is never opened again; the new one has its own number and names the one before.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.changes import may_renew, successor_of
from marketplace.contracts.queries.in_force import last_terms, terms_in_force
from marketplace.contracts.services import agreements, telling, trail
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.services.time_limits import RENEWAL_NOTICES
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    RUNNING,
    AgreementKind,
    AgreementState,
    PaperKind,
    Side,
)
from marketplace.contracts.terms import drafting
from marketplace.contracts.terms.texts import title_of
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

USUAL_DAYS = 365


def renew(contract: Agreement, side: Side, *, by: Actor) -> Agreement:
    """Begin a new contract from the text of one that has ended or is about to: a draft with its own number (T18)."""
    lock(contract)
    if not may_renew(contract):
        raise Refused(_("A new contract can begin from this one two months before its term ends."))
    following = successor_of(contract)
    if following is not None and following.state in (*BEFORE_ACTIVE, *RUNNING):
        # a draft that the other side writes is not spoken of
        if following.last_version or following.made_by is side:
            raise Refused(_("The contract that follows is %(ref)s already.", ref=following.ref))
        raise Refused(_("The other side has begun the contract that follows. It will come to you soon."))
    parent, terms = _living(contract.parent), _renewed(contract)
    new = NewPaper(contract.kind, contract.seller, contract.buyer, side, parent=parent, prior=contract, terms=terms)
    made = agreements.create(new, by=by)
    trail.note(contract, "renewed", by=by, successor=made.ref)
    return made


def _living(parent: Agreement | None) -> Agreement | None:
    return parent if parent is not None and parent.state is AgreementState.ACTIVE else None


def _renewed(contract: Agreement) -> dict[str, Any]:
    """The text as it was in force last, as a contract of its own whose term follows on."""
    terms = terms_in_force(contract) or last_terms(contract)
    assert terms is not None
    title = terms["title"] if terms["paper"] == PaperKind.CONTRACT else contract.title
    plain = {"paper": PaperKind.CONTRACT.value, "references": drafting.blank_references(), "schedule": []}
    begins, ends = _next_term(contract)
    term = {"valid_from": begins.isoformat(), "valid_to": ends.isoformat()}
    return {**terms, **plain, "title": title or title_of(contract.kind, PaperKind.CONTRACT), "term": term}


def _next_term(contract: Agreement) -> tuple[date, date]:
    """As long as the term before, from the day after it or from today."""
    today = clock.today()
    begins = max(today, contract.valid_to + timedelta(days=1)) if contract.valid_to else today
    known = contract.valid_from and contract.valid_to
    days = (contract.valid_to - contract.valid_from).days if known else USUAL_DAYS  # type: ignore[operator]
    return begins, begins + timedelta(days=days)


# --- under a framework agreement -------------------------------------------------------------------------------------


def begin_sale_under(framework: Agreement, side: Side, *, by: Actor) -> Agreement:
    """Begin a sale contract with the goods, prices and conditions of a framework agreement, inside its term."""
    lock(framework)
    terms = terms_in_force(framework)
    if framework.kind is not AgreementKind.FRAMEWORK or framework.state is not AgreementState.ACTIVE or terms is None:
        raise Refused(_("Only a framework agreement in force can have sale contracts under it."))
    goods = _sale_of(framework, terms)
    new = NewPaper(AgreementKind.SALE, framework.seller, framework.buyer, side, parent=framework, terms=goods)
    return agreements.create(new, by=by)


def _sale_of(framework: Agreement, terms: dict[str, Any]) -> dict[str, Any]:
    from marketplace.contracts.services.rules import library

    begins = max(clock.today(), framework.valid_from or clock.today())
    sale = drafting.blank(AgreementKind.SALE, PaperKind.CONTRACT, library(AgreementKind.SALE))
    kept = ("parties", "lines", "totals", "delivery", "payment", "penalty", "law")
    sale.update({name: terms[name] for name in kept})
    sale["term"] = {"valid_from": begins.isoformat(), "valid_to": terms["term"]["valid_to"]}
    return sale


# --- before the end --------------------------------------------------------------------------------------------------


def offer(contract: Agreement) -> bool:
    """Ask both sides 60, 30 and 7 days before the end whether they go on; each day is asked once, late ones skipped."""
    lock(contract)
    days = due_notice(contract)
    if days is None or contract.valid_to is None:
        return False
    contract.renewal_days = days
    trail.note(contract, "renewal_offered", by=SYSTEM, days=days, valid_to=contract.valid_to)
    following = successor_of(contract)
    if following is None or following.state is AgreementState.DRAFT:
        left = (contract.valid_to - clock.today()).days
        telling.tell_both(contract, "renewal_offered", days=left, valid_to=contract.valid_to.isoformat())
    return True


def due_notice(contract: Agreement) -> int | None:
    """Which of the three notices is due and was not yet given: the latest that has been reached."""
    if not contract.is_contract or contract.state is not AgreementState.ACTIVE or contract.valid_to is None:
        return None
    left = (contract.valid_to - clock.today()).days
    reached = [days for days in RENEWAL_NOTICES if 0 <= left <= days]
    if not reached or contract.notice_until is not None:
        return None
    return reached[-1] if contract.renewal_days is None or reached[-1] < contract.renewal_days else None
