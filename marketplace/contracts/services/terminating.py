"""One side or both end a contract: a notice with its ground, or minutes that both sign; minutes of liquidation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import late_interest
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.queries.open_matters import book_of, has_signed, next_ordinal, open_papers
from marketplace.contracts.services import agreements, deadlines, telling, trail
from marketplace.contracts.services.endings import require_nothing_open, require_running, wind_down
from marketplace.contracts.services.rules import library
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.services.time_limits import LONGEST_NOTICE, SHORTEST_NOTICE
from marketplace.contracts.states.agreements import (
    RUNNING,
    AgreementState,
    PaperKind,
    Side,
    TerminationGround,
    Turn,
)
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.terms import drafting, sums
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import speaking
from marketplace.core.refusals import Refused
from marketplace.web.filters import day, vnd

ENDED_WELL = (AgreementState.COMPLETED, AgreementState.EXPIRED, AgreementState.TERMINATED)


def earliest_end(ground: TerminationGround) -> date:
    """The first day that may be the last of a contract for which notice is given today."""
    return clock.today() + timedelta(days=SHORTEST_NOTICE[ground])


def give_notice(
    contract: Agreement, side: Side, ground: TerminationGround, words: str, until: date, *, by: Actor
) -> None:
    """One side ends a contract: `until` is its last day. No new call-offs from now on; the other side reads why (T16).

    What was called is delivered and paid as agreed; where something is still open then, the end waits for it.
    """
    lock(contract)
    require_running(contract)
    if contract.notice_until is not None:
        raise Refused(_("The end of this contract has been announced already."))
    if not words:
        raise Refused(_("Please say what the ground is: the other side and the departments read it."), field="words")
    _check_last_day(ground, until)
    contract.ground, contract.ending_side, contract.notice_until = ground, side, until
    if contract.state is AgreementState.ACTIVE:
        wind_down(contract, by=by, ground=ground.value, until=until)
    else:
        trail.note(contract, "notice_given", by=by, ground=ground.value, until=until)
    contract.notice_words = words
    deadlines.begin(contract, DeadlineKind.TERMINATION, until=clock.end_of(until), turn=Turn(side.other.value))
    facts = {"ground": ground.value, "words": words, "until": until.isoformat()}
    telling.tell(contract, side.other, "notice_given", **facts)
    if contract.shown_to_departments_at is not None:
        telling.tell_departments(contract, "notice_given", **facts)


def _check_last_day(ground: TerminationGround, until: date) -> None:
    first = earliest_end(ground)
    if until < first:
        sentence = _("With this ground the last day can be %(day)s at the earliest.", day=f"{first:%d/%m/%Y}")
        raise Refused(sentence, field="until")
    if until > clock.today() + timedelta(days=LONGEST_NOTICE):
        raise Refused(_("The last day can be a year ahead at most."), field="until")


def propose_minutes(contract: Agreement, side: Side, paper: PaperKind, *, by: Actor) -> Agreement:
    """Begin minutes that both sides sign: of termination (the contract ends), or of liquidation (all is settled).

    The draft names what was contracted, or for a liquidation what was delivered and accepted.
    """
    lock(contract)
    _require_time_for(contract, paper)
    if open_papers(contract, paper):
        raise Refused(_("Such minutes are on their way already."))
    new = NewPaper(
        contract.kind,
        contract.seller,
        contract.buyer,
        side,
        paper,
        belongs_to=contract,
        ordinal=next_ordinal(contract, paper),
        terms=_minutes(contract, paper),
    )
    return agreements.create(new, by=by)


def _require_time_for(contract: Agreement, paper: PaperKind) -> None:
    if paper is PaperKind.LIQUIDATION:
        if not contract.is_contract or contract.state not in (*RUNNING, *ENDED_WELL):
            raise Refused(_("Only a contract that was in force can be liquidated."))
        if has_signed(contract, paper):
            raise Refused(_("Both sides have signed minutes of liquidation already."))
        require_nothing_open(contract)
    else:
        require_running(contract)
        if has_signed(contract, paper):
            raise Refused(_("Both sides have signed minutes of termination already."))


def _minutes(contract: Agreement, paper: PaperKind) -> dict[str, Any]:
    now = terms_in_force(contract)
    assert now is not None
    terms = drafting.blank(contract.kind, paper, library(contract.kind, paper))
    kept = ("parties", "price_rule", "delivery", "payment", "penalty", "term", "law")
    terms.update({name: now[name] for name in kept})
    terms["lines"] = _settled_lines(contract, now) if paper is PaperKind.LIQUIDATION else now["lines"]
    terms["totals"] = sums.totals(terms["lines"])
    terms["references"] = {**drafting.blank_references(), "contract": contract.ref}
    if paper is PaperKind.LIQUIDATION:
        terms["clauses"] = [*terms["clauses"], *_late_interest(contract, terms["clauses"])]
    return terms


def _late_interest(contract: Agreement, clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A clause that names the interest on late money to this day, where there is any; the sides may change it."""
    found = late_interest.of_contract(contract)
    if not found:
        return []
    with speaking("vi"):
        rows = [_interest_row(one) for one in found]
        total = sum(one.owed_vnd for one in found)
        opening = _(
            "By the contract, interest on late payment up to %(day)s is %(amount)s:",
            day=day(clock.today()),
            amount=vnd(total),
        )
        text = "\n".join([opening, *rows, _("Paid on and how: […the sides fill in, or “waived”].")])
        return [drafting.own_clause(drafting.next_clause_key(clauses), _("Late interest"), text)]


def _interest_row(one: late_interest.LateInterest) -> str:
    return _(
        "– call-off %(ref)s: %(amount)s due on %(day)s, %(days)s days late, %(rate)s%% a year: %(owed)s;",
        ref=one.call_off.ref,
        amount=vnd(one.amount_vnd),
        day=day(one.due_on),
        days=one.days,
        rate=one.rate_words,
        owed=vnd(one.owed_vnd),
    )


def _settled_lines(contract: Agreement, now: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines with what was delivered and accepted; those of which nothing was are left out."""
    accepted = {row.key: row.accepted for row in book_of(contract)}
    lines = [{**line, "quantity": str(accepted[line["key"]])} for line in now["lines"] if accepted.get(line["key"])]
    return [{**line, "amount_vnd": sums.amount(line)} for line in lines]
