"""An answer beside its product for everybody, and back again."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, require
from marketplace.core.refusals import NotSeen
from marketplace.messages import bp, queries, services
from marketplace.messages.models import Message
from marketplace.messages.policies import thread_for
from marketplace.messages.views.talking import show
from marketplace.web.requests import actor, answers


def _answer(ref: str, number: int, permission: Permission) -> Message:
    thread = thread_for(actor(), ref)
    require(actor(), permission, thread)
    found = queries.message_numbered(thread, number)
    if found is None:
        raise NotSeen
    return found


def _show(ref: str, number: int) -> ResponseReturnValue:
    return show(ref=ref)


@bp.post("/messages/<ref>/<int(max=999999):number>/publication")
@needs_sign_in
@answers(_show)
def publish(ref: str, number: int) -> ResponseReturnValue:
    """The seller shows a question and her answer to everybody."""
    answer = _answer(ref, number, Permission.QUESTION_PUBLISH)
    with writing():
        services.publish(answer, by=actor())
    flash(_("The question and your answer now stand on the product's page."), "success")
    return redirect(url_for(".show", ref=ref, _anchor=f"m{number}"), code=303)


@bp.post("/messages/<ref>/<int(max=999999):number>/withdrawal")
@needs_sign_in
@answers(_show)
def withdraw(ref: str, number: int) -> ResponseReturnValue:
    """One of the two sides takes it back."""
    answer = _answer(ref, number, Permission.QUESTION_WITHDRAW)
    with writing():
        services.withdraw(answer, by=actor())
    flash(_("The question and the answer are no longer public."), "success")
    return redirect(url_for(".show", ref=ref, _anchor=f"m{number}"), code=303)
