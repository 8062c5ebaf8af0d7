"""Forms inside panels: fresh ones, or the one just posted for this very payment or refund with its errors."""

from __future__ import annotations

from typing import TypeVar

from flask import request

from marketplace.payments import bp
from marketplace.payments.forms import EventNoteForm, ReceiptForm, RefundAccountForm, RefundReceiptForm, ResolutionForm
from marketplace.payments.models import Payment, ProviderEvent, Refund
from marketplace.web.forms import Form

F = TypeVar("F", bound=Form)


def _was_sent(ref: str) -> bool:
    return request.method == "POST" and ref in (request.view_args or {}).values()


@bp.app_template_global()
def receipt_form(payment: Payment) -> ReceiptForm:
    """Filled with what is expected."""
    known = {"amount_vnd": payment.amount_vnd}
    return ReceiptForm.shown(**known) if _was_sent(payment.ref) else ReceiptForm(data=known)


@bp.app_template_global()
def refund_account_form(refund: Refund) -> RefundAccountForm:
    """Where this refund should go."""
    return RefundAccountForm.shown() if _was_sent(refund.ref) else RefundAccountForm()


@bp.app_template_global()
def refund_receipt_form(refund: Refund) -> RefundReceiptForm:
    """Under which reference this refund was paid."""
    return RefundReceiptForm.shown() if _was_sent(refund.ref) else RefundReceiptForm()


@bp.app_template_global()
def resolution_form(refund: Refund) -> ResolutionForm:
    """How this refund was paid after all; one of several on its page."""
    return _one_of_several(ResolutionForm.shown() if _was_sent(refund.ref) else ResolutionForm(), refund.ref)


@bp.app_template_global()
def event_note_form(event: ProviderEvent) -> EventNoteForm:
    """What was done about this event; one of several on its page."""
    name = event.event_id
    return _one_of_several(EventNoteForm.shown() if _was_sent(name) else EventNoteForm(), name)


def _one_of_several(form: F, name: str) -> F:
    """Fields whose ids no other form of the page has."""
    for field in form:
        if not field.id.endswith(f"-{name}"):
            field.id = f"{field.id}-{name}"
            field.label.field_id = field.id
    return form
