"""What happened to a paper, in words: one line an event, by whom for which organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.contracts.models import Agreement, AgreementEvent
from marketplace.contracts.states.agreements import AgreementAction as A
from marketplace.contracts.states.agreements import CancelReason, Consent, ReopenReason
from marketplace.contracts.states.signing import Verdict
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l

PLATFORM = "Chợ OCOP liên tỉnh"
WORDS: dict[str, Any] = {
    "created": _l("Draft begun"),
    A.SEND.value: _l("Version %(version)s sent"),
    A.COUNTER.value: _l("Changes proposed: version %(version)s"),
    A.ACCEPT.value: _l("Version %(version)s accepted"),
    A.TASK.value: _l("Text given to the departments"),
    A.CLEAR.value: _l("No department is waited for"),
    A.APPROVE.value: _l("No department objects"),
    A.RETURN.value: _l("Sent back by a department"),
    A.ISSUE.value: _l("Paper issued for signing"),
    A.SIGN.value: _l("Signature accepted"),
    f"{A.SIGN.value} {Verdict.HOLD.value}": _l("Signature received; whether its certificate holds is not yet known"),
    A.ROLL_BACK.value: _l("A signature was taken back"),
    A.REOPEN.value: _l("Changes asked for; the issued paper is void"),
    A.ACTIVATE.value: _l("In force"),
    A.CANCEL.value: _l("Ended before it was in force"),
    A.AMEND.value: _l("Changed by an annex"),
    A.WIND_DOWN.value: _l("Winding down begins"),
    A.COMPLETE.value: _l("Completed"),
    A.TERMINATE.value: _l("Terminated"),
    A.EXPIRE.value: _l("Term ended"),
    "consent_set": _l("Said what the public may see"),
    "review_approved": _l("A department has no objection"),
    "review_let_pass": _l("A department let its time pass"),
    "review_overdue": _l("A department is overdue"),
    "no_department": _l("No department in the province: nobody is waited for"),
    "suspended_set": _l("Call-offs suspended"),
    "suspended_lifted": _l("Suspension lifted"),
    "disputed_set": _l("Dispute opened"),
    "disputed_lifted": _l("No dispute is open any more"),
    "monitored_set": _l("A department follows the contract"),
    "monitored_lifted": _l("No department follows the contract any more"),
    "challenged_set": _l("A signature is challenged"),
    "glass_broken": _l("The operator of the marketplace opened it for an hour"),
    "amendment_begun": _l("An annex was begun"),
    "based_anew": _l("Put on the text in force now"),
    "notice_given": _l("Notice of the end"),
    "suspension_announced": _l("A suspension was announced"),
    "suspension_ended": _l("A suspension was lifted"),
    "closing_confirmed": _l("A side confirms that everything is done"),
    "closing_taken_back": _l("A side takes its confirmation back"),
    "renewal_offered": _l("Both sides were asked whether they go on"),
    "renewed": _l("The next contract was begun"),
    "liquidated": _l("Minutes of liquidation signed"),
    "dispute_opened": _l("A side complains"),
    "dispute_answered": _l("The complaint was answered"),
    "dispute_word": _l("Something was added to a dispute"),
    "dispute_unanswered": _l("No answer to a dispute in time"),
    "mediation_asked": _l("A department was asked to mediate"),
    "settlement_proposed": _l("A settlement was proposed"),
    "settlement_confirmed": _l("A side confirms the settlement"),
    "dispute_settled": _l("A dispute was settled"),
    "dispute_escalated": _l("A dispute went to court or arbitration"),
    "dispute_withdrawn": _l("A dispute was taken back"),
    "challenged_lifted": _l("No signature is challenged any more"),
    "upload_received": _l("A signed file came in"),
    "upload_refused": _l("A signed file was refused"),
    "signature_proven": _l("A signature on hold is proven valid"),
    "call_off_placed": _l("Call-off %(call_off)s: goods called"),
    "call_off_confirmed": _l("Call-off %(call_off)s: the seller promises a day"),
    "call_off_cancelled": _l("Call-off %(call_off)s: cancelled, it counts no more"),
    "call_off_shipped": _l("Call-off %(call_off)s: goods have left"),
    "call_off_delivered": _l("Call-off %(call_off)s: goods have arrived"),
    "call_off_checked": _l("Call-off %(call_off)s: checked by the buyer"),
    "call_off_unchecked": _l("Call-off %(call_off)s: delivered, not checked in time"),
    "call_off_returned": _l("Call-off %(call_off)s: goods are back with the seller"),
    "monitoring_opened": _l("A department asks both sides to act"),
    "monitoring_answered": _l("A side answered the department"),
    "monitoring_ended": _l("A department ended its case"),
}
# figures that say why, and where their words are
REASONS: tuple[tuple[str, Any], ...] = (("reason", CancelReason), ("reason", ReopenReason), ("consent", Consent))


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as a line of the timeline."""

    number: int
    title: str
    at: datetime
    who: str
    note: str
    hash: str
    is_step: bool


def happenings(agreement: Agreement, events: Iterable[AgreementEvent]) -> list[Happening]:
    """The events of a paper in words, in their order."""
    names = _names(agreement)
    return [_happening(one, names) for one in events]


def _names(agreement: Agreement) -> dict[str | None, str]:
    known = [agreement.seller, agreement.buyer, *agreement.departments()]
    return {one.ref: one.name for one in known}


def _happening(event: AgreementEvent, names: dict[str | None, str]) -> Happening:
    who = names.get(event.organisation_ref, PLATFORM if event.actor_kind == "system" else "")
    title = _title(event)
    return Happening(event.number, title, event.at, who, _note(event), event.hash, event.after is not None)


def _title(event: AgreementEvent) -> str:
    words = WORDS.get(f"{event.kind} {event.figures.get('verdict')}", WORDS.get(event.kind))
    if words is None:
        return _("Noted: %(what)s", what=event.kind.replace("_", " "))
    sentence = str(words)
    return sentence % {"version": "", "call_off": "", **event.figures} if "%(" in sentence else sentence


def _note(event: AgreementEvent) -> str:
    for name, kind in REASONS:
        value = event.figures.get(name)
        found = next((str(one.label) for one in kind if one.value == value), "")
        if found:
            return found
    return ""
