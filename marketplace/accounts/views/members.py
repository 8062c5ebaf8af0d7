"""The people of my organisation: who belongs to it, as what, and who is invited."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services
from marketplace.accounts.forms import InviteForm, RolesForm
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import ROLE_DUTIES, ROLE_WORDS, ROLES_IN
from marketplace.accounts.views.me import me, myself
from marketplace.core import i18n
from marketplace.core.actors import Role
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, answers, private


def _invitation_to(own: Organisation) -> InviteForm:
    form = InviteForm.shown(role=ROLES_IN[own.kind][1].value)
    form.offer(own.kind)
    return form


@bp.get("/me/organisation/members")
@needs_sign_in
def members() -> ResponseReturnValue:
    """Who belongs to my organisation and who is invited."""
    own = own_organisation(actor())
    may_run = allows(actor(), Permission.ORGANISATION_RUN, own)
    page = render_template(
        "accounts/members.html",
        organisation=own,
        members=queries.members_of(own),
        invitations=queries.invitations_of(own, services.oldest()) if may_run else [],
        roles=ROLES_IN[own.kind],
        role_words=ROLE_WORDS,
        duties=ROLE_DUTIES,
        form=_invitation_to(own),
        may_run=may_run,
    )
    return private(make_response(page))


def _run() -> Organisation:
    return own_organisation(actor(), Permission.ORGANISATION_RUN)


def _colleague(own: Organisation, ref: str) -> Person:
    found = queries.member_of(own, ref)
    if found is None:
        raise NotSeen
    return found


@bp.post("/me/organisation/members")
@needs_sign_in
@answers(members)
def invite() -> ResponseReturnValue:
    """Send somebody a letter; the answer is the same whether she has an account or not."""
    own, by = _run(), actor()
    form = InviteForm.checked(lambda form: form.offer(own.kind))
    with writing():
        services.invite(own, form.email.data, Role(form.role.data), by=by, locale=i18n.locale())
    flash(_("We have sent a letter to %(email)s. Its link is good for a week.", email=form.email.data), "success")
    return redirect(url_for("accounts.members"), code=303)


@bp.post("/me/organisation/invitations/<ref>/withdrawal")
@needs_sign_in
def withdraw_invitation(ref: str) -> ResponseReturnValue:
    """The letter's link opens nothing any more."""
    own, by = _run(), actor()
    found = queries.invitation_by_ref(own, ref)
    if found is None:
        raise NotSeen
    with writing():
        services.withdraw_invitation(found, by=by)
    flash(_("The invitation is withdrawn."), "success")
    return redirect(url_for("accounts.members"), code=303)


@bp.post("/me/organisation/members/<ref>/roles")
@needs_sign_in
@answers(lambda ref: members())
def set_roles(ref: str) -> ResponseReturnValue:
    """Say what a colleague does here."""
    own, by = _run(), actor()
    colleague, chosen = _colleague(own, ref), RolesForm.checked().chosen
    with writing():
        services.set_roles(own, colleague, chosen, by=by)
    flash(_("The roles of %(name)s are changed.", name=colleague.name), "success")
    return redirect(url_for("accounts.members"), code=303)


@bp.post("/me/organisation/members/<ref>/removal")
@needs_sign_in
@answers(lambda ref: members())
def remove_member(ref: str) -> ResponseReturnValue:
    """A colleague belongs to it no longer."""
    own, by = _run(), actor()
    colleague = _colleague(own, ref)
    with writing():
        services.remove(own, colleague, by=by)
    flash(_("%(name)s does not belong to the organisation any more.", name=colleague.name), "success")
    return redirect(url_for("accounts.members"), code=303)


@bp.post("/me/organisations/<ref>/leaving")
@needs_sign_in
@answers(lambda ref: me())
def leave(ref: str) -> ResponseReturnValue:
    """I belong to it no longer."""
    own, person, by = queries.organisation_by_ref(ref), myself(), actor()
    if own is None or not queries.roles_of(own, person):
        raise NotSeen
    with writing():
        services.leave(own, person, by=by)
    flash(_("You do not belong to %(name)s any more.", name=own.name), "success")
    return redirect(url_for("accounts.me"), code=303)
