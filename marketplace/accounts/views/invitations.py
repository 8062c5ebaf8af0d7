"""The letter's link of somebody who is invited into an organisation: join, with an account or with a new one."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services, signing_in
from marketplace.accounts.forms import InvitedForm
from marketplace.accounts.models import MemberInvitation
from marketplace.accounts.states import KIND_WORDS, ROLE_DUTIES, ROLE_WORDS
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import limiter, settings


@bp.get("/invitations/<token>")
def invitation(token: str) -> ResponseReturnValue:
    """Who invites me and as what; mail programs open links by themselves, so one button follows."""
    found = services.member_invitation(token)
    if found is None:
        return _gone()
    page = render_template(
        "accounts/invitation.html",
        invitation=found,
        token=token,
        form=InvitedForm.shown(),
        has_account=queries.person_by_email(found.email) is not None,
        person=signing_in.current_person(),
        kind_words=KIND_WORDS,
        role_words=ROLE_WORDS,
        duties=ROLE_DUTIES,
    )
    return private(make_response(page))


@bp.post("/invitations/<token>")
@limiter.limit("200/hour")
@answers(invitation)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Join; somebody who has no account yet opens one by this."""
    found = services.member_invitation(token)
    if found is None:
        return _gone()
    if not actor().is_signed_in and queries.person_by_email(found.email) is not None:
        return redirect(url_for("accounts.sign_in", next=url_for("accounts.invitation", token=token)), code=303)
    name = found.organisation.name
    _join(found)
    flash(_("Welcome! You now act for %(name)s.", name=name), "success")
    return redirect(url_for("accounts.organisation"), code=303)


def _join(found: MemberInvitation) -> None:
    person, by = signing_in.current_person(), actor()
    if person is None:
        form = InvitedForm.checked()
        terms = settings().terms_version
        newcomer = services.Invitation(
            name=form.name.data, email=found.email, phone=None, locale=i18n.locale(), terms=terms
        )
        signing_in.join_by_invitation(found, newcomer, form.password.data)
        return
    organisation = found.organisation.ref
    with writing():
        services.accept_invitation(found, person, by=by)
    signing_in.act_for(organisation)


def _gone() -> ResponseReturnValue:
    flash(_("This invitation is no longer valid. Please ask for a new one."), "warning")
    return redirect(url_for("accounts.sign_in"), code=303)
